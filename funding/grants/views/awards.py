"""Awards for everybody: what was given, to which projects, what became of it."""

from __future__ import annotations

import json
import uuid

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from funding.grants import linked_data, open_reads
from funding.grants.award_permissions import can_prepare
from funding.grants.models import Award, Determination, Fund, Milestone
from funding.grants.permissions import can_decide
from governance.terms.views.reading import in_script
from members.models import Person

ON_A_PAGE = 20


@login_not_required
@require_safe
def awards(request: HttpRequest) -> HttpResponse:
    """Every project that was given money, the latest first, and what each round has left."""
    listed = Award.objects.given().to_show().prefetch_related("milestones")
    context = {
        "page": Paginator(listed, ON_A_PAGE).get_page(request.GET.get("page")),
        "funds": Fund.objects.select_related("round").order_by("-opened_at", "pk"),
    }
    return render(request, "grants/awards.html", context)


@never_cache
@login_not_required
@require_safe
def award(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One award: what was promised, what was shown, what was paid. Its recipient sees what is next.

    What its project did not take is there for the project alone.
    """
    me = request.user if isinstance(request.user, Person) else None
    mine = Award.objects.all().of(me) if me else Award.objects.none()
    visible = Award.objects.filter(pk__in=Award.objects.given().values("pk")) | mine
    found = get_object_or_404(visible.to_show(), pk=pk)
    now = timezone.now()
    milestones = list(open_reads.with_payments(found.milestones.in_order()))
    context = {
        "award": found,
        "milestones": milestones,
        **_open(found, milestones),
        "returns": found.returns.order_by("at", "pk"),
        "termination": found.terminations.exclude(confirmed_at=None).first(),
        "agreement": found.agreement,
        "recipient": me is not None and found.application.applicant_id == me.pk,
        "account": me.payee_accounts.current().first() if me else None,
        "inside": me is not None
        and Award.objects.filter(pk=pk).visible_to(me, now.date()).exists(),
        "decides": me is not None and can_decide(found.application, me, now),
        "ending": found.terminations.filter(confirmed_at=None, withdrawn_at=None).exists(),
        "pays": me is not None and can_prepare(found.application, me, now),
    }
    return render(request, "grants/award.html", context)


def _open(award: Award, milestones: list[Milestone]) -> dict[str, object]:
    """What everybody reads of an award: why, what was paid and proves it, and what was shown."""
    proofs = open_reads.proofs(payment for one in milestones for payment in one.payments.all())
    decided = Determination.objects.filter(application=award.application_id)
    found = decided.exclude(determined_at=None).first()
    return {
        "reasons": found.reasons if found else "",
        "paid": [
            (payment, one, proofs.get(str(payment.pk), ""))
            for one in milestones
            for payment in one.payments.all()
        ],
        "shown": [one for one in milestones if one.is_reached and one.evidence.all()],
        "agreement_proof": open_reads.agreement_proof(award),
        "linked_data": _linked_data(award),
    }


def _linked_data(award: Award) -> str:
    version = award.application.version
    said = linked_data.project(
        linked_data.Project(
            name=award.title,
            description=version.summary if version else "",
            url=f"{settings.PUBLIC_ORIGIN}{award.get_absolute_url()}",
        ),
        amount=award.amount,
        origin=settings.PUBLIC_ORIGIN,
    )
    return in_script(json.dumps(said, ensure_ascii=False).encode())
