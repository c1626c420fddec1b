"""The money for everybody, and for whoever paid the proof that it is in there."""

from __future__ import annotations

from http import HTTPStatus
from typing import cast

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from funding.dues import money_chart
from funding.dues.models import Payment
from funding.dues.summary import summarise
from funding.ledger.models import Digest
from members.models import Person


@login_not_required
@require_safe
def money(request: HttpRequest) -> HttpResponse:
    """Where the money came from, where it went and where it is. No names."""
    summary = summarise(settings.CURRENCY, at=timezone.now())
    recent, earlier = summary.months[-12:], summary.months[:-12]
    chart = money_chart.draw([told.month for told in recent], currency=summary.currency)
    context = {"summary": summary, "chart": chart, "recent": recent, "earlier": earlier}
    return render(request, "dues/money.html", context)


@never_cache
@require_safe
def payment_proof(request: HttpRequest, uuid: str) -> HttpResponse:
    """The file by which a payer proves that their payment is in its day's total: theirs alone."""
    mine = Payment.objects.filter(person=cast(Person, request.user))
    payment = get_object_or_404(mine.select_related("entry__seal"), uuid=uuid)
    digest = Digest.objects.with_entry(payment.entry)
    if digest is None:
        sentence = _("The day is told to the public record once it is over. Come back tomorrow.")
        problem = {"type": "about:blank", "code": "not-told-yet", "detail": sentence}
        return JsonResponse(
            problem, status=HTTPStatus.CONFLICT, content_type="application/problem+json"
        )
    response = JsonResponse(digest.proof(payment.entry), json_dumps_params={"indent": 2})
    response["Content-Disposition"] = f'attachment; filename="payment-{digest.day}.json"'
    return response
