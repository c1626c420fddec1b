"""Who may do what at which address: the table that the walk holds every route to.

A route that is not in :data:`ACCESS` fails the walk, and so does a row that has no route. ``GET``
stands for ``HEAD`` too; a method that a row does not name is refused to everybody.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from funding.dues import links
from funding.dues.links import Purpose
from funding.dues.models import Payment
from funding.ledger.models import Voucher
from governance.proposals.models import Organisation, Proposal
from governance.record.reads import signed_at
from governance.terms.choices import QUESTIONS as QUESTIONS_OF_CHOICE
from governance.terms.rulebook import DraftContent
from members.mail_links import stop_url
from members.views import passkey_slug
from tests.routes.desk_access import ASKED_OF_DESK, DESK
from tests.routes.doors import (
    API_READERS,
    EVERYBODY,
    MEMBERS,
    NOBODY,
    OWNER,
    STEWARDS,
    Door,
    Doors,
    Parameters,
    nothing,
)
from tests.routes.doors import codes as _codes
from tests.routes.doors import entrance as _entrance
from tests.routes.doors import form as _form
from tests.routes.doors import posts as _posts
from tests.routes.doors import reads as _reads
from tests.routes.grants_access import ASKED_OF_GRANTS, GRANTS
from tests.routes.grants_api_access import ASKED_OF_GRANTS_API, GRANTS_API
from tests.routes.grants_awards_access import ASKED_OF_AWARDS, AWARDS
from tests.routes.grants_public_access import (
    ASKED_OF_OPEN_GRANTS,
    OPEN_GRANTS,
    TIMES_OF_OPEN_GRANTS,
)
from tests.routes.scene import SIGNED_IN, Role, Scene, signed_event

# What addresses name


def _own(scene: Scene) -> Parameters:
    return {"pk": scene.own.pk}


def _idea(scene: Scene) -> Parameters:
    return {"pk": scene.idea.pk}


def _supported(scene: Scene) -> Parameters:
    return {"pk": scene.supported.pk}


def _open_poll(scene: Scene) -> Parameters:
    return {"pk": scene.open_poll.pk}


def _named_fault(scene: Scene) -> Parameters:
    return {"pk": scene.named_fault.poll_id, "fault": scene.named_fault.pk}


def _closed_poll(scene: Scene) -> Parameters:
    return {"pk": scene.closed_poll.pk}


def _export(scene: Scene) -> Parameters:
    return {"pk": scene.closed_poll.pk, "ending": "soi"}


def _term(scene: Scene) -> Parameters:
    return {"slug": scene.version.term_id}


def _version(scene: Scene) -> Parameters:
    return {**_term(scene), "version": scene.version.version}


def _entry(scene: Scene) -> Parameters:
    return {"leaf_hash": scene.entry.leaf_hash}


def _tile(scene: Scene) -> Parameters:
    return {"number": "000", "width": str(scene.record_size)}


def _passkey(scene: Scene) -> Parameters:
    return {"passkey": passkey_slug(scene.passkey)}


def _comment(scene: Scene) -> Parameters:
    return {"pk": scene.comment.proposal_id, "comment": scene.comment.pk}


def _voucher(scene: Scene) -> Parameters:
    return {"pk": scene.voucher.pk}


def _own_voucher(scene: Scene) -> Parameters:
    return {"pk": scene.own_voucher.pk}


def _month(scene: Scene) -> Parameters:
    return {"month": scene.month}


def _books_entry(scene: Scene) -> Parameters:
    return {"pk": scene.payment.entry_id}


def _entry_by_hand(scene: Scene) -> Parameters:
    """An entry that a voucher made, so that it can be undone by hand."""
    return {"pk": Voucher.objects.filter(state="posted")[0].entry_id}


def _entry_by_hand_in_api(scene: Scene) -> Parameters:
    return {"entry": _entry_by_hand(scene)["pk"]}


def _undoing(scene: Scene) -> dict[str, str]:
    return {"description": "Not ours", "on": f"{scene.now:%Y-%m-%d}"}


def _year_of_both(scene: Scene) -> Parameters:
    """A year in which the member paid, and the steward too."""
    years = [
        {payment.paid_at.year for payment in Payment.objects.of(scene.person(role))}
        for role in (Role.MEMBER, Role.STEWARD)
    ]
    return {"year": max(set.intersection(*years))}


def _stop(scene: Scene) -> Parameters:
    url = stop_url(scene.world.member.pk, "proposals")
    return {"token": url.rstrip("/").rpartition("/")[2]}


_STATEMENT = {"statement": "I read every account.", "interests": "None"}
_NOTE = {"lawyer": "L.", "admitted": "Berlin", "interests": "None", "body": "It holds."}


def _election(scene: Scene) -> Parameters:
    return {"pk": scene.election.pk}


def _discussed(scene: Scene) -> Parameters:
    return {"pk": scene.talk.discussed.pk}


def _amendment(scene: Scene) -> Parameters:
    return {**_discussed(scene), "number": scene.talk.amendment.number}


def _own_amendment(scene: Scene) -> Parameters:
    return {**_discussed(scene), "number": scene.talk.own_amendment.number}


def _talk_comment(scene: Scene) -> Parameters:
    return {**_discussed(scene), "comment": scene.talk.comment.pk}


def _own_comment(scene: Scene) -> Parameters:
    return {**_discussed(scene), "comment": scene.talk.own_comment.pk}


def _adopted(scene: Scene) -> Parameters:
    return {"slug": scene.version.term_id}


def _letter(scene: Scene) -> Parameters:
    return {**_adopted(scene), "domain": "shop.example"}


def _organisation(scene: Scene) -> Parameters:
    """One that somebody told us of, and that we have not looked at."""
    found = Organisation.objects.get_or_create(
        domain="shop.example", form="well-known", defaults={"submitted_at": scene.now}
    )[0]
    return {"domain": found.domain}


def _draft(scene: Scene) -> Parameters:
    return {"pk": scene.talk.draft.pk}


# What is sent


def _expense(scene: Scene) -> dict[str, Any]:
    return {
        "description": "Servers in October",
        "on": f"{scene.now:%Y-%m-%d}",
        "amount": "75.00",
        "debit": "hosting",
        "credit": "bank",
    }


def _words(scene: Scene) -> dict[str, Any]:
    return {
        "title": "Plant two trees",
        "summary": "The cooperative plants two trees.",
        "problem": "There are none.",
    }


def _text(proposal: Proposal) -> dict[str, Any]:
    return {"text_sha256": proposal.wording.sha256}


def _content(scene: Scene) -> DraftContent:
    revision = scene.own.wording.revision
    assert revision is not None
    return revision.content


def _term_form(scene: Scene) -> dict[str, Any]:
    """The editor's whole form, with another text."""
    content = _content(scene)
    form: dict[str, Any] = {"summary": "Another.", "problem": "None.", "rules-INITIAL_FORMS": "0"}
    for name in ("slug", "version", "title", "legal"):
        form[f"term-{name}"] = getattr(content, name)
    form |= {"term-plain": "Other words.", "term-aliases": "https://example.org/of-my-own"}
    form["rules-TOTAL_FORMS"] = str(len(content.rules))
    for row, rule in enumerate(content.rules):
        form |= {f"rules-{row}-{name}": value for name, value in rule.as_dict().items()}
    return form


