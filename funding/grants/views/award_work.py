"""Pages of a project and of who looks after it: the agreement, milestones, the account."""

from __future__ import annotations

import uuid
from datetime import datetime
from http import HTTPStatus
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from funding.grants import account_links, award_stages, milestone_stages, permissions
from funding.grants.actions import agreeing, delivering, payees
from funding.grants.actions.applying import files_folder
from funding.grants.award_forms import (
    AcceptForm,
    AccountForm,
    AmendForm,
    DecideForm,
    EvidenceForm,
    ExtendForm,
    JudgeForm,
    NothingForm,
    OfferForm,
)
from funding.grants.file_checks import ENDINGS
from funding.grants.models import Award, Evidence, Milestone, PayeeAccount
from funding.grants.payee_details import Address
from funding.ledger import documents
from kernel.refusal import Refused
from members.models import Person

_FORMS = ["GET", "HEAD", "POST"]


@never_cache
@require_http_methods(_FORMS)
def agreement(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The agreement: its text, who has accepted it, and what one can do about it."""
    me, now = _me(request), timezone.now()
    found = get_object_or_404(_inside(me, now).to_show(), pk=pk)
    recipient = found.application.applicant_id == me.pk
    decides = permissions.can_decide(found.application, me, now)
    text = found.agreement
    data, do = _posted(request)
    begin = text.text if text else agreeing.suggested_agreement(found)
    forms: dict[str, Form] = {
        "accept": AcceptForm(data if do == "accept" else None, initial=_hash_of(text)),
        "offer": OfferForm(data if do == "offer" else None, initial={"text": begin}),
        "decline": NothingForm(data if do == "decline" else None),
    }
    status = HTTPStatus.OK
    if request.method == "POST":
        form, status = _chosen(forms, do), HTTPStatus.UNPROCESSABLE_ENTITY
        if form.is_valid():
            try:
                if do == "accept":
                    agreeing.accept_agreement(award=found, **form.cleaned_data, by=me, at=now)
                    messages.success(request, _("You have accepted the agreement."))
                elif do == "offer":
                    agreeing.offer_agreement(award=found, **form.cleaned_data, by=me, at=now)
                    messages.success(request, _("The project is asked to accept this text."))
                else:
                    agreeing.decline_award(award=found, by=me, at=now)
                    messages.success(request, _("The money is free for other projects again."))
            except Refused as refusal:
                form.add_error(None, str(refusal.sentence))
                status = HTTPStatus.CONFLICT
            else:
                return redirect(found)
    sides = [said.side for said in text.acceptances.all()] if text else []
    mine = "project" if recipient else "commons"
    may_offer = decides and found.stage in award_stages.sources_of("offer")
    open_now = found.stage in award_stages.sources_of("agree")
    context = {
        "award": found,
        "agreement": text,
        "sides": sides,
        "may_accept": open_now and (recipient or decides) and mine not in sides,
        "may_offer": may_offer,
        "may_decline": recipient and found.stage in award_stages.sources_of("decline"),
        "unkept": forms["offer"] if do == "offer" and not may_offer else None,
        "forms": forms,
    }
    return render(request, "grants/agreement.html", context, status=status)


@never_cache
@require_http_methods(_FORMS)
def milestone(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One milestone: what was shown, what was said of it, and what one can do about it."""
    me, now = _me(request), timezone.now()
    awards = _inside(me, now).values("pk")
    within = Milestone.objects.filter(award__in=awards).select_related(
        "award__application__version", "award__application__round"
    )
    found = get_object_or_404(within, pk=pk)
    amendment = found.amendments.filter(decided_at=None).first()
    data, do = _posted(request)
    agreed = {"criteria": found.criteria, "due_on": found.due_on}
    forms: dict[str, Form] = {
        "show": EvidenceForm(
            data if do == "show" else None, request.FILES if do == "show" else None
        ),
        "judge": JudgeForm(data if do == "judge" else None, prefix="judge"),
        "amend": AmendForm(data if do == "amend" else None, initial=agreed, prefix="amend"),
        "extend": ExtendForm(
            data if do == "extend" else None,
            initial={"due_on": found.due_on},
            prefix="extend",
        ),
        "decide": DecideForm(data if do == "decide" else None, prefix="decide"),
    }
    status = HTTPStatus.OK
    if request.method == "POST":
        form, status = _chosen(forms, do), HTTPStatus.UNPROCESSABLE_ENTITY
        if form.is_valid():
            try:
                said = _do_with_milestone(found, do, form.cleaned_data, me, now)
            except Refused as refusal:
                form.add_error(None, str(refusal.sentence))
                status = HTTPStatus.CONFLICT
            else:
                messages.success(request, said)
                return redirect("grant-milestone", pk=found.pk)
    recipient = found.award.application.applicant_id == me.pk
    decides = permissions.can_decide(found.award.application, me, now)
    agreed_on = found.award.stage == award_stages.AGREED
    shows = {*milestone_stages.sources_of("submit"), milestone_stages.SUBMITTED}
    amendable = agreed_on and recipient and amendment is None
    amendable = amendable and found.stage in milestone_stages.AMENDABLE
    offered = {
        "show": agreed_on and recipient and found.stage in shows,
        "judge": agreed_on and decides and found.stage == milestone_stages.SUBMITTED,
        "amend": amendable,
        "extend": amendable,
        "decide": amendment is not None and decides,
    }
    context = {
        "award": found.award,
        "milestone": found,
        "evidence": found.evidence.order_by("at", "pk"),
        "verdicts": found.verdicts.select_related("by").order_by("at", "pk"),
        "amendment": amendment,
        "decided_amendments": found.amendments.exclude(decided_at=None).order_by("decided_at"),
        "offered": offered,
        "unkept": forms[do] if do in forms and not offered[do] else None,
        "forms": forms,
    }
    return render(request, "grants/milestone.html", context, status=status)


def _do_with_milestone(
    found: Milestone, do: str, given: dict[str, Any], me: Person, now: datetime
) -> str:
    """One of the things the page offers; answers what to say. Raises ``Refused``."""
    if do == "show":
        file = given["file"]
        delivering.show_evidence(
            milestone=found,
            url=given["url"],
            name=file.name if file else "",
            data=file.read() if file else None,
            note=given["note"],
            by=me,
            at=now,
        )
        return _("It is shown. Somebody without a conflict of interest looks at it next.")
    if do == "judge":
        delivering.judge_milestone(milestone=found, **given, by=me, at=now)
        return _("The project is told.")
    if do == "amend":
        delivering.ask_amendment(milestone=found, **given, by=me, at=now)
        return _("Two people decide about it. You hear from us.")
    if do == "extend":
        delivering.ask_amendment(milestone=found, criteria=found.criteria, **given, by=me, at=now)
        return _("Two people decide about it. You hear from us.")
    asked = found.amendments.filter(decided_at=None).first()
    if asked is None:
        raise Refused("stage-passed", _("This is in another stage by now. Please look again."))
    decided = delivering.decide_amendment(amendment=asked, **given, by=me, at=now)
    if decided.decided_at:
        return _("The project is told.")
    return _("Your yes is noted. A second person decides.")


@never_cache
@require_safe
def evidence_file(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """A file that shows a milestone, for its project and who looks after it."""
    me, now = _me(request), timezone.now()
    awards = _inside(me, now).values("pk")
    within = Evidence.objects.filter(milestone__award__in=awards).exclude(file_sha256="")
    found = get_object_or_404(within, pk=pk)
    try:
        data = documents.read(found.file_sha256, folder=files_folder())
    except documents.DocumentMissing:
        raise Http404("the file is gone") from None
    answer = HttpResponse(data, content_type=found.file_type)
    name = f"evidence-{found.pk.hex[:8]}.{ENDINGS[found.file_type]}"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


@never_cache
@require_http_methods(_FORMS)
def account(request: HttpRequest) -> HttpResponse:
    """The account that one's awards are paid to: masked, and how to name another one."""
    me, now = _me(request), timezone.now()
    if not Award.objects.filter(application__applicant=me).exists():
        raise Http404("whoever is given money names an account")
    form = AccountForm(request.POST or None)
    status = HTTPStatus.OK
    if request.method == "POST":
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        if form.is_valid():
            given = form.cleaned_data
            where = {name: given.pop(name) for name in ("street", "building", "postcode", "town")}
            try:
                payees.name_account(
                    name=given["name"],
                    iban=given["iban"],
                    bic=given["bic"],
                    address=Address(country=given["country"], **where),
                    by=me,
                    at=now,
                )
            except Refused as refusal:
                form.add_error(None, str(refusal.sentence))
                status = HTTPStatus.CONFLICT
            else:
                messages.success(request, _("We have sent you a mail. Confirm the account there."))
                return redirect("grant-account")
    current = me.payee_accounts.current().first()
    context = {"form": form, "account": current, "payable": current and current.is_payable(now)}
    return render(request, "grants/account.html", context, status=status)


@never_cache
@login_not_required
@require_http_methods(_FORMS)
def account_confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Confirm, from the mail, that an account is one's own."""
    now = timezone.now()
    try:
        key = account_links.read(token, now)
    except account_links.NotOurs:
        raise Http404("no link of ours") from None
    if key is None:
        return render(request, "grants/account_link_old.html", status=HTTPStatus.GONE)
    found = get_object_or_404(PayeeAccount.objects.select_related("person"), pk=key)
    context: dict[str, object] = {"account": found}
    status = HTTPStatus.OK
    if request.method == "POST":
        try:
            context["account"] = payees.confirm_account(account=found, at=now)
        except Refused as refusal:
            context["refusal"] = refusal.sentence
            status = HTTPStatus.CONFLICT
    return render(request, "grants/account_confirm.html", context, status=status)


def _me(request: HttpRequest) -> Person:
    return cast(Person, request.user)


def _inside(me: Person, now: datetime) -> Any:
    """The awards whose inside ``me`` may read: one's own, and what is open to them."""
    return Award.objects.all().visible_to(me, now.date())


def _posted(request: HttpRequest) -> tuple[Any, str]:
    """What was sent, and which of a page's forms it was."""
    return request.POST, request.POST.get("do", "")


def _chosen(forms: dict[str, Form], do: str) -> Form:
    if do not in forms:
        raise Http404("no such form is on the page")
    return forms[do]


def _hash_of(text: Any) -> dict[str, str]:
    return {"sha256": text.sha256} if text else {}
