"""How a request to Stripe becomes a call, and how its answer goes back.

Keys, versions, parameters, idempotency, expansion, errors: what is the same for every operation.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException

from funding.stripe_sandbox import params
from funding.stripe_sandbox.account import API_VERSION, Account, Cause
from funding.stripe_sandbox.errors import ApiError
from funding.stripe_sandbox.expand import expand
from funding.stripe_sandbox.faults import Rule
from funding.stripe_sandbox.ids import new_id
from funding.stripe_sandbox.objects import money
from funding.stripe_sandbox.store import Condition, Json, among, equals, within

_NOTHING: Mapping[str, params.Reader] = {}
_KEPT_FOR = 24 * 3600  # how long an idempotency key is remembered, as at Stripe

# What a list inside an object takes.
INNER_PAGING: Mapping[str, params.Reader] = {"limit": params.integer, "starting_after": params.text}
PAGING: Mapping[str, params.Reader] = {
    "created": params.created,
    "ending_before": params.text,
    "limit": params.integer,
    "starting_after": params.text,
}


@dataclass(frozen=True, slots=True)
class Call:
    """One well-formed request: on which account, with what, when, and from which request."""

    account: Account
    params: Json
    at: int
    cause: Cause

    @property
    def limit(self) -> int:
        """How many objects a page holds. Raises ``ApiError`` for more than Stripe gives."""
        limit: int = self.params.get("limit", 10)
        if not 1 <= limit <= 100:
            bound = "greater than or equal to 1" if limit < 1 else "less than or equal to 100"
            raise ApiError(
                f"This value must be {bound} (it currently is '{limit}').", param="limit"
            )
        return limit

    def where(self, *names: str, lists: Mapping[str, str] | None = None) -> list[Condition]:
        """Conditions for the filters that are given; ``lists`` maps a list's name to its field."""
        found = [
            equals(name, self.params[name]) for name in names if self.params.get(name) is not None
        ]
        for name, field in (lists or {}).items():
            if name in self.params:
                found.append(among(field, self.params[name]))
        return found

    def part(self, data: list[Json]) -> Json:
        """A page of what lies inside an object, in its own order."""
        ids = [entry["id"] for entry in data]
        after = self.params.get("starting_after")
        if after is not None and after not in ids:
            raise ApiError(f"No such object: '{after}'", param="starting_after")
        begin = ids.index(after) + 1 if after is not None else 0
        end = begin + self.limit
        return _list(data[begin:end], has_more=end < len(data))

    def page(self, kind: str, conditions: list[Condition]) -> Json:
        """A page of objects, by the paging parameters of the call."""
        data, has_more = self.account.store.page(
            kind,
            [*conditions, *within(self.params.get("created", {}))],
            limit=self.limit,
            starting_after=self.params.get("starting_after"),
            ending_before=self.params.get("ending_before"),
        )
        return _list(data, has_more=has_more)


def _list(data: list[Json], *, has_more: bool) -> Json:
    return {"object": "list", "data": data, "has_more": has_more, "url": request.path}


class ThrownAway(Exception):
    """What an operation answers with when nothing of what it did is to last."""

    def __init__(self, body: Json) -> None:
        super().__init__()
        self.body = body


@dataclass(frozen=True, slots=True)
class Operation:
    """One line of Stripe's API: ``run`` takes the call and what is named in the address."""

    method: str
    path: str
    readers: Mapping[str, params.Reader]
    required: tuple[str, ...]
    run: Callable[..., Json]


class Table(list[Operation]):
    """Operations as they are written down."""

    def add(
        self,
        method: str,
        path: str,
        readers: Mapping[str, params.Reader] = _NOTHING,
        *,
        required: tuple[str, ...] = (),
    ) -> Callable[[Callable[..., Json]], Callable[..., Json]]:
        """Write down the function below as what answers to ``method`` and ``path``."""

        def write(run: Callable[..., Json]) -> Callable[..., Json]:
            self.append(Operation(method, path, readers, required, run))
            return run

        return write


