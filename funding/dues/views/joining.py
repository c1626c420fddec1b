"""Joining: what membership costs, the way to the payment page and back."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import cast

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from funding.dues import actions, stages
from funding.dues.forms import JoinForm
from funding.dues.models import CheckoutIntent, Payment, Plan, Subscription
from kernel.money import Money
from kernel.refusal import Refused
from members.models import Person

# How long somebody who has paid should have to wait before we let them go.
_PATIENCE = timedelta(seconds=20)
_LOOK_AGAIN, _LOOK_AGAIN_LATER = 2, 10


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest) -> HttpResponse:
    """What membership is and costs; for those signed in, the one form between them and it."""
    person = request.user
    if not isinstance(person, Person):
        return render(request, "dues/membership.html", {"scale": _scale()})
    if Subscription.objects.live().filter(person=person).exists():
        return redirect("my-dues")
    form = JoinForm(request.POST or None, initial={"display_name": person.display_name})
    status = HTTPStatus.OK
    if request.method == "POST" and not form.is_valid():
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    elif request.method == "POST":
        at = timezone.now()
        try:
            checkout = actions.begin_checkout(person=person, by=person, at=at, **form.cleaned_data)
            page = actions.open_checkout(checkout=checkout, by=person, at=at)
        except Refused as refusal:
            form.add_error(None, str(refusal.sentence))
            status = HTTPStatus.CONFLICT
        else:
            return HttpResponseRedirect(page, status=HTTPStatus.SEE_OTHER)
    return render(request, "dues/join.html", {"form": form}, status=status)


@never_cache
@require_safe
def wait(request: HttpRequest) -> HttpResponse:
    """Where Checkout sends those who paid: waits until the payment is confirmed, then welcomes."""
    checkout = _own_checkout(request)
    if checkout.state in (stages.EXPIRED, stages.FAILED):
        return redirect(f"{reverse('join-cancelled')}?checkout={checkout.pk}")
    if checkout.state == stages.PAID:
        paid = Payment.objects.filter(subscription__checkout=checkout).latest("paid_at")
        return render(request, "dues/welcome.html", {"payment": paid})
    now = timezone.now()
    since = _since(request, now)
    late = now - since >= _PATIENCE
    response = render(request, "dues/wait.html", {"late": late})
    # A header rather than a tag: it works without a script, and nothing is stored on a GET.
    address = f"{reverse('join-wait')}?checkout={checkout.pk}&since={int(since.timestamp())}"
    response["Refresh"] = f"{_LOOK_AGAIN_LATER if late else _LOOK_AGAIN}; url={address}"
    return response


@never_cache
@require_safe
def cancelled(request: HttpRequest) -> HttpResponse:
    """Where Checkout sends those who turned back."""
    return render(request, "dues/cancelled.html", {"checkout": _own_checkout(request)})


def _scale() -> list[tuple[str, dict[str, Money]]]:
    """For each level, in words, what it costs by interval."""
    scale: dict[str, dict[str, Money]] = {}
    for plan in Plan.objects.on_offer():
        scale.setdefault(plan.get_level_display(), {})[plan.interval] = plan.amount
    return list(scale.items())


def _own_checkout(request: HttpRequest) -> CheckoutIntent:
    """The checkout that the address names, if it is the visitor's own; else 404."""
    try:
        key = uuid.UUID(request.GET.get("checkout", ""))
    except ValueError:
        raise Http404 from None
    own = CheckoutIntent.objects.select_related("person").filter(person=_person(request))
    return get_object_or_404(own, pk=key)


def _since(request: HttpRequest, now: datetime) -> datetime:
    """When the waiting began, as the address says; now, where it does not say so believably."""
    try:
        since = datetime.fromtimestamp(int(request.GET.get("since", "")), UTC)
    except (ValueError, OverflowError, OSError):
        return now
    return min(since, now)


def _person(request: HttpRequest) -> Person:
    """Who is signed in; the middleware lets nobody else in where this is asked."""
    return cast(Person, request.user)
