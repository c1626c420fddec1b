"""The address that Stripe posts to."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from funding.dues import actions, stripe_gateway
from funding.dues import webhook as hook


@csrf_exempt
@login_not_required
@require_POST
def webhook(request: HttpRequest) -> HttpResponse:
    """Check that an event is Stripe's and fresh, keep it, answer. The worker does the rest."""
    try:
        body = _limited_body(request)
        at = timezone.now()
        notice = hook.read(
            body,
            request.headers.get("Stripe-Signature", ""),
            secrets=settings.STRIPE_WEBHOOK_SECRETS,
            live=stripe_gateway.is_live(settings.STRIPE_API_KEY),
            account=settings.STRIPE_ACCOUNT,
            at=at,
        )
    except hook.BadWebhook as bad:
        return HttpResponse(f"{bad}\n", status=bad.status, content_type="text/plain")
    try:
        actions.store_notice(notice=notice, at=at)
    except OperationalError:
        # The database is busy, or away: nothing is kept, and Stripe sends it again.
        return HttpResponse("busy\n", status=503, content_type="text/plain")
    return HttpResponse(content_type="text/plain")


def _limited_body(request: HttpRequest) -> bytes:
    body = request.read(hook.MAX_BYTES + 1)
    if len(body) > hook.MAX_BYTES:
        raise hook.BadWebhook(413, "the body is too large")
    return body
