"""The report of a closed month: one page to print, kept byte for byte as it was."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from collections.abc import Sequence
from datetime import datetime

from django.template.loader import render_to_string
from django.utils import translation

from funding.ledger.month_checks import Finding
from funding.ledger.statements import Statements

_STYLE = re.compile(rb"<style>(.*?)</style>", re.DOTALL)


def render(
    *,
    statements: Statements,
    findings: Sequence[Finding],
    entries: int,
    chain_head: str,
    at: datetime,
) -> bytes:
    """The report, in English, as every reader gets the same bytes."""
    with translation.override("en"):
        page = render_to_string(
            "ledger/report.html",
            {
                "statements": statements,
                "findings": findings,
                "entries": entries,
                "chain_head": chain_head,
                "at": at,
            },
        )
    return page.encode()


def style_source(report: bytes) -> str:
    """How a Content-Security-Policy names the one style in the report: by its hash."""
    found = _STYLE.search(report)
    digest = hashlib.sha256(found[1] if found else b"").digest()
    return f"'sha256-{b64encode(digest).decode()}'"
