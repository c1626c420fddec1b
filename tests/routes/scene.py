"""The people who walk through the site, and what the addresses of the walk name."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from django.utils import timezone
from fido2.cose import ES256
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData

from config import demo
from funding.dues import actions as dues
from funding.dues.models import CheckoutIntent, Gift, Payment, Plan, Subscription
from funding.dues.remote import Collected, Movement
from funding.ledger import actions as books
from funding.ledger.models import Month, Voucher
from funding.ledger.sweeps import digest as tell_digests
from funding.ledger.vouchers import Kind
from governance.proposals import actions as proposals
from governance.proposals.models import Comment, Proposal
from governance.record.models import Entry
from governance.record.reads import published_size
from governance.terms import roster
from governance.terms.models import Version
from governance.voting import actions as voting
from governance.voting.ballots import to_base64
from governance.voting.models import NamedFault, Poll
from governance.voting.voter import Voter
from kernel.money import Money
from members.actions import create_token, invite, revoke_token
from members.models import Away, Invitation, Person, PersonalToken, RoleGrant
from members.scopes import SCOPES
from tests.routes import stewards_work
from tests.routes.election_scene import set_elections
from tests.routes.grants_awards_scene import Awards, set_awards
from tests.routes.grants_scene import Grants, set_grants
from tests.routes.talk_scene import Talk, set_talk
from tests.world import World


class Role(StrEnum):
    """Who comes: five browsers, then three programs with a token of the member's."""

    ANONYMOUS = "anonymous"
    HALFWAY = "asked for a sign-in code and has not entered it"
    NEWCOMER = "newcomer"
    MEMBER = "member"
    STEWARD = "steward"
    BARE = "token without scopes"
    FULL = "token with every scope"
    REVOKED = "revoked token"


# Where the site is, as a passkey knows it.
_SITE = hashlib.sha256(b"testserver").digest()
_CHALLENGE = base64.urlsafe_b64encode(bytes(33)).decode()

TOKENS = frozenset({Role.BARE, Role.FULL, Role.REVOKED})
SIGNED_IN = frozenset({Role.NEWCOMER, Role.MEMBER, Role.STEWARD})


@dataclass(frozen=True, slots=True)
class Scene:
    """What there is to go to. The member wrote ``own``, and stands behind ``supported``."""

    world: World
    now: datetime
    secrets: dict[Role, str]
    own: Proposal
    idea: Proposal
    supported: Proposal
    comment: Comment
    open_poll: Poll
    named_fault: NamedFault
    closed_poll: Poll
    version: Version
    checkout: CheckoutIntent
    plan: Plan
    spare_token: PersonalToken
    invitation: Invitation
    passkey: Authenticator
    recovery_code: str
    entry: Entry
    record_size: int
    ballot: dict[str, Any]
    talk: Talk
    voucher: Voucher
    own_voucher: Voucher
    payment: Payment
    subscription: Subscription
    gift: Gift
    month: str
    work: stewards_work.StewardsWork
    grants: Grants
    awards: Awards
    # Where the member was asked to stand, and where they stand.
    election: Proposal
    standing_in: Proposal

    def person(self, role: Role) -> Person:
        people = {Role.NEWCOMER: self.world.newcomer, Role.STEWARD: self.world.steward}
        return people.get(role, self.world.member)

    @property
    def assertion(self) -> dict[str, Any]:
        """What a browser says when the passkey is used, with a signature that does not fit."""
        client = {"type": "webauthn.get", "challenge": _CHALLENGE, "origin": "http://testserver"}
        flags = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.UV
        return {
            **{name: self.passkey.data["credential"][name] for name in ("id", "rawId", "type")},
            "response": {
                "clientDataJSON": _url(json.dumps(client).encode()),
                "authenticatorData": _url(bytes(AuthenticatorData.create(_SITE, flags, counter=1))),
                "signature": _url(bytes(70)),
                "userHandle": _url(user_pk_to_url_str(self.world.member).encode()),
            },
            "clientExtensionResults": {},
        }

    @property
    def blinded(self) -> str:
        """A message to have signed, as one's browser would make it."""
        return to_base64(Voter(self.open_poll.manifest or {}).blinded)


