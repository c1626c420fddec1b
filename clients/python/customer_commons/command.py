"""Fetch customer terms that members approved, and check for yourself that they did.

TERM is the address of one version (https://commons.example/terms/no-stalking/1.0.0), of the newest
(…/no-stalking/latest), or for compare also a file that was fetched before. It ends with 0 if all is
well, 1 if something does not verify, 2 if it was called wrongly, 3 if a term verifies but is not in
force or its status has expired, 4 if something could not be fetched.
"""

# ruff: noqa: T201 - a command says what it found

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from customer_commons import folder, words
from customer_commons.cache import FileCache, MemoryCache
from customer_commons.comparison import Vocabulary, compare
from customer_commons.reader import SLUG, VERSION, Client
from customer_commons.status import TermStatus
from customer_commons.verifier import NotVerified, VerifiedTerm, json_object

WELL, NOT_VERIFIED, CALLED_WRONGLY, NOT_IN_FORCE, NOT_FETCHED = range(5)
_TERM = re.compile(rf"(https?://[^/?#]+)/terms/({SLUG})/({VERSION}|latest)(?:\.json|\.html)?/?")

# What a command found: for people, for programs, and how it ends.
Found = tuple[str, Any, int]


class _CalledWrongly(Exception):
    pass


def main(
    arguments: Sequence[str] | None = None, *, now: Callable[[], datetime] | None = None
) -> int:
    """Run a command; answers how it ends, as the module says."""
    given = _parser().parse_args(arguments)
    given.now = now or (lambda: datetime.now(UTC))
    try:
        text, value, end = given.command(given)
    except NotVerified as error:
        unreached = error.what == "fetch"
        print(
            f"{'Not fetched' if unreached else f'Not verified ({error.what})'}. {error}",
            file=sys.stderr,
        )
        if given.json:
            print(json.dumps({"verified": False, "what": error.what, "sentence": str(error)}))
        return NOT_FETCHED if unreached else NOT_VERIFIED
    except (_CalledWrongly, OSError) as error:
        print(error, file=sys.stderr)
        return CALLED_WRONGLY
    print(json.dumps(value, indent=2, ensure_ascii=False) if given.json else text)
    return int(end)


def _parser() -> argparse.ArgumentParser:
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--json", action="store_true", help="answer in JSON")
    web = argparse.ArgumentParser(add_help=False, parents=[shared])
    web.add_argument("--identity", metavar="URL", help="the address that the documents name")
    web.add_argument("--keys", metavar="FILE", type=Path, help="a did.json you trust already")
    web.add_argument("--cache", metavar="FOLDER", type=Path, default=_cache_folder())
    web.add_argument("--no-cache", action="store_true", help="keep nothing")

    parser = argparse.ArgumentParser(
        prog="customer-commons",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    listing = commands.add_parser("list", parents=[web], help="list the terms of a site")
    listing.add_argument("origin", metavar="SITE", help="https://commons.example")
    listing.add_argument("--all", action="store_true", help="every version, not the active ones")
    listing.set_defaults(command=_list)

    fetching = commands.add_parser(
        "fetch", parents=[web], help="fetch a term with its parts, verify it, keep it as files"
    )
    fetching.add_argument("term", metavar="TERM")
    fetching.add_argument("--into", metavar="FOLDER", type=Path, help="default: SLUG-VERSION")
    fetching.set_defaults(command=_fetch)

    verifying = commands.add_parser(
        "verify", parents=[web], help="check that a term is what members approved"
    )
    what = verifying.add_mutually_exclusive_group(required=True)
    what.add_argument("term", metavar="TERM", nargs="?")
    what.add_argument("--offline", metavar="FOLDER", type=Path, help="files that fetch kept")
    verifying.set_defaults(command=_verify)

    asking = commands.add_parser("status", parents=[web], help="ask what became of a term")
    asking.add_argument("term", metavar="TERM")
    asking.set_defaults(command=_status)

    comparing = commands.add_parser(
        "compare", parents=[web], help="what one allows and another not"
    )
    comparing.add_argument("one", metavar="TERM")
    comparing.add_argument("other", metavar="TERM")
    comparing.set_defaults(command=_compare)

    keeping = commands.add_parser("cache", parents=[shared], help="what is kept, or forget it")
    keeping.add_argument("action", choices=["show", "clear"])
    keeping.add_argument("--cache", metavar="FOLDER", type=Path, default=_cache_folder())
    keeping.set_defaults(command=_cache)
    return parser


def _cache_folder() -> Path:
    named = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(named) if named else Path.home() / ".cache") / "customer-commons"


# The commands


def _list(given: argparse.Namespace) -> Found:
    rows = _client(given, given.origin).terms()
    shown = [row for row in rows if given.all or row.status == "active"]
    lines = [
        f"{row.slug:<24} {row.version:<9} {row.status:<11} {row.title.get('en', '')}".rstrip()
        for row in shown
    ]
    text = "\n".join(lines) or "The site lists no active term."
    return text, [vars(row) for row in shown], WELL


def _fetch(given: argparse.Namespace) -> Found:
    client, slug, version = _named(given, given.term)
    term, sources = client.term_with_sources(slug, version)
    status, statement = client.status_with_source(term)
    files = {**client.parts(term), **client.translations(status)}
    into = given.into or Path(f"{slug}-{version}")
    folder.write(into, sources, statement, files)
    text = "\n".join([_told(term), *_status_lines(status), f"  kept      in {into}"])
    value = {**_value(term, status), "folder": str(into)}
    return text, value, NOT_IN_FORCE if status.expired else WELL