def _term_json(scene: Scene) -> dict[str, Any]:
    content = _content(scene)
    return {
        "summary": "Another.",
        "problem": "None.",
        "content": {
            **{name: getattr(content, name) for name in ("slug", "version", "title", "legal")},
            "plain": "Other words.",
            "aliases": ["https://example.org/of-my-own"],
            "rules": [rule.as_dict() for rule in content.rules],
        },
    }


def _address(scene: Scene) -> dict[str, Any]:
    return {"login": scene.world.member.email}


def _pot_form(scene: Scene) -> dict[str, Any]:
    return {"amount": "5.00", "attested": "on"}


def _gift_form(scene: Scene) -> dict[str, Any]:
    return {
        "email": "rosa@example.org",
        "plan": str(scene.plan.pk),
        "otherwise": "return",
        "attested": "on",
    }


def _link(purpose: Purpose) -> Callable[[Scene], Parameters]:
    """A link of ours in a mail: to the member's subscription, a gift, or the member's statement."""

    def link(scene: Scene) -> Parameters:
        about = {
            Purpose.GIFT: scene.gift.pk,
            Purpose.ATTEST: scene.world.member.pk,
        }.get(purpose, scene.subscription.pk)
        return {"token": links.token(purpose, about, scene.now)}

    return link


def _attestation(scene: Scene) -> dict[str, Any]:
    """What a browser says of a new passkey."""
    said = json.dumps(scene.passkey.data["credential"])
    return {"name": "my phone", "credential": said, "passwordless": "on"}


def _assertion(scene: Scene) -> dict[str, Any]:
    return {"credential": json.dumps(scene.assertion)}


_API_MEMBERS = MEMBERS | {Role.FULL}
_API_OWNER = OWNER | {Role.FULL}

