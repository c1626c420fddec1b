"""``python -m customer_commons verify https://commons.example/terms/no-stalking/1.0.0``"""

# ruff: noqa: T201 - a command says what it found

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence

from customer_commons.reader import Client
from customer_commons.verifier import NotVerified

_TERM = re.compile(r"(https?://[^/?#]+)/terms/([^/?#]+)/([0-9]+\.[0-9]+\.[0-9]+)(?:\.json)?/?")


def main(arguments: Sequence[str] | None = None) -> int:
    """0 if the term verifies, 1 if it does not, 2 if the address is not a term's."""
    parser = argparse.ArgumentParser(prog="customer_commons", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    verify = commands.add_parser("verify", help="check that a term is what members approved")
    verify.add_argument("url", help="the address of one version of a term")
    verify.add_argument(
        "--identity",
        help="the address that the site's documents name, if it is served at another",
    )
    given = parser.parse_args(arguments)
    match = _TERM.fullmatch(given.url)
    if match is None:
        print(f"{given.url} is not the address of one version of a term.", file=sys.stderr)
        return 2
    origin, slug, version = match.groups()
    try:
        term = Client(origin, identity=given.identity).term(slug, version)
    except NotVerified as error:
        print(f"Not verified ({error.what}). {error}", file=sys.stderr)
        return 1
    adoption = term.document.get("adoption", {})
    place = term.inclusion
    print(f"{term.document['id']} is what members approved.")
    print(f"  hash      {term.sha256}")
    print(f"  signed    by {term.signed_by}")
    print(f"  recorded  as entry {place.index + 1} of {place.checkpoint.size}")
    print(f"            in the record of {place.checkpoint.origin}")
    print(f"  adopted   {adoption.get('poll', 'by no poll')}")
    print(f"  status    {term.status} (as the site says today)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