def mount(app: Flask, account: Account, operations: Iterable[Operation]) -> None:
    """Serve the operations, and answer everything else under /v1/ as Stripe does."""
    for operation in operations:
        app.add_url_rule(
            operation.path,
            endpoint=f"{operation.method} {operation.path}",
            view_func=_view(account, operation),
            methods=[operation.method],
        )

    @app.before_request
    def begin() -> None:
        g.request_id = new_id("req_")

    @app.errorhandler(ApiError)
    def refuse(problem: ApiError) -> Response:
        return _answer(problem.body(), status=problem.status)

    @app.errorhandler(HTTPException)
    def unknown(problem: HTTPException) -> Response | HTTPException:
        if not request.path.startswith("/v1/"):
            return problem
        if problem.code in (404, 405):
            message = f"Unrecognized request URL ({request.method}: {request.path})."
            return _answer(ApiError(message, status=404).body(), status=404)
        broken = ApiError("Something went wrong in the sandbox.", kind="api_error")
        return _answer(broken.body(), status=problem.code or 500)


def _view(account: Account, operation: Operation) -> Callable[..., Response]:
    readers = {**operation.readers, "expand": params.listing(params.text)}
    read = params.fields(readers, required=operation.required)

    def view(**named: str) -> Response:
        _check_key(account, operation)
        _check_version()
        key = request.headers.get("Idempotency-Key") if operation.method == "POST" else None
        with _alone(key):
            fault = account.faults.of_request(operation.method, request.path)
            if fault:
                _go_wrong_before(fault)
            try:
                answer = _run(account, operation, read, key, named)
            except ThrownAway as thrown:
                answer = _answer(thrown.body)
        if fault:
            _go_wrong_after(fault)
        return answer

    return view


def _run(
    account: Account,
    operation: Operation,
    read: params.Reader,
    key: str | None,
    named: dict[str, str],
) -> Response:
    """Do what is asked, once for each idempotency key."""
    pairs = [*request.args.items(multi=True), *request.form.items(multi=True)]
    at = account.now()
    with account.store.transaction():
        fingerprint = hashlib.sha256(json.dumps(sorted(pairs)).encode()).hexdigest()
        if key and (kept := _replay(account, key, fingerprint, at=at)):
            return _answer(kept, replayed=True)
        call = Call(
            account=account,
            params=read(params.decode(pairs), ""),
            at=at,
            cause=Cause(request=g.request_id, idempotency_key=key),
        )
        expanded = call.params.pop("expand", [])
        body = operation.run(call, **named)
        body = _as_of(expand(account.store, body, expanded), at)
        if key:
            _keep(account, key, fingerprint, body, at=at)
    return _answer(body)


# The idempotency keys of requests that are being answered.
_in_flight: set[str] = set()
_flight_lock = threading.Lock()


@contextmanager
def _alone(key: str | None) -> Iterator[None]:
    """Only one request with a key at a time. Raises ``ApiError`` for the second, as Stripe does."""
    if key is None:
        yield
        return
    mark = f"{request.host} {key}"
    with _flight_lock:
        if mark in _in_flight:
            raise ApiError(
                "There is currently another in-progress request using this Idempotent Key (that "
                f"probably means you submitted twice, and the other request is still going "
                f"through): {key}. Please try again later.",
                status=409,
                kind="idempotency_error",
                code="idempotency_key_in_use",
            )
        _in_flight.add(mark)
    try:
        yield
    finally:
        with _flight_lock:
            _in_flight.discard(mark)


def _go_wrong_before(fault: Rule) -> None:
    """Raises ``ApiError``, or closes the connection, before anything is done."""
    time.sleep(fault.seconds)
    if fault.fault == "vanish_before":
        _vanish()
    if fault.fault == "error_before":
        raise _BROKEN
    if fault.fault == "rate_limit":
        raise ApiError(
            "Request rate limit exceeded.", status=429, kind="rate_limit_error", code="rate_limit"
        )
    if fault.fault == "busy":
        raise ApiError(
            "This object cannot be accessed right now because another API request or Stripe "
            "process is currently accessing it.",
            status=429,
            code="lock_timeout",
        )


def _go_wrong_after(fault: Rule) -> None:
    """Raises ``ApiError``, or closes the connection, when everything is done."""
    if fault.fault == "vanish_after":
        _vanish()
    if fault.fault == "error_after":
        raise _BROKEN


