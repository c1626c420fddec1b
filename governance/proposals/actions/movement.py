"""After adoption: proffering a term, asking for its acceptance, and seeing who accepts it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from governance.proposals import looking, rates, record_types
from governance.proposals.acceptance_ways import Looked
from governance.proposals.actions.limits import check_rate
from governance.proposals.domain_names import NoDomain, normalised
from governance.proposals.models import Acceptance, Ask, Event, Organisation, Proffer
from governance.proposals.permissions import check_can_ask, check_can_proffer
from governance.record.actions import submit
from governance.terms.document import Site
from governance.terms.models import Status, Term, Version
from kernel import sweeps
from kernel.refusal import Refused
from members.models import Author, Person, Program, subject_of

_ANYONE = Program("form:organisations")


@transaction.atomic
def proffer(*, term: Term, by: Person, at: datetime) -> Proffer:
    """Declare that one proffers a term. Only how many do is shown.

    Raises ``Refused``: "not-in-standing", "term-not-in-force", "already-proffered".
    """
    check_can_proffer(by, at=at)
    _check_in_force(term)
    try:
        with transaction.atomic():
            made = Proffer.objects.create(term=term, person=by, at=at)
    except IntegrityError:
        raise Refused("already-proffered", _("You have said that you proffer it.")) from None
    return made


@transaction.atomic
def withdraw_proffer(*, term: Term, by: Person, at: datetime) -> None:
    """Take it back; nothing of it stays. Raises ``Refused`` ("not-proffered")."""
    deleted, _by_model = Proffer.objects.filter(term=term, person=by).delete()
    if not deleted:
        raise Refused("not-proffered", _("You have not said that you proffer it."))


@transaction.atomic
def ask(*, term: Term, domain: str, by: Person, at: datetime) -> Ask:
    """Ask whoever has ``domain`` to accept a term. Only how many do is shown.

    Raises ``Refused``: "no-domain", "not-in-standing", "term-not-in-force", "already-asked",
    "accepts-already", "too-many".
    """
    check_can_ask(by, at=at)
    _check_in_force(term)
    domain = _domain(domain)
    accepted = Acceptance.objects.current().filter(
        organisation__domain=domain, version__term=term, version__latest_of__isnull=False
    )
    if accepted.exists():
        raise Refused("accepts-already", _("This organisation accepts it already."))
    asked = Ask.objects.filter(person=by, at__gt=at - rates.longest("ask"))
    check_rate("ask", asked.values_list("at", flat=True), at=at)
    try:
        with transaction.atomic():
            made = Ask.objects.create(term=term, domain=domain, person=by, at=at)
    except IntegrityError:
        raise Refused("already-asked", _("You have asked them to accept it.")) from None
    return made


@transaction.atomic
def withdraw_ask(*, term: Term, domain: str, by: Person, at: datetime) -> None:
    """Take it back; nothing of it stays. Raises ``Refused``: "no-domain", "not-asked"."""
    mine = Ask.objects.filter(term=term, domain=_domain(domain), person=by)
    deleted, _by_model = mine.delete()
    if not deleted:
        raise Refused("not-asked", _("You have not asked them."))


@transaction.atomic
def submit_organisation(*, domain: str, form: str, by: Person | None, at: datetime) -> Organisation:
    """Have a domain looked at, soon and then daily. Anybody may: ``by`` None is no member.

    One that is known is looked at again. Raises ``Refused``: "no-domain", "too-many",
    "looked-just-now".
    """
    domain = _domain(domain)
    rate = "organisation" if by else "organisation of anyone"
    recent = Organisation.objects.filter(submitted_by=by, submitted_at__gt=at - rates.longest(rate))
    known = Organisation.objects.select_for_update().filter(domain=domain, form=form).first()
    if known is None:
        check_rate(rate, recent.values_list("submitted_at", flat=True), at=at)
        try:
            with transaction.atomic():
                made = Organisation.objects.create(
                    domain=domain, form=form, submitted_at=at, submitted_by=by, next_look_at=at
                )
        except IntegrityError:
            return Organisation.objects.get(domain=domain, form=form)
        Event.record("organisation.submitted", subject=subject_of(made), by=by or _ANYONE, at=at)
        return made
    if known.next_look_at and known.next_look_at <= at:
        return known
    if known.looked_at and at - known.looked_at < looking.AGAIN_AFTER:
        raise Refused("looked-just-now", _("We looked there just now. Please wait a few minutes."))
    Organisation.objects.filter(pk=known.pk).update(next_look_at=at)
    known.next_look_at = at
    return known


@transaction.atomic
def note_statement(
    *, organisation: Organisation, looked: Looked, by: Author, at: datetime
) -> tuple[int, int]:
    """Write down what a claimed organisation says now: how many acceptances began and ended.

    A version counts whose address and hash are those of one we published. A file that names none is
    looked at for a while longer, and then no more. Raises ``ClaimLost``.
    """
    named, problem = _ours(looked)
    current = {
        one.version_id: one for one in organisation.acceptances.current().select_related("version")
    }
    began = [version for key, version in named.items() if key not in current]
    ended = [one for key, one in current.items() if key not in named]
    for version in began:
        _begin(organisation, version, looked.sha256, by=by, at=at)
    for one in ended:
        _end(organisation, one, Acceptance.Ending.CHANGED, by=by, at=at)
    seen: dict[str, Any] = {"name": looked.statement.name, "seen_at": at}
    if named:
        _settle(organisation, problem, at=at, next_look_at=at + looking.EVERY, **seen)
    else:
        _settle_failed(organisation, problem, goes_on=False, at=at, **seen)
    return len(began), len(ended)


@transaction.atomic
def note_failure(*, organisation: Organisation, problem: Refused, by: Author, at: datetime) -> int:
    """Write down why nothing could be read at a claimed organisation, and look again later.

    What it accepted ends once that has lasted for days; how many did. Raises ``ClaimLost``.
    """
    current = list(organisation.acceptances.current().select_related("version"))
    over = looking.has_ended(organisation.failing_since or at, at)
    for one in current if over else ():
        _end(organisation, one, Acceptance.Ending.GONE, by=by, at=at)
    _settle_failed(organisation, problem, goes_on=bool(current) and not over, at=at)
    return len(current) if over else 0


def _settle_failed(
    organisation: Organisation, problem: Refused | None, *, goes_on: bool, at: datetime, **seen: Any
) -> None:
    """Give the row back as one that failed; ``goes_on`` where it accepts something all the same."""
    since, failures = organisation.failing_since or at, organisation.failures + 1
    again = looking.after_failure(at, failures)
    _settle(
        organisation,
        problem,
        at=at,
        next_look_at=again if goes_on or not looking.gives_up(since, at) else None,
        failing_since=since,
        failures=failures,
        **seen,
    )


def _settle(
    organisation: Organisation,
    problem: Refused | None,
    *,
    at: datetime,
    failing_since: datetime | None = None,
    failures: int = 0,
    **changes: Any,
) -> None:
    sweeps.settle(
        organisation,
        attempts=0,
        looked_at=at,
        failing_since=failing_since,
        failures=failures,
        problem=problem.code if problem else "",
        problem_words=str(problem)[:300] if problem else "",
        **changes,
    )


def _ours(looked: Looked) -> tuple[dict[UUID, Version], Refused | None]:
    """The versions of ours that a statement accepts, and what is wrong with what else it names."""
    here = Site(settings.PUBLIC_ORIGIN)
    accepts = {one.term: one.sha256 for one in looked.statement.accepts}
    published = Version.objects.filter(sha256__in=set(accepts.values())).defer("document")
    found = {
        version.pk: version
        for version in published
        if accepts.get(here.term(version.term_id, version.version)) == version.sha256
    }
    named = {here.term(version.term_id, version.version) for version in found.values()}
    other = [term for term in accepts if term.startswith(f"{here.origin}/") and term not in named]
    if other:
        return found, Refused(
            "hash-differs",
            _("The file names %(term)s, and this is no version of ours with the hash given there.")
            % {"term": other[0][:150]},
        )
    if not found:
        return found, Refused("names-no-term", _("The file names no term of ours."))
    return found, None


def _begin(
    organisation: Organisation, version: Version, digest: str, *, by: Author, at: datetime
) -> None:
    entry = submit(
        type=record_types.ACCEPTANCE_OBSERVED.name,
        body={
            **_as_recorded(organisation, version),
            "sha256": version.sha256,
            "statementSha256": digest,
        },
        at=at,
    )
    made = Acceptance.objects.create(
        organisation=organisation,
        version=version,
        form=organisation.form,
        statement_sha256=digest,
        since=at,
        record_hash=entry.leaf_hash,
    )
    Event.record("acceptance.observed", subject=subject_of(made), by=by, at=at)


def _end(
    organisation: Organisation, acceptance: Acceptance, ending: str, *, by: Author, at: datetime
) -> None:
    body = {
        **_as_recorded(organisation, acceptance.version),
        "observed": acceptance.record_hash,
        "ending": str(ending),
    }
    entry = submit(type=record_types.ACCEPTANCE_ENDED.name, body=body, at=at)
    Acceptance.objects.filter(pk=acceptance.pk, until=None).update(
        until=at, ending=ending, record_hash_ended=entry.leaf_hash
    )
    Event.record("acceptance.ended", subject=subject_of(acceptance), by=by, at=at)


def _as_recorded(organisation: Organisation, version: Version) -> dict[str, str]:
    return {
        "domain": organisation.domain,
        "form": organisation.form,
        "slug": version.term_id,
        "version": version.version,
    }


def _check_in_force(term: Term) -> None:
    newest = Version.objects.with_status().filter(latest_of=term).first()
    if newest is None or newest.status != Status.Name.ACTIVE:
        raise Refused("term-not-in-force", _("Members no longer advise this term."))


def _domain(text: str) -> str:
    try:
        return normalised(text)
    except NoDomain:
        raise Refused(
            "no-domain", _("Please give the domain of an organisation, such as example.org.")
        ) from None
