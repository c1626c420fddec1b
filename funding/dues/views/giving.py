"""Giving to others, and being a member without paying."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from funding.dues import actions, pot_figures, stages
from funding.dues.forms import GiftForm, PotForm, WithoutPayingForm
from funding.dues.models import OneOff
from funding.dues.views.mine import person_of
from kernel.refusal import Refused


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def pot(request: HttpRequest) -> HttpResponse:
    """What the pot is, for everybody; for those signed in, a form to give to it."""
    form = PotForm(request.POST or None) if request.user.is_authenticated else None
    context = {"form": form, "figures": pot_figures.current(settings.CURRENCY)}
    if request.method == "POST" and form is None:
        return redirect(f"{settings.LOGIN_URL}?next={request.path}")
    return _to_payment(request, form, actions.begin_pot, "dues/pot.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def gift(request: HttpRequest) -> HttpResponse:
    """A membership for somebody else."""
    form = GiftForm(request.POST or None)
    return _to_payment(request, form, actions.begin_gift, "dues/gift.html", {"form": form})


@never_cache
@require_safe
def thanks(request: HttpRequest) -> HttpResponse:
    """Where Checkout sends those who paid once."""
    try:
        key = uuid.UUID(request.GET.get("paid", ""))
    except ValueError:
        raise Http404 from None
    own = OneOff.objects.filter(person=person_of(request))
    one_off = get_object_or_404(own, pk=key)
    paid = one_off.state == stages.PAID
    response = render(request, "dues/thanks.html", {"one_off": one_off, "paid": paid})
    if one_off.state in (stages.PREPARED, stages.OPEN):
        response["Refresh"] = "3"
    return response


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def waiver(request: HttpRequest) -> HttpResponse:
    """Membership without dues: one form, one tap, at once."""
    person = person_of(request)
    initial = {"display_name": person.display_name}
    form = WithoutPayingForm(request.POST or None, initial=initial)
    context: dict[str, Any] = {"form": form}
    status = HTTPStatus.OK
    if request.method == "POST" and form.is_valid():
        try:
            actions.grant_waiver(person=person, by=person, at=timezone.now(), **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal.sentence))
            context["none_left"] = refusal.code == "no-waiver-left"
            status = HTTPStatus.CONFLICT
        else:
            messages.success(request, _("You are a member. There is nothing to pay."))
            return redirect("my-dues")
    return render(request, "dues/waiver.html", context, status=status)


@require_POST
def wish(request: HttpRequest) -> HttpResponse:
    """Wants to be told when there is a waiver again."""
    person = person_of(request)
    actions.wish_for_waiver(person=person, by=person, at=timezone.now())
    messages.success(request, _("We write to you as soon as there is one."))
    return redirect("my-dues")


def _to_payment(
    request: HttpRequest,
    form: PotForm | GiftForm | None,
    begin: Callable[..., OneOff],
    template: str,
    context: dict[str, Any],
) -> HttpResponse:
    """Show a form; once it is filled in well, go to the payment page for what it asks."""
    status = HTTPStatus.OK
    if request.method == "POST" and form is not None and form.is_valid():
        person, at = person_of(request), timezone.now()
        try:
            one_off = begin(person=person, by=person, at=at, **form.cleaned_data)
            page = actions.open_one_off(one_off=one_off, by=person, at=at)
        except Refused as refusal:
            form.add_error(None, str(refusal.sentence))
            status = HTTPStatus.CONFLICT
        else:
            return HttpResponseRedirect(page, status=HTTPStatus.SEE_OTHER)
    return render(request, template, context, status=status)