_BROKEN = ApiError("An unknown error occurred", status=500, kind="api_error")


def _vanish() -> None:
    """Close the connection: whoever asked learns nothing. Raises to end the request."""
    if connection := request.environ.get("werkzeug.socket"):
        connection.shutdown(socket.SHUT_RDWR)
    raise ApiError("Nobody hears this.", status=500, kind="api_error")


def _answer(body: Json, *, status: int = 200, replayed: bool = False) -> Response:
    response = Response(json.dumps(body), status=status, content_type="application/json")
    response.headers["Request-Id"] = g.request_id
    response.headers["Stripe-Version"] = API_VERSION
    if key := request.headers.get("Idempotency-Key"):
        response.headers["Idempotency-Key"] = key
    if replayed:
        response.headers["Idempotent-Replayed"] = "true"
    return response


def _check_key(account: Account, operation: Operation) -> None:
    authorization = request.authorization
    if authorization is None:
        raise ApiError(
            "You did not provide an API key. You need to provide your API key in the Authorization "
            "header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').",
            status=401,
        )
    given = authorization.token or authorization.username or ""
    if hmac.compare_digest(given.encode(), account.settings.api_key.encode()):
        return
    shown = f"{given[:8]}{'*' * max(0, len(given) - 12)}{given[-4:]}"
    allowed = account.knobs.restricted.get(given)
    if allowed is None:
        raise ApiError(f"Invalid API Key provided: {shown}", status=401)
    wanted = permission(operation)
    if not allowed & {wanted, wanted.replace("_read", "_write")}:
        raise ApiError(
            f"The provided key '{shown}' does not have the required permissions for this endpoint "
            f"on account '{account.settings.account_id}'. Having the 'rak_{wanted}' permission "
            "would allow this request to continue.",
            status=403,
        )


def permission(operation: Operation) -> str:
    """What a restricted key must be allowed: ``charge_read``, ``checkout_session_write``."""
    words = [word for word in operation.path.split("/")[2:] if not word.startswith("<")]
    subject = words[:2] if words[0] in ("checkout", "billing_portal") else words[:1]
    name = "_".join(subject).removesuffix("s")
    return f"{name}_{'read' if operation.method == 'GET' else 'write'}"


def _check_version() -> None:
    version = request.headers.get("Stripe-Version", API_VERSION)
    if version != API_VERSION:
        raise ApiError(
            f"Invalid Stripe API version: {version}. This sandbox speaks {API_VERSION} only."
        )


def _replay(account: Account, key: str, fingerprint: str, *, at: int) -> Json | None:
    """What was answered to this key before. Raises ``ApiError`` if it was asked something else."""
    rows = account.store.run(
        "SELECT path, fingerprint, body FROM idempotent WHERE key = ? AND created > ?",
        (key, at - _KEPT_FOR),
    )
    if not rows:
        return None
    path, first, body = rows[0]
    if path != request.path:
        raise ApiError(
            "Keys for idempotent requests can only be used for the same endpoint they were first "
            f"used for ('{request.path}' vs '{path}'). Try using a key other than '{key}' if you "
            "meant to execute a different request.",
            kind="idempotency_error",
        )
    if first != fingerprint:
        raise ApiError(
            "Keys for idempotent requests can only be used with the same parameters they were "
            f"first used with. Try using a key other than '{key}' if you meant to execute a "
            "different request.",
            kind="idempotency_error",
        )
    return dict(json.loads(body))


def _keep(account: Account, key: str, fingerprint: str, body: Json, *, at: int) -> None:
    account.store.run(
        "INSERT OR REPLACE INTO idempotent (key, path, fingerprint, created, body) "
        "VALUES (?, ?, ?, ?, ?)",
        (key, request.path, fingerprint, at, json.dumps(body)),
    )


def _as_of(value: Any, at: int) -> Any:
    """The answer as it is seen now: balance transactions become available as time passes."""
    if isinstance(value, list):
        return [_as_of(entry, at) for entry in value]
    if not isinstance(value, dict):
        return value
    if value.get("object") == "balance_transaction":
        value = money.settled(value, at=at)
    return {key: _as_of(entry, at) for key, entry in value.items()}
