"""Who may write what of grants through the API: part of the walk's table."""

from __future__ import annotations

import uuid
from base64 import b64encode
from collections.abc import Callable
from typing import Any

from tests.routes.doors import STEWARDS, Door, Doors, Parameters, codes, posts, reads
from tests.routes.grants_scene import typed
from tests.routes.scene import SIGNED_IN, Role, Scene

# The member, with a browser or with a program that may do everything they may.
APPLICANT = frozenset({Role.MEMBER, Role.FULL})
_NO_LINE = str(uuid.UUID(int=0))


def _grant(name: str) -> Callable[[Scene], Parameters]:
    return lambda scene: {"pk": getattr(scene.grants, name).pk}


def _award(name: str) -> Callable[[Scene], Parameters]:
    return lambda scene: {"pk": getattr(scene.awards, name).pk}


def _later(scene: Scene) -> Parameters:
    """A milestone that nothing was shown of yet."""
    return {"pk": scene.awards.award.milestones.get(number=5).pk}


def _file(scene: Scene) -> Parameters:
    return {"pk": scene.grants.draft.pk, "file": scene.grants.file.pk}


def _fund(scene: Scene) -> Parameters:
    return {"pk": scene.awards.award.fund_id}


def _seen(scene: Scene) -> dict[str, Any]:
    return {"seen": scene.grants.draft.draft.number}


def _same(scene: Scene) -> dict[str, Any]:
    return {"fingerprint": scene.awards.payment.fingerprint}


def _text(scene: Scene) -> dict[str, Any]:
    return {"sha256": scene.awards.sha256}


def _applies(
    to: Callable[[Scene], Parameters],
    sends: Callable[[Scene], Any] | None = None,
    *answers: int,
) -> Doors:
    more = {"sends": sends} if sends else {}
    return posts(APPLICANT, to, answers=codes(*(answers or (200,))), **more)


def _looks_after(
    to: Callable[[Scene], Parameters],
    sends: Callable[[Scene], Any] | None = None,
    *answers: int,
) -> Doors:
    more = {"sends": sends} if sends else {}
    return posts(STEWARDS, to, answers=codes(*(answers or (200,))), **more)


_DRAFT, _DECLINED = _grant("draft"), _grant("declined")
_REVIEWED, _READ = _grant("reviewed"), _grant("read")
_AGREED, _OFFERED, _PAYMENT = _award("award"), _award("offered"), _award("payment")

