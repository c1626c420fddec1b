"""Who may do what at which address: the table that the walk holds every route to.

A route that is not in :data:`ACCESS` fails the walk, and so does a row that has no route. ``GET``
stands for ``HEAD`` too; a method that a row does not name is refused to everybody.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from governance.proposals.models import Proposal
from governance.record.reads import signed_at
from governance.terms.choices import QUESTIONS as QUESTIONS_OF_CHOICE
from governance.terms.rulebook import DraftContent
from members.views import passkey_slug
from tests.routes.scene import SIGNED_IN, Role, Scene, signed_event

EVERYBODY = frozenset(Role)
# A token that has ended opens nothing of the API, not even what needs none.
API_READERS = EVERYBODY - {Role.REVOKED}
MEMBERS = frozenset({Role.MEMBER, Role.STEWARD})
# What is the member's own: others, signed in or not, do not find it.
OWNER = frozenset({Role.MEMBER})
STEWARDS = frozenset({Role.STEWARD})
NOBODY: frozenset[Role] = frozenset()

Parameters = dict[str, object]


def nothing(scene: Scene) -> dict[str, Any]:
    return {}


@dataclass(frozen=True, slots=True)
class Door:
    """One method of a route: who may, what the address names, what is sent, what is answered."""

    may: frozenset[Role]
    to: Callable[[Scene], Parameters] = nothing
    asks: Callable[[Scene], dict[str, str]] = nothing
    # A form for a page, JSON for the API; with it, whoever may gets one of ``answers``.
    sends: Callable[[Scene], Any] = nothing
    headers: Callable[[Scene], dict[str, str]] = nothing
    answers: frozenset[int] = frozenset({200})
    # The tables that a safe method may write to.
    keeps: frozenset[str] = frozenset()
    # Nobody's session is believed here, so no token against forgery is asked for.
    csrf: bool = True


Doors = dict[str, Door]


def _reads(may: frozenset[Role], to: Callable[[Scene], Parameters] = nothing) -> Doors:
    return {"GET": Door(may, to)}


def _posts(may: frozenset[Role], to: Callable[[Scene], Parameters] = nothing, **more: Any) -> Doors:
    return {"POST": Door(may, to, **{"answers": _codes(302), **more})}


def _form(
    may: frozenset[Role],
    sends: Callable[[Scene], Any],
    to: Callable[[Scene], Parameters] = nothing,
    *,
    answers: tuple[int, ...] = (302,),
    shows: tuple[int, ...] = (200,),
    keeps: tuple[str, ...] = (),
) -> Doors:
    """A page with a form that posts to itself."""
    return {
        "GET": Door(may, to, answers=_codes(*shows), keeps=frozenset(keeps)),
        "POST": Door(may, to, sends=sends, answers=_codes(*answers)),
    }


def _entrance(
    sends: Callable[[Scene], Any], *, answers: tuple[int, ...] = (200, 302), keeps: bool = False
) -> Doors:
    """A page of signing in: whoever has no business there, or is signed in, is sent on."""
    sessions = ("django_session",) if keeps else ()
    return _form(EVERYBODY, sends, answers=answers, shows=(200, 302), keeps=sessions)


def _codes(*codes: int) -> frozenset[int]:
    return frozenset(codes)


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


# What is sent


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
    "money": _reads(EVERYBODY),
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
    "api-comment-list": {
        "GET": Door(API_READERS, lambda s: {"pk": s.comment.proposal_id}),
        "POST": Door(
            _API_MEMBERS, _idea, sends=lambda s: {"body": "Which tree?"}, answers=_codes(201)
        ),
    },
    "api-dues-plans": _reads(API_READERS),
    "api-ledger-summary": _reads(API_READERS),
    # What a demonstration adds
    "demo": _reads(EVERYBODY),
    "demo-sign-in": _posts(EVERYBODY, lambda s: {"guise": "member"}),
    "demo-sponsor": _posts(EVERYBODY, lambda s: {"proposal": s.idea.pk}),
    "demo-vote": _posts(EVERYBODY, lambda s: {"poll": s.open_poll.pk}),
}


def _term_about(scene: Scene) -> dict[str, str]:
    return {"about": scene.version.term_id}


_PAGES = ("page",)
_CURSOR = ("cursor", "page_size")
_PROPOSALS = ("q", "stage", "kind", "opened_after", "opened_before")
_POLLS = ("stage", "method", "opens_after", "opens_before", "closes_after", "closes_before")
_TERMS = ("q", "kind", "action", "purpose", "data", "status", "slug")
_CHOICES = (*QUESTIONS_OF_CHOICE, "sent")
_ENTRIES = ("type", "since", "until")
TIMES = {*_PROPOSALS[3:], *_POLLS[2:], *_ENTRIES[1:]}

# What a route reads from its query string.
QUESTIONS: dict[str, tuple[str, ...]] = {
    "account_login": ("next",),
    "proposal-list": (*_PROPOSALS, *_PAGES),
    "proposal": _PAGES,
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
    "api-proposal-list": (*_PROPOSALS, *_CURSOR),
    "api-comment-list": _CURSOR,
    "api-dues-plans": _CURSOR,
}
