"""The only writes to people, standing, roles, tokens, mail, invitations and leaving."""

from members.actions.desk import (
    claim_item,
    come_back,
    drop_claims,
    go_away,
    hand_over,
    no_office,
    not_a_colleague,
    not_for_them,
    note_sweep,
    release_item,
)
from members.actions.erasing import close_doors, forget_person
from members.actions.invitations import invite, note_joined, revoke_invitation
from members.actions.leaving import finish_leaving, leave, postpone_leaving, send_leaving_code
from members.actions.mail import (
    ACCOUNT,
    DIGEST,
    choose_mail,
    postpone_mail,
    queue_digest,
    queue_mail,
    sent_mail,
)
from members.actions.people import (
    NAME_REFUSALS,
    attest,
    extend_standing,
    register,
    set_account,
    set_display_name,
    shorten_standing,
)
from members.actions.roles import appoint_first_steward, end_role, grant_role, resign_role
from members.actions.tokens import create_token, revoke_token

__all__ = [
    "ACCOUNT",
    "DIGEST",
    "NAME_REFUSALS",
    "appoint_first_steward",
    "attest",
    "choose_mail",
    "claim_item",
    "close_doors",
    "come_back",
    "create_token",
    "drop_claims",
    "end_role",
    "extend_standing",
    "finish_leaving",
    "forget_person",
    "go_away",
    "grant_role",
    "hand_over",
    "invite",
    "leave",
    "no_office",
    "not_a_colleague",
    "not_for_them",
    "note_joined",
    "note_sweep",
    "postpone_leaving",
    "postpone_mail",
    "queue_digest",
    "queue_mail",
    "register",
    "release_item",
    "resign_role",
    "revoke_invitation",
    "revoke_token",
    "send_leaving_code",
    "sent_mail",
    "set_account",
    "set_display_name",
    "shorten_standing",
]