ACCESS: dict[str, Doors] = {
    # Pages of the whole
    "home": _reads(EVERYBODY),
    "me": _reads(SIGNED_IN),
    "privacy": _reads(EVERYBODY),
    "healthz": _reads(EVERYBODY),
    # Signing up, in and out: whoever is signed in is sent on
    "account_signup": _entrance(
        # Whoever goes there has given up signing in.
        lambda s: {"email": "new@example.org"},
        answers=(302,),
        keeps=True,
    ),
    "account_login": _entrance(_address, answers=(302,)),
    "account_request_login_code": _entrance(_address, answers=(302,)),
    "account_confirm_login_code": _entrance(lambda s: {"code": "000000"}),
    "mfa_login_webauthn": _entrance(_assertion),
    "mfa_authenticate": _entrance(_assertion),
    "account_inactive": _reads(EVERYBODY),
    "account_email_verification_sent": _entrance(lambda s: {"code": "000000"}),
    "account_logout": _entrance(nothing, answers=(302,)),
    # One's own page, mail and invitations
    "my-home": _reads(SIGNED_IN),
    "mail-choices": _form(SIGNED_IN, lambda s: {"votes": "on"}),
    "mail-stop": {
        "GET": Door(EVERYBODY, _stop),
        "POST": Door(
            EVERYBODY,
            _stop,
            sends=lambda s: {"List-Unsubscribe": "One-Click"},
            answers=_codes(200),
            csrf=False,
        ),
    },
    "invite": _form(SIGNED_IN, lambda s: {"named": "on"}, answers=(302, 409)),
    "invite-end": _posts(SIGNED_IN),
    "invited": _form(EVERYBODY, nothing, lambda s: {"pk": s.invitation.pk}),
    # Leaving
    "what-stays": _reads(EVERYBODY),
    "export-schema": _reads(EVERYBODY),
    "everything": _reads(SIGNED_IN),
    # The steward gives the role back first.
    "leave": _form(SIGNED_IN, nothing, answers=(302, 409)),
    "leave-confirm": _form(
        SIGNED_IN, lambda s: {"code": "00000000"}, answers=(302, 409), shows=(200, 302)
    ),
    "role-resign": _posts(SIGNED_IN, lambda s: {"role": "scrutineer"}),
    # One's own account
    "account": _form(SIGNED_IN, lambda s: {"display_name": "Another Name", "locale": "en"}),
    "tokens": _form(
        SIGNED_IN, lambda s: {"name": "sheet", "opens": ["read"], "lasts": "30"}, answers=(200,)
    ),
    "token-revoke": _posts(OWNER, lambda s: {"pk": s.spare_token.pk}),
    "account_email": _form(SIGNED_IN, lambda s: {"action_add": "1", "email": "second@example.org"}),
    "mfa_reauthenticate_webauthn": _form(OWNER, _assertion, keeps=("django_session",)),
    "mfa_reauthenticate": _form(OWNER, lambda s: {"code": s.recovery_code}),
    "mfa_index": _reads(SIGNED_IN),
    "mfa_list_webauthn": _reads(SIGNED_IN),
    "mfa_add_webauthn": _form(SIGNED_IN, _attestation, keeps=("django_session",)),
    "passkey-rename": _form(OWNER, lambda s: {"name": "my other phone"}, _passkey),
    "passkey-remove": _form(OWNER, nothing, _passkey),
    # New codes are shown once, and marked as seen when they are.
    "mfa_view_recovery_codes": {"GET": Door(OWNER, keeps=frozenset({"mfa_authenticator"}))},
    "mfa_generate_recovery_codes": _form(SIGNED_IN, nothing, answers=(200, 302)),
    "mfa_download_recovery_codes": {"GET": Door(OWNER, keeps=frozenset({"mfa_authenticator"}))},
    # The record
    "record": _reads(EVERYBODY),
    "record-types": _reads(EVERYBODY),
    "record-consistency": {
        "GET": Door(EVERYBODY),
        "POST": Door(
            EVERYBODY,
            sends=lambda s: {"checkpoint": signed_at(s.record_size)},
            answers=_codes(200),
            csrf=False,
        ),
    },
    "record-consistency-proof": {
        "GET": Door(EVERYBODY, asks=lambda s: {"old": str(s.record_size)})
    },
    "record-entry": _reads(EVERYBODY, _entry),
    "record-checkpoint": _reads(EVERYBODY),
    "record-past-checkpoint": _reads(EVERYBODY, lambda s: {"size": str(s.record_size)}),
    "record-tile": _reads(EVERYBODY, lambda s: {"level": "0", **_tile(s)}),
    "record-entry-bundle": _reads(EVERYBODY, _tile),
    "record-proof": {"GET": Door(EVERYBODY, asks=lambda s: {"hash": s.entry.leaf_hash})},
    "record-entry-bytes": _reads(EVERYBODY, _entry),
    "record-schema": _reads(EVERYBODY, lambda s: {"name": "term.published"}),
    "did": _reads(EVERYBODY),
    # Terms
    "term-list": _reads(EVERYBODY),
    "term-choose": _reads(EVERYBODY),
    "term-import": _form(
        SIGNED_IN,
        lambda s: {"text": "<urn:a> <http://www.w3.org/ns/odrl/2/conflict> <urn:b> ."},
        answers=(200,),
    ),
    "term-shapes": _reads(EVERYBODY),
    "term-badge": _reads(EVERYBODY, _version),
    "term-badge-dark": _reads(EVERYBODY, _version),
    "term-qr": _reads(EVERYBODY, _version),
    "term-preview": _posts(SIGNED_IN, sends=_term_form, answers=_codes(200)),
    "term": _reads(EVERYBODY, _term),
    "term-page": _reads(EVERYBODY, _version),
    "developers": _reads(EVERYBODY),
    "developers-page": _reads(EVERYBODY, lambda s: {"page": "fetch"}),
    "term-compare": _reads(EVERYBODY),
    "term-compare-versions": _reads(EVERYBODY, _term),
    "term-index": _reads(EVERYBODY),
    "term-feed-atom": _reads(EVERYBODY),
    "term-feed-json": _reads(EVERYBODY),
    "term-by-hash": _reads(EVERYBODY, lambda s: {"digest": s.version.sha256}),
    "term-latest": {"GET": Door(EVERYBODY, _term, answers=_codes(302))},
    "term-latest-json": {"GET": Door(EVERYBODY, _term, answers=_codes(302))},
    "term-version": _reads(EVERYBODY, _version),
    "term-version-slash": {"GET": Door(EVERYBODY, _version, answers=_codes(301))},
    "term-version-in": _reads(EVERYBODY, lambda s: {**_version(s), "suffix": "txt"}),
    "term-part": _reads(EVERYBODY, lambda s: {**_version(s), "name": "plain.en"}),
    "term-status": _reads(EVERYBODY, _version),
    "term-proof": _reads(EVERYBODY, _version),
    "term-schema": _reads(EVERYBODY),
    "term-context": _reads(EVERYBODY),
    "term-context-document": _reads(EVERYBODY),
    "vocabulary": _reads(EVERYBODY),
    "vocabulary-document": _reads(EVERYBODY),
    "vocabulary-changes-atom": _reads(EVERYBODY),
    "vocabulary-changes-json": _reads(EVERYBODY),
    # Polls
    "poll-list": _reads(EVERYBODY),
    "poll": _reads(EVERYBODY, _open_poll),
    # Scrutineers, whose own cause the vote is not: the scene's steward is one.
    "poll-fault": _form(
        STEWARDS,
        lambda s: {"fault": "wrong-text", "sentence": "The text on the ballot is an older one."},
        _open_poll,
    ),
    "poll-fault-confirm": _form(STEWARDS, nothing, _named_fault),
    "poll-manifest": _reads(EVERYBODY, _open_poll),
    "poll-ballots": _reads(EVERYBODY, _closed_poll),
    "poll-result": _reads(EVERYBODY, _closed_poll),
    "poll-verify": _reads(EVERYBODY, _closed_poll),
    "poll-receipt": _reads(EVERYBODY, _closed_poll),
    "poll-my-roll-entry": _reads(SIGNED_IN, _closed_poll),
    "poll-my-roll-entry-file": _reads(MEMBERS, _open_poll),
    "poll-objection": _form(
        SIGNED_IN, lambda s: {"kind": "took-one"}, _closed_poll, answers=(302, 409, 422)
    ),
    "poll-export": _reads(EVERYBODY, _export),
    # Proposals
    "proposal-list": _reads(EVERYBODY),
    "decision-rules": _reads(EVERYBODY),
    "proposal-new": _reads(SIGNED_IN),
    "proposal-write": {
        "GET": Door(SIGNED_IN, lambda s: {"kind": "adopt_term"}, asks=lambda s: _term_about(s)),
        "POST": Door(
            MEMBERS,
            lambda s: {"kind": "resolution"},
            sends=lambda s: {**_words(s), "text": "Two trees."},
            answers=_codes(302),
        ),
    },
    "proposal": _reads(EVERYBODY, lambda s: {"pk": s.comment.proposal_id}),
    "proposal-text": _reads(EVERYBODY, lambda s: {**_own(s), "number": 1}),
    "proposal-edit": {
        "GET": Door(SIGNED_IN, _own),
        "POST": Door(OWNER, _own, sends=_term_form, answers=_codes(302)),
    },
    "proposal-support": _posts(MEMBERS, _idea, sends=lambda s: _text(s.idea)),
    "proposal-withdraw-support": _posts(OWNER, _supported),
    "proposal-withdraw": _posts(OWNER, _own),
    "proposal-comment": _posts(MEMBERS, _idea, sends=lambda s: {"body": "Which tree?"}),
    "comment-hide": _posts(STEWARDS, _comment, sends=lambda s: {"reason": "It is unkind."}),
    "proposal-stages": _reads(EVERYBODY),
    "proposal-calendar": _reads(EVERYBODY, lambda s: {"pk": s.closed_poll.proposal.pk}),
    "proposal-interests": {
        "GET": Door(SIGNED_IN, _own),
        "POST": Door(OWNER, _own, sends=lambda s: {"text": "Spades."}, answers=_codes(302)),
    },
    # A note is about a final text: about an idea even a steward is refused.
    "proposal-advice": {
        "GET": Door(SIGNED_IN, _idea),
        "POST": Door(STEWARDS, _idea, sends=lambda s: _NOTE, answers=_codes(409)),
    },
    "offices": _reads(EVERYBODY),
    "candidates": _reads(EVERYBODY, _election),
    "candidates-file": _reads(EVERYBODY, _election),
    "candidate-stand": _posts(MEMBERS, _election, sends=lambda s: _STATEMENT),
    "candidate-nominate": _posts(MEMBERS, _election, sends=lambda s: {"email": "a@example.org"}),
    "nomination-decline": _posts(OWNER, _election),
    "candidate-step-back": _posts(OWNER, lambda s: {"pk": s.standing_in.pk}),
    "proposal-similar": _reads(EVERYBODY),
    "proposal-feed-atom": _reads(EVERYBODY),
    "proposal-feed-json": _reads(EVERYBODY),
    "proposal-one-feed-atom": _reads(EVERYBODY, _own),
    "proposal-one-feed-json": _reads(EVERYBODY, _own),
    "proposal-follow": _posts(SIGNED_IN, _idea),
    "following": _reads(SIGNED_IN),
    "participation": _reads(EVERYBODY),
    "participation-turnout": _reads(EVERYBODY),
    "participation-activity": _reads(EVERYBODY),
    "term-movement": _reads(EVERYBODY, _adopted),
    "term-proffer": _posts(MEMBERS, _adopted),
    "term-ask": _posts(MEMBERS, _adopted, sends=lambda s: {"domain": "shop.example"}),
    "term-letter": _reads(EVERYBODY, _letter),
    "organisations": _form(EVERYBODY, lambda s: {"domain": "shop.example"}),
    "organisation": _reads(EVERYBODY, _organisation),
    "acceptance-schema": _reads(EVERYBODY),
    "proposal-echo": _posts(MEMBERS, _idea),
    "proposal-flag": {
        "GET": Door(SIGNED_IN, _idea),
        "POST": Door(MEMBERS, _idea, sends=lambda s: {"reason": "spam"}, answers=_codes(302)),
    },
    "proposal-hide": {
        "GET": Door(SIGNED_IN, _idea),
        "POST": Door(STEWARDS, _idea, sends=lambda s: {"reason": "Spam."}, answers=_codes(302)),
    },
    "proposal-texts": _reads(EVERYBODY, _discussed),
    "amendment-list": _reads(EVERYBODY, _discussed),
    "amendment-new": {
        "GET": Door(SIGNED_IN, _discussed),
        "POST": Door(
            MEMBERS,
            _discussed,
            sends=lambda s: {"reason": "More.", "base": "1", "text": "Plant ten hedges."},
            answers=_codes(302),
        ),
    },
    "amendment": _reads(EVERYBODY, _amendment),
    "amendment-support": _posts(
        MEMBERS,
        _amendment,
        sends=lambda s: {"text_sha256": s.talk.amendment.wording.sha256},
    ),
    "amendment-decide": _posts(OWNER, _own_amendment, sends=lambda s: {"withdraw": "1"}),
    "comment": _reads(EVERYBODY, _talk_comment),
    "comment-edit": {
        # Whose it is not is told so.
        "GET": Door(OWNER, _own_comment),
        "POST": Door(OWNER, _own_comment, sends=lambda s: {"body": "Hazel."}, answers=_codes(302)),
    },
    "comment-history": _reads(EVERYBODY, _talk_comment),
    "comment-react": _posts(MEMBERS, _talk_comment),
    "comment-flag": {
        "GET": Door(SIGNED_IN, _talk_comment),
        "POST": Door(
            MEMBERS, _talk_comment, sends=lambda s: {"reason": "spam"}, answers=_codes(302)
        ),
    },
    # Stewards' cases: nobody else finds them
    "cases": _reads(STEWARDS),
    "case": _form(
        STEWARDS,
        lambda s: {"way": "ask", "reason": "Who pays?"},
        lambda s: {"pk": s.work.case.pk},
    ),
    "case-ask": _posts(STEWARDS, lambda s: {"pk": s.work.case.pk}),
    "find-payer": _form(STEWARDS, lambda s: {"email": s.world.member.email}, answers=(200,)),
    "refund": _form(
        STEWARDS,
        lambda s: {"amount": "0.50", "reason": "A mistake"},
        lambda s: {"payment": s.work.payment.uuid},
    ),
    "refunds": _reads(STEWARDS),
    "refund-decide": _posts(
        STEWARDS, lambda s: {"pk": s.work.refund.pk}, sends=lambda s: {"approve": "1"}
    ),
    "endings": _reads(STEWARDS),
    "ending": _form(STEWARDS, lambda s: {"withdraw": "1"}, lambda s: {"pk": s.work.ending.pk}),
    "ending-propose": _form(
        STEWARDS,
        lambda s: {"reason": "A business pays."},
        lambda s: {"person": s.world.member.pk},
        answers=(302, 409),
    ),
    "dead-letters": _form(STEWARDS, lambda s: {"object": "sub_none"}),
    # The walk sends no file: the form comes back and asks for it.
    "statements": _form(STEWARDS, lambda s: {}, answers=(422,)),
    "statement": _reads(STEWARDS, lambda s: {"pk": s.work.statement.pk}),
    "flags": _reads(STEWARDS),
    "flag-settle": _posts(
        STEWARDS, lambda s: {"flag": s.talk.flag.pk}, sends=lambda s: {"keep": "1"}
    ),
    # Drafts: others do not find them
    "draft-list": {
        "GET": Door(SIGNED_IN),
        "POST": Door(
            MEMBERS,
            sends=lambda s: {"kind": "resolution", "title": "Later"},
            answers=_codes(302),
        ),
    },
    "draft": {
        "GET": Door(OWNER, _draft),
        "POST": Door(
            OWNER,
            _draft,
            sends=lambda s: {"seen": "1", "title": "A better draft"},
            answers=_codes(302),
        ),
    },
    "draft-save": _posts(
        OWNER, _draft, sends=lambda s: {"seen": "1", "title": "A good draft"}, answers=_codes(200)
    ),
    "draft-history": _reads(OWNER, _draft),
    "draft-invite": {
        "GET": Door(OWNER, _draft),
        "POST": Door(OWNER, _draft, sends=lambda s: {"name": ""}, answers=_codes(200)),
    },
    "draft-leave": _posts(OWNER, _draft),
    "draft-join": {
        "GET": Door(SIGNED_IN, lambda s: {"secret": s.talk.link}),
        "POST": Door(
            STEWARDS,
            lambda s: {"secret": s.talk.link},
            sends=lambda s: {"accept": "1"},
            answers=_codes(302),
        ),
    },
    "draft-answer": _posts(
        OWNER, lambda s: {"invitation": s.talk.invited.pk}, sends=lambda s: {"accept": "1"}
    ),
    # Dues and money
    "join": _form(
        EVERYBODY,
        lambda s: {"display_name": "Noor", "plan": str(s.plan.pk), "attested": "on"},
        # To Checkout; the others see what membership is, or their dues.
        answers=(200, 302, 303),
        shows=(200, 302),
    ),
    "join-wait": {"GET": Door(OWNER, asks=lambda s: {"checkout": str(s.checkout.pk)})},
    "join-cancelled": {"GET": Door(OWNER, asks=lambda s: {"checkout": str(s.checkout.pk)})},
    "my-dues": _reads(SIGNED_IN),
    "my-dues-cancel": _form(MEMBERS, nothing),
    "my-dues-resume": _posts(MEMBERS, answers=_codes(409)),
    # Whom Stripe never saw has no page there.
    "my-dues-card": _posts(MEMBERS, answers=_codes(303, 409)),
    "my-dues-change": _form(
        MEMBERS, lambda s: {"plan": str(s.plan.pk), "confirmed": "yes"}, answers=(302, 409)
    ),
    "attest-again": _form(SIGNED_IN, nothing, answers=(200,)),
    "dues-receipt": _reads(OWNER, lambda s: {"payment": s.payment.uuid}),
    "dues-year": _reads(MEMBERS, _year_of_both),
    "dues-old": {"GET": Door(SIGNED_IN, answers=_codes(301))},
    # Whoever is not signed in is sent to do so; others to Stripe.
    "dues-pot": _form(EVERYBODY, _pot_form, answers=(302, 303, 409)),
    "dues-gift": _form(SIGNED_IN, _gift_form, answers=(303, 409)),
    "dues-gift-take-back": _posts(OWNER, lambda s: {"gift": s.gift.pk}),
    "dues-thanks": {"GET": Door(OWNER, asks=lambda s: {"paid": str(s.gift.one_off_id)})},
    "dues-waiver": _form(
        SIGNED_IN, lambda s: {"display_name": "Noor", "attested": "on"}, answers=(302, 409)
    ),
    "dues-waiver-wish": _posts(SIGNED_IN),
    "dues-link-cancel": _form(EVERYBODY, nothing, _link(Purpose.CANCEL), answers=(200,)),
    "dues-link-mend": _form(EVERYBODY, nothing, _link(Purpose.MEND), answers=(200,)),
    "dues-link-gift": _form(
        EVERYBODY,
        lambda s: {"display_name": "Rosa", "attested": "on"},
        _link(Purpose.GIFT),
        answers=(302, 409),
    ),
    "dues-link-attest": _form(EVERYBODY, nothing, _link(Purpose.ATTEST), answers=(200,)),
    "money": _reads(EVERYBODY),
    "payment-proof": _reads(OWNER, lambda s: {"uuid": s.payment.uuid}),
    # The books, for the treasurer and the stewards: the scene's steward is both
    "books": _reads(STEWARDS),
    "books-trial-balance": _reads(STEWARDS),
    "books-income": _reads(STEWARDS),
    "books-balance-sheet": _reads(STEWARDS),
    "books-journal": _reads(STEWARDS),
    "books-journal-csv": _reads(STEWARDS),
    "books-journal-beancount": _reads(STEWARDS),
    "books-entry": _reads(STEWARDS, _books_entry),
    "books-entry-undo": _form(STEWARDS, _undoing, _entry_by_hand),
    "books-list": _reads(STEWARDS, lambda s: {"name": "accounts"}),
    "books-vouchers": _reads(STEWARDS),
    # The walk sends no file: the form comes back and asks for it.
    "books-voucher-new": _form(STEWARDS, _expense, lambda s: {"kind": "expense"}, answers=(422,)),
    "books-voucher": _reads(STEWARDS, _voucher),
    "books-voucher-change": _form(STEWARDS, _expense, _own_voucher),
    "books-voucher-approve": _posts(
        STEWARDS, _voucher, sends=lambda s: {"fingerprint": s.voucher.fingerprint}
    ),
    "books-voucher-reject": _posts(STEWARDS, _voucher, sends=lambda s: {"reason": "Not ours."}),
    "books-voucher-withdraw": _posts(STEWARDS, _own_voucher),
    "books-voucher-document": _reads(STEWARDS, _voucher),
    "books-months": _reads(STEWARDS),
    "books-month": _form(STEWARDS, nothing, _month, answers=(302, 409)),
    "books-month-report": {"GET": Door(STEWARDS, _month, styled=True)},
    "dues-webhook": _posts(
        EVERYBODY,
        sends=lambda s: signed_event()[0],
        headers=lambda s: {"stripe-signature": signed_event()[1]},
        answers=_codes(200),
        csrf=False,
    ),
    # The API
    "api-root": _reads(API_READERS),
    "api-schema": _reads(API_READERS),
    "api-reference": _reads(EVERYBODY),
    "api-members-summary": _reads(API_READERS),
    "api-me": _reads(SIGNED_IN | {Role.FULL}),
    "api-awaiting": _reads(SIGNED_IN | {Role.FULL}),
    "api-everything": _reads(SIGNED_IN | {Role.FULL}),
    "api-mail-choices": {
        "GET": Door(SIGNED_IN | {Role.FULL}),
        "POST": Door(
            SIGNED_IN | {Role.FULL},
            sends=lambda s: {"kind": "votes", "wanted": True},
            answers=_codes(200),
        ),
    },
    "api-invitation": {
        "GET": Door(SIGNED_IN | {Role.FULL}),
        # The newcomer is no member; others may have a link.
        "POST": Door(
            SIGNED_IN | {Role.FULL}, sends=lambda s: {"named": True}, answers=_codes(201, 409)
        ),
        "DELETE": Door(SIGNED_IN | {Role.FULL}, answers=_codes(204, 409)),
    },
    "api-role-resign": _posts(
        SIGNED_IN | {Role.FULL}, lambda s: {"role": "scrutineer"}, answers=_codes(204, 409)
    ),
    "api-leaving": {
        "GET": Door(SIGNED_IN | {Role.FULL}),
        "POST": Door(
            SIGNED_IN | {Role.FULL}, sends=lambda s: {"code": "00000000"}, answers=_codes(409)
        ),
    },
    "api-leaving-code": _posts(SIGNED_IN | {Role.FULL}, answers=_codes(202, 409)),
    "api-what-stays": _reads(API_READERS),
    "api-record-entries": _reads(API_READERS),
    "api-record-entry": _reads(API_READERS, _entry),
    "api-terms": _reads(API_READERS),
    "api-terms-compare": {
        "GET": Door(
            API_READERS, asks=lambda s: {"one": s.version.term_id, "other": s.version.term_id}
        )
    },
    "api-term": _reads(API_READERS, _term),
    "api-term-version": _reads(API_READERS, _version),
    "api-polls": _reads(API_READERS),
    "api-poll": _reads(API_READERS, _closed_poll),
    "api-poll-issue": _posts(
        _API_MEMBERS, _open_poll, sends=lambda s: {"blinded": s.blinded}, answers=_codes(200)
    ),
    "api-poll-objection": _posts(
        _API_MEMBERS, _closed_poll, sends=lambda s: {"kind": "took-one"}, answers=_codes(201, 409)
    ),
    "api-poll-faults": {
        "GET": Door(STEWARDS, _open_poll),
        "POST": Door(
            STEWARDS,
            _open_poll,
            sends=lambda s: {"fault": "wrong-text", "sentence": "The ballot has an older text."},
            answers=_codes(201),
        ),
    },
    "api-poll-fault-confirm": _posts(STEWARDS, _named_fault, answers=_codes(200)),
    "api-poll-cast": _posts(
        EVERYBODY, _open_poll, sends=lambda s: s.ballot, answers=_codes(201), csrf=False
    ),
    "api-proposal-list": {
        "GET": Door(API_READERS),
        "POST": Door(
            _API_MEMBERS,
            sends=lambda s: {**_words(s), "kind": "resolution", "content": {"text": "Two trees."}},
            answers=_codes(201),
        ),
    },
    "api-proposal": {
        "GET": Door(API_READERS, _own),
        "PUT": Door(_API_OWNER, _own, sends=_term_json),
    },
    "api-proposal-support": {
        "POST": Door(
            MEMBERS | {Role.FULL}, _idea, sends=lambda s: _text(s.idea), answers=_codes(201)
        ),
        "DELETE": Door(_API_OWNER, _supported),
    },
    "api-proposal-withdraw": _posts(_API_OWNER, _own, answers=_codes(200)),
    "api-proposal-similar": _reads(API_READERS),
    "api-movement": _reads(API_READERS, _adopted),
    "api-proffer": {
        "POST": Door(_API_MEMBERS, _adopted, answers=_codes(201)),
        "DELETE": Door(NOBODY, _adopted),
    },
    "api-ask-list": _posts(
        _API_MEMBERS, _adopted, sends=lambda s: {"domain": "shop.example"}, answers=_codes(201)
    ),
    "api-ask": {"DELETE": Door(NOBODY, _letter)},
    "api-acceptance-list": _reads(API_READERS),
    "api-organisation-list": _posts(
        API_READERS, sends=lambda s: {"domain": "shop.example"}, answers=_codes(202)
    ),
    "api-organisation": _reads(API_READERS, _organisation),
    "api-follow": {
        "POST": Door((SIGNED_IN | {Role.FULL}), _idea, answers=_codes(204)),
        "DELETE": Door(NOBODY, _idea),
    },
    "api-follow-list": _reads(SIGNED_IN | {Role.FULL}),
    "api-mention-list": _reads(SIGNED_IN | {Role.FULL}),
    "api-participation": _reads(API_READERS),
    "api-proposal-echo": {
        "POST": Door(_API_MEMBERS, _idea, answers=_codes(204)),
        "DELETE": Door(NOBODY, _idea),
    },
    "api-proposal-flag": _posts(
        _API_MEMBERS, _idea, sends=lambda s: {"reason": "spam"}, answers=_codes(204)
    ),
    "api-proposal-hide": _posts(
        STEWARDS, _idea, sends=lambda s: {"reason": "Spam."}, answers=_codes(204)
    ),
    "api-text-list": _reads(API_READERS, _discussed),
    "api-amendment-list": {
        "GET": Door(API_READERS, _discussed),
        "POST": Door(
            _API_MEMBERS,
            _discussed,
            sends=lambda s: {"reason": "More.", "base": 1, "content": {"text": "Ten hedges."}},
            answers=_codes(201),
        ),
    },
    "api-amendment": _reads(API_READERS, _amendment),
    "api-amendment-support": {
        "POST": Door(
            _API_MEMBERS,
            _amendment,
            sends=lambda s: {"text_sha256": s.talk.amendment.wording.sha256},
            answers=_codes(201),
        ),
        "DELETE": Door(NOBODY, _amendment),
    },
    "api-amendment-decide": _posts(
        _API_OWNER,
        _own_amendment,
        sends=lambda s: {"decision": "withdraw"},
        answers=_codes(200),
    ),
    "api-comment": {
        "GET": Door(API_READERS, _own_comment),
        "PUT": Door(_API_OWNER, _own_comment, sends=lambda s: {"body": "Hazel."}),
    },
    "api-comment-history": _reads(API_READERS, _talk_comment),
    "api-comment-reaction": {
        "POST": Door(_API_MEMBERS, _talk_comment),
        "DELETE": Door(NOBODY, _talk_comment),
    },
    "api-comment-flag": _posts(
        _API_MEMBERS, _talk_comment, sends=lambda s: {"reason": "spam"}, answers=_codes(204)
    ),
    "api-comment-hide": _posts(
        STEWARDS, _talk_comment, sends=lambda s: {"reason": "Unkind."}, answers=_codes(200)
    ),
    "api-cases": _reads(STEWARDS),
    "api-case": _reads(STEWARDS, lambda s: {"pk": s.work.case.pk}),
    "api-case-ask": _posts(STEWARDS, lambda s: {"pk": s.work.case.pk}, answers=_codes(200)),
    "api-case-settle": _posts(
        STEWARDS,
        lambda s: {"pk": s.work.case.pk},
        sends=lambda s: {"way": "ask", "reason": "Who pays?"},
        answers=_codes(200),
    ),
    "api-refunds": _posts(
        STEWARDS,
        lambda s: {"payment": s.work.payment.uuid},
        sends=lambda s: {"minor": 1, "reason": "A mistake"},
        answers=_codes(201),
    ),
    "api-refund-approve": _posts(STEWARDS, lambda s: {"pk": s.work.refund.pk}, answers=_codes(200)),
    "api-flag-list": _reads(STEWARDS),
    "api-flag-settle": _posts(
        STEWARDS,
        lambda s: {"flag": s.talk.flag.pk},
        sends=lambda s: {"outcome": "kept"},
        answers=_codes(204),
    ),
    "api-draft-list": {
        "GET": Door(SIGNED_IN | {Role.FULL}),
        "POST": Door(
            _API_MEMBERS,
            sends=lambda s: {"kind": "resolution", "data": {"title": "Later"}},
            answers=_codes(201),
        ),
    },
    "api-draft": {
        "GET": Door(_API_OWNER, _draft),
        "PUT": Door(
            _API_OWNER, _draft, sends=lambda s: {"seen": 1, "data": {"title": "A good draft"}}
        ),
        "DELETE": Door(_API_OWNER, _draft, answers=_codes(204)),
    },
    "api-draft-publish": _posts(
        _API_OWNER,
        _draft,
        sends=lambda s: {**_words(s), "content": {"text": "Two trees."}},
        answers=_codes(200),
    ),
    "api-draft-invite": _posts(
        _API_OWNER, _draft, sends=lambda s: {"name": ""}, answers=_codes(201)
    ),
    "api-draft-join": _posts(
        _API_MEMBERS,
        sends=lambda s: {"secret": s.talk.invited_link, "accept": True},
        answers=_codes(204),
    ),
    "api-decision-rules": _reads(API_READERS),
    "api-offices": _reads(API_READERS),
    "api-proposal-kinds": _reads(API_READERS),
    "api-proposal-path": _reads(API_READERS, _own),
    "api-candidates": {
        "GET": Door(API_READERS, _election),
        "POST": Door(_API_MEMBERS, _election, sends=lambda s: _STATEMENT, answers=_codes(201)),
    },
    "api-candidate-nominate": _posts(
        _API_MEMBERS, _election, sends=lambda s: {"email": "a@example.org"}, answers=_codes(204)
    ),
    "api-nomination-decline": _posts(_API_OWNER, _election, answers=_codes(204)),
    "api-candidate-step-back": _posts(
        _API_OWNER, lambda s: {"pk": s.standing_in.pk}, answers=_codes(204)
    ),
    "api-proposal-interests": _posts(
        _API_OWNER, _own, sends=lambda s: {"text": "Spades."}, answers=_codes(200)
    ),
    "api-proposal-advice": _posts(STEWARDS, _idea, sends=lambda s: _NOTE, answers=_codes(409)),
    "api-comment-list": {
        "GET": Door(API_READERS, lambda s: {"pk": s.comment.proposal_id}),
        "POST": Door(
            _API_MEMBERS, _idea, sends=lambda s: {"body": "Which tree?"}, answers=_codes(201)
        ),
    },
    "api-dues": _reads(SIGNED_IN | {Role.FULL}),
    "api-dues-cancel": _posts(_API_MEMBERS, answers=_codes(200)),
    "api-dues-resume": _posts(_API_MEMBERS, answers=_codes(409)),
    "api-dues-change": _posts(
        _API_MEMBERS, sends=lambda s: {"plan": str(s.plan.pk)}, answers=_codes(202, 409)
    ),
    "api-dues-change-preview": _posts(
        _API_MEMBERS, sends=lambda s: {"plan": str(s.plan.pk)}, answers=_codes(200, 409)
    ),
    "api-dues-waiver": _posts(
        SIGNED_IN | {Role.FULL},
        sends=lambda s: {"display_name": "Noor", "attested": True},
        answers=_codes(201, 409),
    ),
    "api-dues-pot": _posts(
        SIGNED_IN | {Role.FULL},
        sends=lambda s: {"attested": True, "amount": {"minor": 500, "currency": "EUR"}},
        answers=_codes(201, 409),
    ),
    "api-dues-gifts": _posts(
        SIGNED_IN | {Role.FULL},
        sends=lambda s: {**_gift_form(s), "attested": True},
        answers=_codes(201, 409),
    ),
    "api-dues-plans": _reads(API_READERS),
    "api-ledger-summary": _reads(API_READERS),
    "api-ledger-digests": _reads(API_READERS),
    "api-books-entries": _reads(STEWARDS),
    "api-books-entry": _reads(STEWARDS, _books_entry),
    "api-books-entry-undo": _posts(
        STEWARDS, _entry_by_hand_in_api, sends=_undoing, answers=_codes(201)
    ),
    "api-books-statements": _reads(STEWARDS),
    "api-books-vouchers": _reads(STEWARDS)
    | _posts(
        STEWARDS,
        sends=lambda s: {
            "kind": "expense",
            "description": "Hosting",
            "on": f"{s.now:%Y-%m-%d}",
            "debit": "hosting",
            "credit": "bank",
            "minor": 7500,
            "document": "JVBERi0xLjcgYSBiaWxs",
        },
        answers=_codes(201),
    ),
    "api-books-voucher": _reads(STEWARDS, _voucher)
    | {
        "PUT": Door(
            STEWARDS,
            _own_voucher,
            sends=lambda s: {
                "kind": "expense",
                "description": "Hosting, a month more",
                "on": f"{s.now:%Y-%m-%d}",
                "debit": "hosting",
                "credit": "bank",
                "minor": 7600,
            },
            answers=_codes(200),
        )
    },
    "api-books-voucher-approve": _posts(
        STEWARDS,
        _voucher,
        sends=lambda s: {"fingerprint": s.voucher.fingerprint},
        answers=_codes(200),
    ),
    "api-books-voucher-reject": _posts(
        STEWARDS, _voucher, sends=lambda s: {"reason": "Not ours."}, answers=_codes(200)
    ),
    "api-books-voucher-withdraw": _posts(STEWARDS, _own_voucher, answers=_codes(200, 409)),
    # The month is not over, so it is not closed.
    "api-books-months": _reads(STEWARDS)
    | _posts(STEWARDS, sends=lambda s: {"month": f"{s.now:%Y-%m}"}, answers=_codes(409)),
    # What a demonstration adds
    "demo": _reads(EVERYBODY),
    "demo-company-file": _reads(EVERYBODY, lambda s: {"domain": "bakery.example"}),
    "demo-sign-in": _posts(EVERYBODY, lambda s: {"guise": "member"}),
    "demo-sponsor": _posts(EVERYBODY, lambda s: {"proposal": s.idea.pk}),
    "demo-vote": _posts(EVERYBODY, lambda s: {"poll": s.open_poll.pk}),
    **DESK,
    **GRANTS,
    **AWARDS,
    **GRANTS_API,
    **OPEN_GRANTS,
}


