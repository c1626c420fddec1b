"""The books: statements, journal, vouchers, months. For the treasurer and the stewards."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from functools import wraps
from http import HTTPStatus
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from funding.ledger import (
    actions,
    csv_lists,
    documents,
    export,
    month_checks,
    report,
    stages,
    vouchers,
)
from funding.ledger.calendar_months import Period, month_after, month_of
from funding.ledger.filters import JournalFilter
from funding.ledger.forms import ApproveForm, PeriodForm, RejectForm, ReversalForm, VoucherForm
from funding.ledger.models import ChainHead, Digest, Entry, Month, Voucher
from funding.ledger.permissions import (
    can_change,
    can_decide,
    can_lock_months,
    check_can_read_books,
)
from funding.ledger.reads import book, statements_of, written
from funding.ledger.vouchers import Kind
from kernel.refusal import Refused
from members.csv_lines import line
from members.models import Person

ON_A_PAGE = 50
MONTHS_SHOWN = 24

P = ParamSpec("P")
R = TypeVar("R", bound=HttpResponseBase)


def for_the_treasury(
    view: Callable[Concatenate[HttpRequest, P], R],
) -> Callable[Concatenate[HttpRequest, P], R]:
    """Only the treasurer and the stewards; the others are told so with 403."""

    @never_cache
    @wraps(view)
    def checked(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> R:
        try:
            check_can_read_books(_person(request), at=timezone.now())
        except Refused as refusal:
            raise PermissionDenied(str(refusal.sentence)) from None
        return view(request, *args, **kwargs)

    return cast("Callable[Concatenate[HttpRequest, P], R]", checked)


@require_safe
@for_the_treasury
def books(request: HttpRequest) -> HttpResponse:
    """What waits, and where everything is."""
    today = timezone.now().date()
    first = month_of(today)
    entries, chain_head = ChainHead.objects.at()
    context = {
        "statements": statements_of(Period(first, month_after(first)), settings.CURRENCY),
        "waiting": Voucher.objects.waiting(),
        "to_close": _open_months(today)[:1],
        "digest": Digest.objects.order_by("-day").first(),
        "entries": entries,
        "chain_head": chain_head,
        "lists": csv_lists.registered(),
    }
    return render(request, "ledger/books.html", context)


@require_safe
@for_the_treasury
def trial_balance(request: HttpRequest) -> HttpResponse:
    """Every account, debits and credits."""
    return _statement(request, "ledger/trial_balance.html")


@require_safe
@for_the_treasury
def income(request: HttpRequest) -> HttpResponse:
    """What was earned and spent."""
    return _statement(request, "ledger/income.html")


@require_safe
@for_the_treasury
def balance_sheet(request: HttpRequest) -> HttpResponse:
    """What there is, and whose it is."""
    return _statement(request, "ledger/balance_sheet.html")


def _statement(request: HttpRequest, template: str) -> HttpResponse:
    form = PeriodForm(request.GET)
    context: dict[str, Any] = {"form": form, "query": request.GET.urlencode()}
    if not form.is_valid():
        return render(request, template, context, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    period = form.period(timezone.now().date())
    found = statements_of(period, settings.CURRENCY)
    context["statements"] = found
    context["own_lines"] = [
        (_("Left of earlier years"), found.sheet.before),
        (_("Left of this year"), found.sheet.this_year),
    ]
    # What is shown is filled in, the default included.
    context["form"] = PeriodForm(initial={"since": period.first, "until": period.last})
    return render(request, template, context)


@require_safe
@for_the_treasury
def journal(request: HttpRequest) -> HttpResponse:
    """Every entry, found by days, account and words."""
    found = JournalFilter(request.GET, queryset=Entry.objects.in_order().reverse())
    page = Paginator(found.qs, ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": found.form,
        "page": page,
        "searched": any(request.GET.get(name) for name in found.form.fields),
        "query": request.GET.urlencode(),
    }
    return render(request, "ledger/journal.html", context)


@require_safe
@for_the_treasury
def journal_csv(request: HttpRequest) -> HttpResponseBase:
    """What the journal shows, as CSV."""
    found = JournalFilter(request.GET, queryset=Entry.objects.in_order())
    if not found.is_valid():
        raise Http404("no such part of the books")
    whole = book(None, settings.CURRENCY, entries=[written(entry) for entry in found.qs])
    return _csv("journal", export.journal_csv(whole))


@require_safe
@for_the_treasury
def journal_beancount(request: HttpRequest) -> HttpResponse:
    """All of the books, or those of some days, for beancount."""
    form = PeriodForm(request.GET)
    if not form.is_valid():
        raise Http404("no such part of the books")
    asked = any(form.cleaned_data.values())
    period = form.period(timezone.now().date()) if asked else None
    text = "\n".join(export.beancount(book(period, settings.CURRENCY)))
    headers = {"Content-Disposition": 'attachment; filename="books.beancount"'}
    return HttpResponse(f"{text}\n", content_type="text/plain; charset=utf-8", headers=headers)


@require_safe
@for_the_treasury
def entry(request: HttpRequest, pk: str) -> HttpResponse:
    """One entry, with its place in the chain."""
    found = get_object_or_404(
        Entry.objects.in_order().select_related("voucher", "reversed_by"), pk=pk
    )
    context = {
        "entry": found,
        "undoing": found.undoings.waiting().first(),
        "may_undo": hasattr(found, "voucher")
        and not (found.reverses_id or hasattr(found, "reversed_by")),
        "legs": sorted(found.legs.all(), key=lambda leg: (-leg.minor, leg.pk)),
        "digest": Digest.objects.with_entry(found),
    }
    return render(request, "ledger/entry.html", context)


@require_safe
@for_the_treasury
def csv_list(request: HttpRequest, name: str) -> HttpResponseBase:
    """One of the lists that the apps have."""
    found = csv_lists.find(name)
    if found is None:
        raise Http404("no such list")
    return _csv(found.name, (line(row) for row in found.rows()))


@require_safe
@for_the_treasury
def vouchers_page(request: HttpRequest) -> HttpResponse:
    """What waits, what was decided, and how to put something forward."""
    every = Voucher.objects.select_related("debit", "credit", "prepared_by")
    decided = every.exclude(state=stages.PREPARED).order_by("-prepared_at", "pk")
    context = {
        "waiting": every.waiting(),
        "page": Paginator(decided, ON_A_PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "ledger/vouchers.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_the_treasury
def voucher_new(request: HttpRequest, kind: str) -> HttpResponse:
    """Put something forward."""
    form = VoucherForm(_kind(kind), None, request.POST or None, request.FILES or None)
    status = HTTPStatus.OK
    if request.method == "POST":
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        if form.is_valid():
            try:
                made = actions.prepare_voucher(
                    facts=form.facts, by=_person(request), at=timezone.now()
                )
            except Refused as refusal:
                form.add_error(None, str(refusal.sentence))
                status = HTTPStatus.CONFLICT
            else:
                messages.success(request, _("It waits for a steward to approve it."))
                return redirect(made)
    return render(request, "ledger/voucher_form.html", {"form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@for_the_treasury
def entry_undo(request: HttpRequest, pk: str) -> HttpResponse:
    """Put forward that an entry is undone, with its mirror image."""
    found = get_object_or_404(Entry.objects.in_order(), pk=pk)
    today = timezone.now().date()
    form = ReversalForm(request.POST or None, initial={"on": today})
    status = HTTPStatus.OK
    if request.method == "POST":
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        if form.is_valid():
            try:
                made = actions.prepare_reversal(
                    entry=found, **form.cleaned_data, by=_person(request), at=timezone.now()
                )
            except Refused as refusal:
                form.add_error(None, str(refusal.sentence))
                status = HTTPStatus.CONFLICT
            else:
                messages.success(request, _("It waits for a steward to approve it."))
                return redirect(made)
    context = {"form": form, "entry": found}
    return render(request, "ledger/reversal_form.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@for_the_treasury
def voucher_change(request: HttpRequest, pk: str) -> HttpResponse:
    """Say something else, which has to be approved anew."""
    written = Voucher.objects.exclude(kind=Kind.REVERSAL).select_related("prepared_by")
    found = get_object_or_404(written, pk=pk)
    if not can_change(found, _person(request), at=timezone.now()):
        raise PermissionDenied(_("Only who prepared this can change it."))
    form = VoucherForm(Kind(found.kind), found, request.POST or None, request.FILES or None)
    status = HTTPStatus.OK
    if request.method == "POST":
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        if form.is_valid():
            try:
                actions.change_voucher(
                    voucher=found, facts=form.facts, by=_person(request), at=timezone.now()
                )
            except Refused as refusal:
                form.add_error(None, str(refusal.sentence))
                status = HTTPStatus.CONFLICT
            else:
                messages.success(request, _("Changed. It waits for a steward to approve it."))
                return redirect(found)
    context = {"form": form, "voucher": found}
    return render(request, "ledger/voucher_form.html", context, status=status)


@require_safe
@for_the_treasury
def voucher(request: HttpRequest, pk: str) -> HttpResponse:
    """What it says, and what one can do with it."""
    return _show_voucher(request, _find_voucher(pk))


@require_POST
@for_the_treasury
def voucher_approve(request: HttpRequest, pk: str) -> HttpResponse:
    """Approve exactly what was on the page, and post it."""
    found = _find_voucher(pk)
    form = ApproveForm(request.POST)
    if not form.is_valid():
        return _show_voucher(request, found, refusal=_("Please look at it again."))
    try:
        actions.approve_voucher(
            voucher=found, **form.cleaned_data, by=_person(request), at=timezone.now()
        )
    except Refused as refusal:
        return _show_voucher(request, _find_voucher(pk), refusal=str(refusal.sentence))
    messages.success(request, _("Approved. It is in the books."))
    return redirect(found)


@require_POST
@for_the_treasury
def voucher_reject(request: HttpRequest, pk: str) -> HttpResponse:
    """Send it back with a reason."""
    found = _find_voucher(pk)
    form = RejectForm(request.POST)
    if not form.is_valid():
        return _show_voucher(request, found, rejection=form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        actions.reject_voucher(
            voucher=found, **form.cleaned_data, by=_person(request), at=timezone.now()
        )
    except Refused as refusal:
        form.add_error(None, str(refusal.sentence))
        return _show_voucher(request, _find_voucher(pk), rejection=form)
    messages.success(request, _("Sent back. Who prepared it can put it right."))
    return redirect(found)


@require_POST
@for_the_treasury
def voucher_withdraw(request: HttpRequest, pk: str) -> HttpResponse:
    """Take it back."""
    found = _find_voucher(pk)
    try:
        actions.withdraw_voucher(voucher=found, by=_person(request), at=timezone.now())
    except Refused as refusal:
        return _show_voucher(request, _find_voucher(pk), refusal=str(refusal.sentence))
    messages.success(request, _("Withdrawn. Nothing was posted."))
    return redirect(found)


@require_safe
@for_the_treasury
def voucher_document(request: HttpRequest, pk: str) -> HttpResponse:
    """The document behind it, which nothing in the browser may run."""
    found = get_object_or_404(Voucher, pk=pk)
    try:
        data = documents.read(found.document_sha256)
    except documents.DocumentMissing:
        raise Http404("the document is not there") from None
    ending = vouchers.ENDINGS[found.document_type]
    response = HttpResponse(data, content_type=found.document_type)
    name = f"{found.on}-{found.document_sha256[:8]}.{ending}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_safe
@for_the_treasury
def months(request: HttpRequest) -> HttpResponse:
    """Closed months with their reports, and the ones to close."""
    closed = Month.objects.defer("report").select_related("locked_by").order_by("-first")
    context = {
        "open": _open_months(timezone.now().date()),
        "page": Paginator(closed, MONTHS_SHOWN).get_page(request.GET.get("page")),
    }
    return render(request, "ledger/months.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_the_treasury
def month(request: HttpRequest, month: str) -> HttpResponse:
    """The checklist of a month, and the button that closes it."""
    first, now = date.fromisoformat(f"{month}-01"), timezone.now()
    if first > now.date():
        raise Http404("not begun")
    refusal, status = "", HTTPStatus.OK
    if request.method == "POST":
        try:
            actions.lock_month(first=first, by=_person(request), at=now)
        except Refused as refused:
            refusal, status = str(refused.sentence), HTTPStatus.CONFLICT
        else:
            messages.success(request, _("Closed. Its report is below, and its hash in the record."))
            return redirect("books-month", month)
    found = month_checks.findings(first, now)
    context = {
        "first": first,
        "closed": Month.objects.defer("report").select_related("locked_by").filter(first=first),
        "locked_before": Month.objects.open_from() > first,
        "findings": found,
        "ready": not month_checks.stand_in_the_way(found),
        "may_lock": can_lock_months(_person(request), at=now),
        "refusal": refusal,
        "statements": statements_of(Period(first, month_after(first)), settings.CURRENCY),
    }
    return render(request, "ledger/month.html", context, status=status)


@require_safe
@for_the_treasury
def month_report(request: HttpRequest, month: str) -> HttpResponse:
    """The report as it was printed when the month was closed, byte for byte."""
    found = get_object_or_404(Month, first=f"{month}-01")
    page = bytes(found.report)
    response = HttpResponse(page, content_type="text/html; charset=utf-8")
    response._csp_replace = {  # type: ignore[attr-defined]
        "default-src": ["'none'"],
        "style-src": [report.style_source(page)],
    }
    return response


def _show_voucher(
    request: HttpRequest,
    found: Voucher,
    *,
    refusal: str = "",
    rejection: RejectForm | None = None,
    status: HTTPStatus = HTTPStatus.CONFLICT,
) -> HttpResponse:
    me, now = _person(request), timezone.now()
    said_no = bool(refusal or rejection)
    context = {
        "voucher": found,
        "refusal": refusal,
        "approval": ApproveForm(initial={"fingerprint": found.fingerprint}),
        "rejection": rejection or RejectForm(),
        "may_decide": found.state in stages.sources_of("approve") and can_decide(found, me, at=now),
        "may_change": found.state in stages.sources_of("change") and can_change(found, me, at=now),
        "is_reversal": found.kind == Kind.REVERSAL,
    }
    return render(
        request, "ledger/voucher.html", context, status=status if said_no else HTTPStatus.OK
    )


def _find_voucher(pk: str) -> Voucher:
    related = ("debit", "credit", "prepared_by", "decided_by", "entry__seal", "reverses")
    return get_object_or_404(Voucher.objects.select_related(*related), pk=pk)


def _open_months(today: date) -> list[date]:
    """The finished months that are not closed, from the first with entries on, oldest first."""
    waiting = Entry.objects.filter(effective_on__gte=Month.objects.open_from())
    oldest = waiting.order_by("effective_on").values_list("effective_on", flat=True).first()
    found: list[date] = []
    first = month_of(oldest) if oldest else today
    while month_after(first) <= today:
        found.append(first)
        first = month_after(first)
    return found


def _csv(name: str, lines: Iterable[str]) -> StreamingHttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=headers)


def _kind(kind: str) -> Kind:
    if kind not in vouchers.WRITTEN:
        raise Http404("no such kind of voucher")
    return Kind(kind)


def _person(request: HttpRequest) -> Person:
    """Who is signed in; the middleware lets nobody else in."""
    return cast(Person, request.user)