GRANTS_API: dict[str, Doors] = {
    # Who applies
    "api-grant-apply": posts(SIGNED_IN | {Role.FULL}, _grant("open"), answers=codes(201)),
    "api-grant-mine-list": reads(SIGNED_IN | {Role.FULL}),
    "api-grant-mine": {
        "GET": Door(APPLICANT, _DRAFT),
        "PUT": Door(
            APPLICANT, _DRAFT, sends=lambda s: {**_seen(s), "content": typed("250", "Another name")}
        ),
    },
    "api-grant-submit": _applies(_DRAFT, _seen),
    "api-grant-withdraw": _applies(_DRAFT),
    "api-grant-team": {
        "GET": Door(APPLICANT, _DRAFT),
        "PUT": Door(
            APPLICANT,
            _DRAFT,
            sends=lambda s: {
                "members": [{"name": "Tom", "email": "tom@example.org", "role": "writes"}],
                "related": [{"person": str(s.person(Role.STEWARD).pk), "what": "A cousin"}],
            },
        ),
    },
    "api-grant-files": _applies(
        _DRAFT,
        lambda s: {"name": "more.txt", "document": b64encode(b"More of it.").decode()},
        201,
    ),
    "api-grant-file": {"DELETE": Door(APPLICANT, _file, answers=codes(204))},
    "api-grant-import": _applies(
        _DRAFT, lambda s: {**_seen(s), "url": "https://127.0.0.1/funding.json"}, 409
    ),
    "api-grant-correct": _applies(_DECLINED, lambda s: {"text": "It is for shoppers."}),
    # It is not eligible, and not left off the shortlist.
    "api-grant-ask-members": _applies(_DECLINED, None, 409),
    "api-grant-account": posts(
        APPLICANT,
        answers=codes(201),
        sends=lambda s: {
            "name": "Mia",
            "iban": "DE89370400440532013000",
            "town": "Bonn",
            "country": "DE",
        },
    ),
    # Who looks after it
    "api-grant-interest": _looks_after(_grant("undeclared"), lambda s: {"conflicted": False}, 201),
    "api-grant-decide": _looks_after(
        _grant("screened"), lambda s: {"what": "find_eligible", "reasons": "It fits."}
    ),
    "api-grant-review": _looks_after(
        _REVIEWED, lambda s: {"scores": {"reach": 4, "craft": 3}, "comment": "Good."}, 201
    ),
    # The steward reviews it too, and has not yet.
    "api-grant-remark": _looks_after(_REVIEWED, lambda s: {"text": "Let us talk."}, 409),
    "api-grant-answer": _looks_after(
        _REVIEWED, lambda s: {"upheld": True, "answer": "You are right."}, 409
    ),
    "api-grant-confirm": _looks_after(_REVIEWED, None, 409),
    "api-grant-vote": _looks_after(_READ, None, 409),
    "api-grant-reviewer": _looks_after(
        _grant("open"), lambda s: {"email": s.grants.reviewer.email}, 201
    ),
    "api-grant-reviewer-end": _looks_after(
        _READ, lambda s: {"email": s.person(Role.STEWARD).email}
    ),
    "api-grant-fund-close": _looks_after(_fund),
    # Awards
    "api-grant-offer": _looks_after(_OFFERED, lambda s: {"text": "Other words."}),
    "api-grant-accept": _applies(_OFFERED, _text),
    "api-grant-countersign": _looks_after(_OFFERED, _text),
    "api-grant-award-decline": _applies(_OFFERED),
    "api-grant-terminate": _looks_after(_AGREED, lambda s: {"reason": "It stopped."}, 201),
    "api-grant-terminate-confirm": _looks_after(_AGREED, None, 409),
    "api-grant-terminate-withdraw": _looks_after(_AGREED, None, 409),
    "api-grant-returns": reads(STEWARDS, _AGREED)
    | _looks_after(_AGREED, lambda s: {"line": _NO_LINE}, 404),
    "api-grant-check": _looks_after(_AGREED, lambda s: {"lists": "eu", "found": False}, 201),
    "api-grant-payee": _looks_after(_AGREED),
    "api-grant-evidence": _applies(
        _award("shown"), lambda s: {"url": "https://example.org/", "note": "More."}, 201
    ),
    "api-grant-verdict": _looks_after(
        _award("shown"), lambda s: {"accepted": True, "reasons": "It runs."}
    ),
    "api-grant-amend": _applies(
        _later,
        lambda s: {"criteria": "Less.", "due_on": "2099-01-01", "reason": "A part came late."},
        201,
    ),
    "api-grant-extend": _applies(
        _later, lambda s: {"due_on": "2099-01-01", "reason": "A part came late."}, 201
    ),
    "api-grant-amendment-answer": _looks_after(_later, lambda s: {"accepted": True}, 409),
    # Payments
    "api-grant-pay": _looks_after(_award("reached"), None, 201),
    "api-grant-payment": reads(STEWARDS, _PAYMENT),
    "api-grant-payment-change": _looks_after(_PAYMENT, _same, 409),
    "api-grant-payment-approve": _looks_after(_PAYMENT, _same),
    "api-grant-payment-cancel": _looks_after(_PAYMENT),
    "api-grant-payment-transfer": _looks_after(
        _PAYMENT, lambda s: {**_same(s), "reference": "R-1"}, 409
    ),
    "api-grant-payment-fail": _looks_after(_PAYMENT, None, 409),
    "api-grant-payment-reversal": reads(STEWARDS, _PAYMENT)
    | _looks_after(_PAYMENT, lambda s: {"line": _NO_LINE, "reason": "It came back."}, 404)
    | {"DELETE": _looks_after(_PAYMENT, None, 409)["POST"]},
    "api-grant-payment-reversal-confirm": _looks_after(_PAYMENT, None, 409),
    "api-grant-bank-files": posts(
        STEWARDS,
        answers=codes(409),
        sends=lambda s: {"payments": [str(s.awards.payment.pk)], "execute_on": "2099-01-01"},
    ),
    "api-grant-bank-file": reads(STEWARDS, _award("file")),
}

# What a route reads from its query string.
ASKED_OF_GRANTS_API: dict[str, tuple[str, ...]] = {"api-grant-mine-list": ("cursor", "page_size")}