def _term_about(scene: Scene) -> dict[str, str]:
    return {"about": scene.version.term_id}


_PAGES = ("page",)
_CURSOR = ("cursor", "page_size")
_PROPOSALS = ("q", "stage", "kind", "author", "term", "opened_after", "opened_before")
_POLLS = ("stage", "method", "opens_after", "opens_before", "closes_after", "closes_before")
_TERMS = ("q", "kind", "action", "purpose", "data", "status", "slug")
_CHOICES = (*QUESTIONS_OF_CHOICE, "sent")
_ENTRIES = ("type", "since", "until")
_DAYS = ("since", "until")
_JOURNAL = ("q", "account", *_DAYS)
_ACCEPTANCES = ("term", "domain", "current", "since_after", "since_before")
TIMES = {*_PROPOSALS[5:], *_ACCEPTANCES[3:], *_POLLS[2:], *_ENTRIES[1:], *TIMES_OF_OPEN_GRANTS}

# What a route reads from its query string.
QUESTIONS: dict[str, tuple[str, ...]] = {
    "account_login": ("next",),
    "proposal-list": (*_PROPOSALS, *_PAGES),
    "proposal": ("order", "show", *_PAGES),
    "proposal-similar": ("q", "title", "summary"),
    "proposal-feed-atom": _PAGES,
    "proposal-feed-json": _PAGES,
    "following": _PAGES,
    "term-movement": _PAGES,
    "organisations": ("q", "term", *_PAGES),
    "api-acceptance-list": (*_ACCEPTANCES, *_CURSOR),
    "api-follow-list": _CURSOR,
    "api-mention-list": _CURSOR,
    "proposal-texts": ("from", "to", *_PAGES),
    "amendment": ("order", "show", *_PAGES),
    "amendment-list": ("state", *_PAGES),
    "amendment-new": ("replaces",),
    "comment": _PAGES,
    "api-cases": _CURSOR,
    "flags": _PAGES,
    "draft-list": _PAGES,
    "draft-history": ("save", *_PAGES),
    "api-proposal-similar": ("q",),
    "api-text-list": _CURSOR,
    "api-amendment-list": _CURSOR,
    "api-flag-list": _CURSOR,
    "api-draft-list": _CURSOR,
    "proposal-write": ("about",),
    "poll-list": (*_POLLS, *_PAGES),
    "term-list": _TERMS,
    "term-choose": _CHOICES,
    "record": (*_ENTRIES, "before"),
    "record-proof": ("hash",),
    "record-consistency": ("old", "new"),
    "record-consistency-proof": ("old", "new"),
    "join-wait": ("checkout", "since"),
    "join-cancelled": ("checkout",),
    "api-schema": ("format", "lang"),
    "api-record-entries": (*_ENTRIES, *_CURSOR),
    "api-terms": (*_TERMS, *_CURSOR),
    "api-polls": (*_POLLS, *_CURSOR),
    "api-poll-faults": _CURSOR,
    "api-proposal-list": (*_PROPOSALS, *_CURSOR),
    "api-comment-list": ("amendment", "stance", *_CURSOR),
    "api-dues-plans": _CURSOR,
    "books-trial-balance": _DAYS,
    "books-income": _DAYS,
    "books-balance-sheet": _DAYS,
    "books-journal": (*_JOURNAL, *_PAGES),
    "books-journal-csv": _JOURNAL,
    "books-journal-beancount": _DAYS,
    "books-vouchers": _PAGES,
    "books-months": _PAGES,
    "api-books-entries": (*_JOURNAL, *_CURSOR),
    "api-books-statements": _DAYS,
    "api-books-vouchers": _CURSOR,
    "api-books-months": _CURSOR,
    "api-ledger-digests": _CURSOR,
    **ASKED_OF_DESK,
    **ASKED_OF_GRANTS,
    **ASKED_OF_AWARDS,
    **ASKED_OF_GRANTS_API,
    **ASKED_OF_OPEN_GRANTS,
}
