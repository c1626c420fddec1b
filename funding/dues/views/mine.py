"""One's own dues: what one paid, what renews, another plan, the card, receipts."""

from __future__ import annotations

import uuid
from datetime import timedelta
from http import HTTPStatus
from typing import cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from funding.dues import actions, papers
from funding.dues.forms import ChangeForm
from funding.dues.models import Gift, Payment, PlanChange, Subscription
from kernel.refusal import Refused
from members.models import Person

# Nobody has paid us before.
_FIRST_YEAR = 2020


@never_cache
@require_safe
def my_dues(request: HttpRequest) -> HttpResponse:
    """Everything about one's own dues on one page, entry by entry."""
    return _mine(request)


def _mine(request: HttpRequest, refusal: Refused | None = None) -> HttpResponse:
    """That page; after a refusal, with its sentence on top."""
    person, at = person_of(request), timezone.now()
    subscription = Subscription.objects.live_of(person)
    payments = list(Payment.objects.of(person).prefetch_related("refunds"))
    standing = person.standing_on(at.date())
    lasts_to = [subscription.renews_at.date()] if subscription else []
    if standing:
        lasts_to.append(standing.until - timedelta(days=1))
    context = {
        "refusal": refusal,
        "lasts_to": max(lasts_to, default=None),
        "subscription": subscription,
        "change": PlanChange.objects.waiting().filter(subscription=subscription).first(),
        "payments": payments,
        "years": sorted({payment.paid_at.year for payment in payments}, reverse=True),
        "gifts": Gift.objects.of(person),
        "standing": standing,
        "attestation_due": actions.is_attestation_due(person, at),
    }
    status = HTTPStatus.CONFLICT if refusal else HTTPStatus.OK
    return render(request, "dues/mine.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: HttpRequest) -> HttpResponse:
    """Asks once, then stops the renewal."""
    person = person_of(request)
    subscription = _subscription(person)
    if request.method == "POST":
        try:
            actions.request_cancellation(subscription=subscription, by=person, at=timezone.now())
        except Refused as refusal:
            return _mine(request, refusal)
        messages.success(request, _("Cancelled. Nothing more will be charged."))
        return redirect("my-dues")
    if subscription.is_ending:
        return redirect("my-dues")
    return render(request, "dues/cancel.html", {"subscription": subscription})


@require_POST
def resume(request: HttpRequest) -> HttpResponse:
    """Lets it renew after all."""
    person = person_of(request)
    try:
        actions.resume(subscription=_subscription(person), by=person, at=timezone.now())
    except Refused as refusal:
        return _mine(request, refusal)
    messages.success(request, _("Good to have you. Your membership renews again."))
    return redirect("my-dues")


@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest) -> HttpResponse:
    """Another plan: choose, see what it costs now, confirm."""
    person, at = person_of(request), timezone.now()
    subscription = _subscription(person)
    form = ChangeForm(request.POST or None, initial={"plan": subscription.plan_id})
    context = {"form": form, "subscription": subscription}
    status = HTTPStatus.OK
    if request.method == "POST" and form.is_valid():
        chosen = {"subscription": subscription, "plan": form.cleaned_data["plan"]}
        try:
            if "confirmed" in request.POST:
                actions.request_change(**chosen, by=person, at=at)
                messages.success(request, _("Your plan is being changed. It takes a moment."))
                return redirect("my-dues")
            context |= {"preview": actions.preview_change(**chosen, by=person, at=at), **chosen}
        except Refused as refusal:
            form.add_error(None, str(refusal.sentence))
            status = HTTPStatus.CONFLICT
    return render(request, "dues/change.html", context, status=status)


@require_POST
def portal(request: HttpRequest) -> HttpResponse:
    """To Stripe's own page, where one's card and name are."""
    person = person_of(request)
    try:
        address = actions.card_page(subscription=_subscription(person), by=person)
    except Refused as refusal:
        return _mine(request, refusal)
    return HttpResponseRedirect(address, status=HTTPStatus.SEE_OTHER)


@never_cache
@require_safe
def receipt(request: HttpRequest, payment: uuid.UUID) -> HttpResponse:
    """The receipt of one payment of one's own, as PDF."""
    person = person_of(request)
    found = get_object_or_404(Payment.objects.of(person).prefetch_related("refunds"), uuid=payment)
    return _pdf(papers.receipt(found), f"receipt-{found.paid_at:%Y-%m-%d}-{found.uuid}.pdf")


@never_cache
@require_safe
def year_summary(request: HttpRequest, year: int) -> HttpResponse:
    """Everything one paid in a year, as PDF."""
    if not _FIRST_YEAR <= year <= timezone.now().year:
        raise Http404
    person = person_of(request)
    payments = Payment.objects.of(person).prefetch_related("refunds").filter(paid_at__year=year)
    found = list(payments.order_by("paid_at", "pk"))
    if not found:
        raise Http404
    return _pdf(papers.summary(person, year, found), f"dues-{year}.pdf")


@require_POST
def take_back(request: HttpRequest, gift: uuid.UUID) -> HttpResponse:
    """The giver wants a gift back that nobody has accepted."""
    person = person_of(request)
    found = get_object_or_404(Gift.objects.of(person), pk=gift)
    try:
        actions.take_back_gift(gift=found, by=person, at=timezone.now())
    except Refused as refusal:
        return _mine(request, refusal)
    messages.success(request, _("The money goes back to the card you paid with."))
    return redirect("my-dues")


def person_of(request: HttpRequest) -> Person:
    """Who is signed in; the middleware lets nobody else in where this is asked."""
    return cast(Person, request.user)


def _subscription(person: Person) -> Subscription:
    found = Subscription.objects.live_of(person)
    if found is None:
        raise Http404
    return found


def _pdf(paper: bytes, name: str) -> HttpResponse:
    response = HttpResponse(paper, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