def set_scene(world: World) -> Scene:
    now = timezone.now()
    member = world.member
    ada, ben = Person.objects.exclude(email__in=_emails(world)).in_standing(now.date())[:2]
    supported = _resolution(ada, now)
    proposals.support(proposal=supported, text_sha256=supported.wording.sha256, by=member, at=now)
    codes = RecoveryCodes.activate(member)
    spare, _secret = _token(member, now, "read")
    closed = Poll.objects.filter(stage="closed").order_by("opens_at")[0]
    soon = now.date() + timedelta(days=3)
    Away.objects.create(person=world.steward, first_on=soon, last_on=soon)
    others = Person.objects.exclude(email__in=_emails(world)).in_standing(now.date())
    election, standing_in = set_elections(member, [ada, ben], now)
    return Scene(
        world=world,
        election=election,
        standing_in=standing_in,
        talk=set_talk(member, list(others.exclude(role_grants__isnull=False)[2:6]), now),
        now=now,
        secrets=_secrets(member, now),
        own=_term(member, now),
        idea=_resolution(ben, now),
        supported=supported,
        comment=Comment.objects.filter(proposal__stage="discussion")
        .exclude(proposal__author=member)
        .order_by("at")[0],
        open_poll=world.poll("open"),
        named_fault=_named_fault(world, ada, now),
        closed_poll=closed,
        version=world.version(),
        checkout=CheckoutIntent.objects.get(person=member),
        plan=Plan.objects.on_offer()[0],
        spare_token=spare,
        invitation=invite(person=ben, named=True, by=ben, at=now),
        passkey=_passkey(member),
        recovery_code=codes.get_unused_codes()[0],
        entry=Entry.objects.within(published_size()).order_by("index")[0],
        record_size=published_size(),
        ballot=_ballot(world, now),
        voucher=_voucher(ada, now),
        own_voucher=_voucher(world.steward, now),
        payment=_told_payment(member, now),
        subscription=Subscription.objects.filter(person=member)[0],
        gift=set_gift(member, now),
        month=_closed_month(),
        grants=set_grants(
            member, world.steward, list(others.filter(role_grants__isnull=True)[6:12]), now
        ),
        awards=set_awards(
            member, world.steward, list(others.filter(role_grants__isnull=True)[12:15]), now
        ),
        work=stewards_work.make(
            Payment.objects.filter(person=member).order_by("paid_at")[0],
            member=member,
            colleague=ada,
            now=now,
        ),
    )


def set_gift(giver: Person, now: datetime) -> Gift:
    """A gift that is paid and waits to be accepted."""
    plan = Plan.objects.on_offer()[0]
    one_off = dues.begin_gift(
        person=giver,
        email="rosa@example.org",
        plan=plan,
        message="",
        otherwise=Gift.POT,
        attested=True,
        by=giver,
        at=now,
    )
    free = Money(0, plan.currency)
    movement = Movement("txn_gift", "charge", plan.amount, free, "ch_gift", now)
    dues.apply_paid(
        reference=str(one_off.pk),
        session_id="",
        collected=Collected(movement, "ch_gift", "pi_gift"),
        by=giver,
        at=now,
    )
    return Gift.objects.get(one_off=one_off)


def confirmed(person: Person) -> dict[str, Any]:
    """What a session holds of whoever has just confirmed with a passkey that it is them."""
    how = {"method": "mfa", "type": "webauthn", "reauthenticated": True, "at": time.time()}
    return {
        "account_authentication_methods": [how],
        "account_authentication_methods_user": str(person.pk),
        **challenged(),
    }


def challenged() -> dict[str, Any]:
    """What a session holds of a browser that was asked for a passkey."""
    return {"mfa.webauthn.state": {"challenge": _CHALLENGE, "user_verification": "required"}}


def signed_event() -> tuple[bytes, str]:
    """An event as Stripe sends it, with its signature."""
    about = {"id": "in_1", "object": "invoice"}
    event = {"id": "evt_1", "object": "event", "type": "invoice.paid", "livemode": False}
    body = json.dumps({**event, "data": {"object": about}}).encode()
    at = int(time.time())
    key = settings.STRIPE_WEBHOOK_SECRETS[0].encode()
    mac = hmac.new(key, b"%d." % at + body, hashlib.sha256).hexdigest()
    return body, f"t={at},v1={mac}"


def _emails(world: World) -> list[str]:
    return [world.newcomer.email, world.member.email, world.steward.email, "tova@example.org"]


def _token(person: Person, now: datetime, *opens: str) -> tuple[PersonalToken, str]:
    return create_token(
        person=person, name="walk", opens=opens, lasts=timedelta(days=1), by=person, at=now
    )


