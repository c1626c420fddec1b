"""What the links in our mails open, without signing in. Opening one changes nothing."""

from __future__ import annotations

import uuid
from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from funding.dues import actions, links
from funding.dues.forms import AcceptGiftForm
from funding.dues.links import Purpose
from funding.dues.models import Gift, Subscription
from funding.dues.views.mine import person_of
from kernel.refusal import Refused
from members.models import Person

_FORMS = ["GET", "HEAD", "POST"]
# How Django signs in somebody whose address a link has proven.
_BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@never_cache
@login_not_required
@require_http_methods(_FORMS)
def cancel(request: HttpRequest, token: str) -> HttpResponse:
    """Stop a renewal from any mail we sent about it."""
    key = _key(Purpose.CANCEL, token)
    if key is None:
        return _too_old(request)
    mine = Subscription.objects.select_related("plan", "person").prefetch_related("cancellations")
    subscription = get_object_or_404(mine, pk=key)
    over = subscription.is_ending or not _is_live(subscription)
    if request.method == "POST" and not over:
        person = subscription.person
        actions.request_cancellation(subscription=subscription, by=person, at=timezone.now())
        return render(request, "dues/link_cancelled.html", {"subscription": subscription})
    context = {"subscription": subscription, "over": over}
    return render(request, "dues/link_cancel.html", context)


@never_cache
@login_not_required
@require_http_methods(_FORMS)
def mend(request: HttpRequest, token: str) -> HttpResponse:
    """Pay what could not be charged, on Stripe's page for that invoice."""
    key = _key(Purpose.MEND, token)
    if key is None:
        return _too_old(request)
    subscription = get_object_or_404(Subscription.objects.select_related("plan"), pk=key)
    failing = subscription.is_failing and not subscription.is_ending
    context = {"subscription": subscription, "failing": failing}
    if request.method == "POST" and failing:
        try:
            page = actions.mend_page(subscription=subscription)
        except Refused as refusal:
            context["refusal"] = refusal
            return render(request, "dues/link_mend.html", context, status=HTTPStatus.CONFLICT)
        return HttpResponseRedirect(page, status=HTTPStatus.SEE_OTHER)
    return render(request, "dues/link_mend.html", context)


@never_cache
@login_not_required
@require_http_methods(_FORMS)
def gift(request: HttpRequest, token: str) -> HttpResponse:
    """Accept or decline a gift. Whoever has no account here gets one by accepting."""
    key = _key(Purpose.GIFT, token)
    if key is None:
        return _too_old(request)
    at = timezone.now()
    found = get_object_or_404(Gift.objects.select_related("plan", "one_off__person"), pk=key)
    if not found.is_offered or at >= (found.ends_at or at):
        return render(request, "dues/gift_over.html", {"gift": found})
    if "decline" in request.POST:
        try:
            actions.decline_gift(gift=found, at=at)
        except Refused:
            found.refresh_from_db()
            context = {"gift": found}
            return render(request, "dues/gift_over.html", context, status=HTTPStatus.CONFLICT)
        return render(request, "dues/gift_declined.html")
    holder = actions.holder_of(found.email)
    form = AcceptGiftForm(
        request.POST or None,
        initial={"display_name": holder.display_name if holder else ""},
        renews=bool(holder and Subscription.objects.live_of(holder)),
    )
    status = HTTPStatus.OK
    if request.method == "POST" and not form.is_valid():
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    elif request.method == "POST":
        given = {"stop_renewal": False, **form.cleaned_data}
        try:
            person, is_new = actions.accept_gift(
                gift=found, locale=get_language() or "en", at=at, **given
            )
        except Refused as refusal:
            form.add_error(None, str(refusal.sentence))
            status = HTTPStatus.CONFLICT
        else:
            # A new account has no passkey that this could pass by: the link proves its address.
            if is_new:
                login(request, person, backend=_BACKEND)
            messages.success(request, _("You are a member. Your gift has begun."))
            return redirect("my-dues" if is_new else "account_login")
    return render(request, "dues/gift_offer.html", {"form": form, "gift": found}, status=status)


@never_cache
@login_not_required
@require_http_methods(_FORMS)
def attest(request: HttpRequest, token: str) -> HttpResponse:
    """Confirm for another year what one attested when joining."""
    key = _key(Purpose.ATTEST, token)
    if key is None:
        return _too_old(request)
    return _attest(request, get_object_or_404(Person, pk=key, is_active=True))


@never_cache
@require_http_methods(_FORMS)
def attest_again(request: HttpRequest) -> HttpResponse:
    """The same for whoever is signed in."""
    return _attest(request, person_of(request))


def _attest(request: HttpRequest, person: Person) -> HttpResponse:
    at = timezone.now()
    due = actions.is_attestation_due(person, at)
    if request.method == "POST" and due:
        actions.confirm_attestation(person=person, by=person, at=at)
        due = False
    statement = actions.statement_for(person, at)
    return render(request, "dues/attest.html", {"due": due, "statement": statement})


def _key(purpose: Purpose, token: str) -> uuid.UUID | None:
    """What a link is about, None where it is too old; 404 where it is none of ours."""
    try:
        return links.read(purpose, token, timezone.now())
    except links.NotOurs:
        raise Http404 from None


def _is_live(subscription: Subscription) -> bool:
    return Subscription.objects.live().filter(pk=subscription.pk).exists()


def _too_old(request: HttpRequest) -> HttpResponse:
    return render(request, "dues/link_too_old.html", status=HTTPStatus.GONE)
