"""What mail one gets: the page of choices, and the page a mail's own link opens."""

from __future__ import annotations

from http import HTTPStatus
from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from members import actions, mail_kinds, mail_links
from members.forms import MailChoicesForm
from members.models import Person


@require_http_methods(["GET", "HEAD", "POST"])
def mail_choices(request: HttpRequest) -> HttpResponse:
    """Each kind of mail, and whether you want it."""
    person = cast(Person, request.user)
    # An empty form is an answer too: no mail that can be declined.
    sent = request.POST if request.method == "POST" else None
    form = MailChoicesForm(sent, person=person)
    status = HTTPStatus.OK
    if request.method == "POST":
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        if form.is_valid():
            now = timezone.now()
            for kind, wanted in form.choices().items():
                actions.choose_mail(person=person, kind=kind, wanted=wanted, by=person, at=now)
            messages.success(request, _("Saved."))
            return redirect("mail-choices")
    needed = [kind for kind in mail_kinds.kinds() if not kind.optional]
    return render(
        request, "members/mail_choices.html", {"form": form, "needed": needed}, status=status
    )


# A mail program posts here by itself, signed in as nobody: the sealed link is its whole authority.
@csrf_exempt
@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def mail_stop(request: HttpRequest, token: str) -> HttpResponse:
    """A button that ends one kind of mail, for whoever holds the mail. Looking changes nothing."""
    try:
        who, name = mail_links.read(token)
        kind = mail_kinds.get(name)
    except LookupError:
        raise Http404 from None
    person = get_object_or_404(Person, pk=who)
    if request.method == "POST":
        actions.choose_mail(
            person=person, kind=kind.name, wanted=False, by=person, at=timezone.now()
        )
    return render(
        request, "members/mail_stop.html", {"kind": kind, "wanted": person.wants(kind.name)}
    )