def _secrets(member: Person, now: datetime) -> dict[Role, str]:
    bare, bare_secret = _token(member, now, "read")
    # No page makes one that opens nothing: what it had may have been taken from it.
    PersonalToken.objects.filter(pk=bare.pk).update(scopes=[])
    _full, full_secret = _token(member, now, *SCOPES)
    revoked, revoked_secret = _token(member, now, *SCOPES)
    revoke_token(token=revoked, by=member, at=now)
    return {Role.BARE: bare_secret, Role.FULL: full_secret, Role.REVOKED: revoked_secret}


def _resolution(author: Person, now: datetime) -> Proposal:
    return proposals.propose(
        kind="resolution",
        title="Plant a tree",
        summary="The cooperative plants a tree.",
        problem="There is none.",
        content="The cooperative plants a tree.",
        by=author,
        at=now,
    )


def _term(author: Person, now: datetime) -> Proposal:
    known = roster.load(Path(demo.__path__[0]) / "roster.toml")[0]
    return proposals.propose(
        kind="adopt_term",
        summary="A term of my own.",
        problem="There is none like it.",
        content=replace(known, slug="of-my-own", rules=known.rules[:1], aliases=()),
        by=author,
        at=now,
    )


def _ballot(world: World, now: datetime) -> dict[str, Any]:
    """A ballot that somebody took and has not cast yet."""
    poll = world.poll("open")
    entry = poll.roll.filter(issue_mark=None).exclude(person__email__in=_emails(world))[0]
    voter = Voter(poll.manifest or {})
    voter.take(voting.issue(poll=poll, blinded=voter.blinded, by=entry.person, at=now))
    return voter.ballot("yes")


def _named_fault(world: World, scrutineer: Person, now: datetime) -> NamedFault:
    """A fault that somebody named; the steward is a scrutineer too.

    Not in the poll that others vote in here: its keys go with it, and no rollback brings them back.
    """
    voted_in = world.poll("open")
    poll = Poll.objects.filter(stage="open").exclude(pk=voted_in.pk).order_by("pk")[0]
    for person in (scrutineer, world.steward):
        RoleGrant.objects.create(
            person=person, role="scrutineer", starts_on=now.date(), basis="scene"
        )
    return NamedFault.objects.create(
        poll=poll,
        fault="wrong-roll",
        sentence="Nobody who joined in May is on it.",
        proposed_by=scrutineer,
        proposed_at=now,
    )


def _voucher(person: Person, now: datetime) -> Voucher:
    """An expense that somebody of the treasury prepared."""
    RoleGrant.objects.create(
        person=person, role="treasurer", starts_on=now.date(), basis="scene of the books"
    )
    facts = books.Facts(
        kind=Kind.EXPENSE,
        description="Servers",
        on=now.date(),
        debit="hosting",
        credit="bank",
        amount=Money(7_500, settings.CURRENCY),
        document=b"%PDF-1.7 a bill",
    )
    return books.prepare_voucher(facts=facts, by=person, at=now)


def _told_payment(person: Person, now: datetime) -> Payment:
    """A payment of that person's whose day the record was told of."""
    tell_digests(now + timedelta(days=2))
    return Payment.objects.filter(person=person).order_by("paid_at")[0]


def _closed_month() -> str:
    """The month that the story's steward closed."""
    return f"{Month.objects.get().first:%Y-%m}"


def _passkey(person: Person) -> Authenticator:
    """A passkey, in the words in which a browser answers when it has made one."""
    identifier = hashlib.sha256(b"a passkey").digest()
    public = ec.generate_private_key(ec.SECP256R1()).public_key()
    key = ES256.from_cryptography_key(public)  # type: ignore[no-untyped-call]
    data = AuthenticatorData.create(
        _SITE,
        AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.UV | AuthenticatorData.FLAG.AT,
        counter=0,
        credential_data=AttestedCredentialData.create(bytes(16), identifier, key),
    )
    client = {"type": "webauthn.create", "challenge": _CHALLENGE, "origin": "http://testserver"}
    credential = {
        "id": _url(identifier),
        "rawId": _url(identifier),
        "type": "public-key",
        "response": {
            "clientDataJSON": _url(json.dumps(client).encode()),
            "attestationObject": _url(bytes(AttestationObject.create("none", data, {}))),
        },
        "clientExtensionResults": {"credProps": {"rk": True}},
    }
    passkey: Authenticator = Authenticator.objects.create(
        user=person,
        type=Authenticator.Type.WEBAUTHN,
        data={"name": "my phone", "credential": credential},
    )
    return passkey


def _url(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