def _verify(given: argparse.Namespace) -> Found:
    if given.offline is None:
        client, slug, version = _named(given, given.term)
        term, _sources = client.term_with_sources(slug, version)
        status, _statement = client.status_with_source(term)
        client.parts(term)
        return _verified(term, status)
    keys = given.keys.read_bytes() if given.keys else None
    kept = folder.verify(given.offline, did_document=keys, now=given.now())
    text, value, end = _verified(kept.term, kept.status)
    if not given.keys:
        text += f"\n  keys      those kept in the folder, of {kept.did}; --keys names your own"
    if kept.status is None:
        text += "\n  status    unknown: the folder holds no status.json"
    return text, {**value, "did": kept.did, "parts": list(kept.parts)}, end


def _status(given: argparse.Namespace) -> Found:
    client, slug, version = _named(given, given.term)
    term = client.term(slug, version)
    status, _statement = client.status_with_source(term)
    text = "\n".join([str(term.document["id"]), *_status_lines(status)])
    return text, _value(term, status), WELL if status.in_force else NOT_IN_FORCE


def _compare(given: argparse.Namespace) -> Found:
    one, other = _document(given, given.one), _document(given, given.other)
    vocabulary = _vocabulary(given)
    found = compare(_rules(one), _rules(other), vocabulary)
    names = words.names(one, other)
    sentences = [words.difference(each, *names, vocabulary) for each in found.differences]
    text = "\n".join([words.relation(found.relation, *names), *(f"- {line}" for line in sentences)])
    differences = [
        {
            "act": dict(each.act),
            "apartFrom": {name: list(codes) for name, codes in each.apart_from.items()},
            "days": each.days,
            "one": each.one,
            "other": each.other,
            "sentence": sentence,
        }
        for each, sentence in zip(found.differences, sentences, strict=True)
    ]
    return text, {"relation": found.relation.value, "differences": differences}, WELL


def _cache(given: argparse.Namespace) -> Found:
    cache = FileCache(given.cache)
    if given.action == "clear":
        gone = cache.clear()
        return f"Forgotten: {gone} answers.", {"forgotten": gone}, WELL
    count, size = cache.count()
    value = {"folder": str(given.cache), "answers": count, "bytes": size}
    return f"{given.cache} holds {count} answers, {size:,} bytes.", value, WELL


# What they share


def _client(given: argparse.Namespace, origin: str) -> Client:
    return Client(
        origin,
        identity=given.identity,
        did_document=given.keys.read_bytes() if given.keys else None,
        cache=MemoryCache() if given.no_cache else FileCache(given.cache),
        now=given.now,
    )


def _named(given: argparse.Namespace, term: str) -> tuple[Client, str, str]:
    match = _TERM.fullmatch(term)
    if match is None:
        raise _CalledWrongly(f"{term} is not the address of one version of a term.")
    origin, slug, version = match.groups()
    client = _client(given, origin)
    return client, slug, client.listed(slug).version if version == "latest" else version


def _document(given: argparse.Namespace, term: str) -> dict[str, Any]:
    """A term's document: verified from the web, or as a file has it."""
    if _TERM.fullmatch(term):
        client, slug, version = _named(given, term)
        return client.term(slug, version).document
    path = Path(term)
    return json_object((path / folder.DOCUMENT if path.is_dir() else path).read_bytes(), "document")


def _vocabulary(given: argparse.Namespace) -> Vocabulary:
    """The site's where a term comes from a site; the one this program came with for files."""
    for term in (given.one, given.other):
        if match := _TERM.fullmatch(term):
            return _client(given, match[1]).vocabulary()
    return Vocabulary.bundled()


def _rules(document: Mapping[str, Any]) -> list[dict[str, str]]:
    rules = document.get("rules")
    if not isinstance(rules, list) or not all(
        isinstance(rule, dict) and all(isinstance(code, str) for code in rule.values())
        for rule in rules
    ):
        raise NotVerified("document", "The document has no rules that can be read.")
    return rules


def _verified(term: VerifiedTerm, status: TermStatus | None) -> Found:
    lines = [_told(term), *(_status_lines(status) if status else ())]
    end = NOT_IN_FORCE if status and status.expired else WELL
    return "\n".join(lines), _value(term, status), end


def _told(term: VerifiedTerm) -> str:
    adoption = term.document.get("adoption", {})
    place = term.inclusion
    return "\n".join(
        [
            f"{term.document['id']} is what members approved.",
            f"  hash      {term.sha256}",
            f"  signed    by {term.signed_by}",
            f"  recorded  as entry {place.index + 1} of {place.checkpoint.size}",
            f"            in the record of {place.checkpoint.origin}",
            f"  adopted   {adoption.get('poll', 'by no poll')}",
        ]
    )


def _status_lines(status: TermStatus) -> list[str]:
    line = f"  status    {status.status}, as of {status.as_of:%Y-%m-%d %H:%M} UTC"
    return [line, *(f"  NOTE      {concern}" for concern in status.concerns)]


def _value(term: VerifiedTerm, status: TermStatus | None) -> dict[str, Any]:
    value: dict[str, Any] = {
        "verified": True,
        "id": term.document["id"],
        "sha256": term.sha256,
        "signedBy": term.signed_by,
        "entry": term.inclusion.index,
        "recordSize": term.inclusion.checkpoint.size,
    }
    if status:
        value["status"] = {
            "status": status.status,
            "since": status.since,
            "successor": status.successor,
            "reason": status.reason,
            "latest": status.latest,
            "asOf": f"{status.as_of:%Y-%m-%dT%H:%M:%SZ}",
            "expires": f"{status.expires:%Y-%m-%dT%H:%M:%SZ}",
            "expired": status.expired,
            "translations": sorted(status.translations),
            "concerns": [str(concern) for concern in status.concerns],
        }
    return value
