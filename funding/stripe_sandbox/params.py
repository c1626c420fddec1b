"""Stripe's form encoding, and what each parameter may hold.

``line_items[0][price]=price_1&expand[]=customer`` becomes nested dicts; a *reader* then turns each
value into what the program works with, or refuses it as Stripe does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from funding.stripe_sandbox.errors import ApiError

# A reader takes the raw value and the parameter's name; it answers with the value or raises ApiEr
Reader = Callable[[Any, str], Any]

_SEGMENT = re.compile(r"\[([^\[\]]*)\]")


def decode(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Nested dicts of strings from form pairs; ``a[]`` counts up as ``a[0]``, ``a[1]`` …"""
    decoded: dict[str, Any] = {}
    for key, value in pairs:
        first, bracket, _ = key.partition("[")
        segments = [first, *_SEGMENT.findall(key)] if bracket else [key]
        place = decoded
        for segment in segments[:-1]:
            place = place.setdefault(segment, {})
            if not isinstance(place, dict):
                raise ApiError(f"Invalid parameter name: {key}", param=key)
        last = segments[-1] or str(len(place))
        if last in place:
            raise ApiError(f"Parameter given twice: {key}", param=key)
        place[last] = value
    return decoded


def text(value: Any, name: str) -> str | None:
    """A string; the empty one is None, which unsets what can be unset."""
    if not isinstance(value, str):
        raise ApiError(f"Invalid string: {name}", param=name, code="parameter_invalid_string")
    return value or None


def lasting(value: Any, name: str) -> str:
    """A string that cannot be unset."""
    given = text(value, name)
    if given is None:
        raise _empty(name)
    return given


def url(value: Any, name: str) -> str | None:
    """An address on the web."""
    given = text(value, name)
    if given is not None:
        parts = urlsplit(given)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ApiError("Not a valid URL", code="url_invalid", param=name)
    return given


def integer(value: Any, name: str) -> int:
    """A whole number."""
    if isinstance(value, str) and re.fullmatch(r"-?\d{1,18}", value):
        return int(value)
    raise ApiError(f"Invalid integer: {value}", param=name, code="parameter_invalid_integer")


def positive(value: Any, name: str) -> int:
    """A whole number from 1."""
    number = integer(value, name)
    if number < 1:
        raise ApiError("Invalid positive integer", param=name)
    return number


def boolean(value: Any, name: str) -> bool:
    """``true`` or ``false``."""
    if value in ("true", "false"):
        return bool(value == "true")
    raise ApiError(f"Invalid boolean: {value}", param=name, code="parameter_invalid_boolean")


def one_of(*choices: str) -> Reader:
    """One of the words that Stripe knows here and the sandbox can honour."""

    def read(value: Any, name: str) -> str:
        if value in choices:
            return str(value)
        raise ApiError(f"Invalid {name}: must be one of {', '.join(choices)}", param=name)

    return read


def metadata(value: Any, name: str) -> dict[str, str] | None:
    """Text by key; an empty text removes its key, the empty string removes them all (None)."""
    if value == "":
        return None
    if not isinstance(value, dict) or not all(isinstance(v, str) for v in value.values()):
        raise ApiError(f"Invalid hash: {name}", param=name)
    if len(value) > 50 or any(len(k) > 40 or len(v) > 500 for k, v in value.items()):
        raise ApiError(
            "Metadata can have up to 50 keys, with key names up to 40 characters long "
            "and values up to 500 characters long.",
            param=name,
        )
    return dict(value)


def merged(old: Mapping[str, str], new: Mapping[str, str] | None) -> dict[str, str]:
    """Metadata after an update: an empty text removes its key, None removes them all."""
    if new is None:
        return {}
    return {key: value for key, value in {**old, **new}.items() if value}


def never(value: Any, name: str) -> bool:
    """A switch that the sandbox only has in its off position."""
    if boolean(value, name):
        raise ApiError(f"The sandbox does not do this: {name}", param=name)
    return False


def listing(of: Reader) -> Reader:
    """A list of what ``of`` reads."""

    def read(value: Any, name: str) -> list[Any]:
        if not isinstance(value, dict) or not all(key.isdigit() for key in value):
            raise ApiError("Invalid array", param=name)
        return [of(value[key], f"{name}[{key}]") for key in sorted(value, key=int)]

    return read


def fields(readers: Mapping[str, Reader], *, required: Iterable[str] = ()) -> Reader:
    """A dict in which only these parameters may appear; ``required`` ones must, and not empty."""
    needed = tuple(required)

    def read(value: Any, name: str) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise ApiError(f"Invalid object: {name}", param=name)
        known: dict[str, Any] = {}
        for key, raw in value.items():
            path = f"{name}[{key}]" if name else key
            if key not in readers:
                raise ApiError(
                    f"Received unknown parameter: {path}", param=path, code="parameter_unknown"
                )
            known[key] = readers[key](raw, path)
        for key in needed:
            path = f"{name}[{key}]" if name else key
            if key not in known:
                raise ApiError(
                    f"Missing required param: {path}.", param=path, code="parameter_missing"
                )
            if known[key] is None:
                raise _empty(path)
        return known

    return read


def _empty(name: str) -> ApiError:
    return ApiError(
        f"You passed an empty string for '{name}'. We assume empty values are an attempt to unset "
        f"a parameter; however '{name}' cannot be unset.",
        param=name,
        code="parameter_invalid_empty",
    )


_moments = fields({"gt": integer, "gte": integer, "lt": integer, "lte": integer})


def created(value: Any, name: str) -> dict[str, int]:
    """A moment (Unix seconds) or a range of them, as bounds ``gt``, ``gte``, ``lt``, ``lte``."""
    if isinstance(value, str):
        moment = integer(value, name)
        return {"gte": moment, "lte": moment}
    bounds: dict[str, int] = _moments(value, name)
    return bounds
