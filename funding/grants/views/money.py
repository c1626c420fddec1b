"""Where the money of grants went: figures for everybody, and one's own share for each member."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from funding.grants import money_picture, my_share, open_reads
from funding.grants.money_picture import RoundFigures
from funding.grants.my_share import Line
from members import csv_lines
from members.models import Person

ON_A_PAGE = 30


@login_not_required
@require_safe
def money(request: HttpRequest) -> HttpResponse:
    """All grants in figures: projects, amounts by round and year, milestones, what is left."""
    found = open_reads.overview()
    figures = [
        RoundFigures(
            title=fund.round.title,
            budget=fund.budget,
            committed=fund.committed,
            paid=fund.paid,
        )
        for fund in found.funds
    ]
    context = {
        "overview": found,
        "rounds_chart": money_picture.draw_rounds(figures),
        "years_chart": money_picture.draw_years(found.years, currency=settings.CURRENCY),
    }
    return render(request, "grants/money.html", context)


@never_cache
@require_safe
def share(request: HttpRequest) -> HttpResponse:
    """What one's own dues paid for, payment by payment."""
    mine = my_share.of(_me(request))
    page = Paginator(mine.lines, ON_A_PAGE).get_page(request.GET.get("page"))
    context = {"mine": mine, "page": page, "lines": _proven(page.object_list)}
    return render(request, "grants/my_share.html", context)


@never_cache
@require_safe
def share_csv(request: HttpRequest) -> HttpResponse:
    """The same as a file, all of it."""
    rows: list[list[str]] = [
        [_("Date"), _("Project"), _("Round"), _("Paid"), _("Your share"), _("Currency"), _("Proof")]
    ]
    rows += [
        [
            line.on.isoformat(),
            line.title,
            line.round_title,
            f"{line.amount.major:f}",
            f"{line.share.major:f}",
            line.share.currency,
            settings.PUBLIC_ORIGIN + reverse("record-entry", args=[proof]) if proof else "",
        ]
        for line, proof in _proven(my_share.of(_me(request)).lines)
    ]
    body = "".join(map(csv_lines.line, rows))
    answer = HttpResponse(body, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="your-dues-went-here.csv"'
    return answer


def _me(request: HttpRequest) -> Person:
    return cast(Person, request.user)


def _proven(lines: Iterable[Line]) -> list[tuple[Line, str]]:
    """Each line with the hash of the record entry that proves it; empty where there is none."""
    found = list(lines)
    proofs = open_reads.proofs([line.payment for line in found if line.payment])
    return [(line, proofs.get(line.key, "")) for line in found]
