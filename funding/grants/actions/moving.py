"""How an application moves: by its table, with an event, and its applicant is told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from funding.grants import application_stages as stages
from funding.grants.mails import Mail
from funding.grants.models import Application, Event, Round
from kernel.refusal import Refused
from members.actions import queue_mail
from members.models import Author, subject_of

KIND = "grants"


def hold(application: Application) -> Application:
    """``application`` as it stands now; whoever else changes it waits for this transaction."""
    return (
        Application.objects.select_for_update(of=("self",))
        .select_related("round", "applicant")
        .get(pk=application.pk)
    )


def hold_round(round: Round) -> Round:
    """``round`` as it stands now; whoever else changes it waits for this transaction."""
    return Round.objects.select_for_update(of=("self",)).get(pk=round.pk)


def move(held: Application, name: str, *, by: Author, at: datetime, **changes: Any) -> Application:
    """Make the move called ``name``. Raises ``Refused`` ("stage-passed") where there is none."""
    if held.stage not in stages.sources_of(name):
        raise stage_passed()
    source, target = held.stage, stages.target_of(name, held.stage)
    there = Application.objects.filter(pk=held.pk, stage=source)
    if not there.update(stage=target, **changes):
        raise stage_passed()
    held.stage = target
    for attribute, value in changes.items():
        setattr(held, attribute, value)
    Event.record(f"application.{name.replace('_', '-')}", subject=subject_of(held), by=by, at=at)
    return held


def tell(held: Application, write: Callable[[], Mail], *, about: str, at: datetime) -> None:
    """Write to the applicant, in their language. The same ``about`` again changes nothing."""
    if not held.applicant.is_active:
        return
    with translation.override(held.applicant.locale):
        subject, body = write()
    queue_mail(
        person=held.applicant,
        kind=KIND,
        key=f"grants:{held.pk}:{about}",
        subject=subject,
        body=body,
        at=at,
    )


def stage_passed() -> Refused:
    return Refused("stage-passed", _("This is in another stage by now. Please look again."))
