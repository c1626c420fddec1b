"""Pages of treasurers and stewards: what the bank says, and what it belongs to."""

from __future__ import annotations

import uuid
from http import HTTPStatus
from typing import cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from funding.dues import actions
from funding.dues import steward_permissions as permissions
from funding.dues.case_forms import StatementForm
from funding.dues.models import BankLine, BankStatement, Payout, Reconciliation
from kernel.refusal import Refused
from members.models import Person

_SHOWN = 50


@require_http_methods(["GET", "HEAD", "POST"])
def statements(request: HttpRequest) -> HttpResponse:
    """Statements that were imported, what of them is unexplained, and a place for the next."""
    me = _reader(request)
    form = StatementForm(request.POST or None, request.FILES or None)
    status = HTTPStatus.OK
    if request.method == "POST":
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        if form.is_valid():
            try:
                made = actions.import_statement(
                    body=form.cleaned_data["file"].read(), by=me, at=timezone.now()
                )
            except Refused as refusal:
                form.add_error("file", refusal.sentence)
                status = HTTPStatus.CONFLICT
            else:
                left = made.lines.unmatched().count()
                messages.success(
                    request,
                    ngettext(
                        "Imported. %(left)s line waits for an explanation.",
                        "Imported. %(left)s lines wait for an explanation.",
                        left,
                    )
                    % {"left": left},
                )
                return redirect("statement", pk=made.pk)
    context = {
        "form": form,
        "may_see_cases": permissions.can_see_cases(me, at=timezone.now()),
        "statements": BankStatement.objects.order_by("-last_on", "-imported_at")[:_SHOWN],
        "unmatched": BankLine.objects.unmatched()[:_SHOWN],
        "in_transit": Payout.objects.in_transit().order_by("arrives_on")[:_SHOWN],
        "reconciled": Reconciliation.objects.order_by("-at").first(),
    }
    return render(request, "dues/statements.html", context, status=status)


@require_safe
def statement(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One statement, line by line, each with what it is."""
    _reader(request)
    found = get_object_or_404(BankStatement, pk=pk)
    lines = found.lines.select_related("payout", "entry__seal").order_by("booked_on", "reference")
    return render(request, "dues/statement.html", {"statement": found, "lines": lines})


def _reader(request: HttpRequest) -> Person:
    """Who is signed in, if they look after statements; nobody else finds these pages."""
    me = cast(Person, request.user)
    if not permissions.can_import(me, at=timezone.now()):
        raise Http404
    return me
