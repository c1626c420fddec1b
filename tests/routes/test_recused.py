"""Nobody finds what they are recused from: every route, every object, whatever made them so.

A reviewer and a steward, recused by their own word, as one of the team, by a relation that the
applicant named, and by an account they share, go to every address that there is, by every method it
takes. What they are answered (bodies, files, headers, cookies) is searched for canaries that were
planted in every word, file, score and amount of two projects. They may find what everybody finds,
and at each address what somebody finds who stands in the same relation and holds no office: who is
on a team reads what the team wrote.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import URLPattern, reverse
from django.utils import timezone

from funding.grants import sweeps
from funding.grants.models import Application, Interest, Reviewer
from members import desk
from members.models import OutgoingMail, Person
from tests.routes.access import ACCESS
from tests.routes.recused_scene import WAYS, Planted, plant
from tests.routes.scene import Scene, set_scene
from tests.routes.walking import (
    BACKEND,
    Sent,
    address_of,
    every_route,
    noting,
    sent_to,
    undone,
)
from tests.world import World

pytestmark = pytest.mark.urls("tests.routes.urls")

# What an address is of, by the word before its first parameter.
_OF = re.compile(r"grants/([a-z-]+)/<uuid:pk>")
# Where somebody is told what they wrote themselves: the reason they gave for being recused.
_OWN = {"everything", "api-everything"}


@dataclass(frozen=True, slots=True)
class Stop:
    """One request of the crawl; ``planted`` where its address names one of the planted things."""

    route: str
    method: str
    address: str
    sent: Sent
    headers: dict[str, str] = field(default_factory=dict)
    planted: bool = False

    def __str__(self) -> str:
        return f"{self.method} {self.address}"


@dataclass(frozen=True, slots=True)
class Found:
    """What a request told, and which tables it wrote to."""

    told: set[str]
    wrote: set[str]
    status: int


class Crawler:
    """Somebody's browser, that takes back what it did."""

    def __init__(self, person: Person | None, planted: Planted) -> None:
        self._planted = planted
        self._client = Client(raise_request_exception=False)
        if person is not None:
            self._client.force_login(person, backend=BACKEND)
        self._cookies = self._client.cookies.output()
        self._session = dict(self._client.cookies)

    def go(self, stop: Stop) -> Found:
        cache.clear()
        self._client.cookies.clear()
        self._client.cookies.update(self._session)
        wrote: set[str] = set()
        with undone(), noting(wrote):
            answer = self._client.generic(
                stop.method, stop.address, stop.sent.body, stop.sent.kind, headers=stop.headers
            )
            body = b"".join(answer)
        head = "\n".join(f"{name}: {value}" for name, value in answer.headers.items())
        said = "\n".join((body.decode(errors="replace"), head, answer.cookies.output()))
        return Found(self._planted.canaries.told_in(said), wrote, answer.status_code)


@pytest.fixture
def scene(world: World, settings: Any, tmp_path: Path, caplog: Any) -> Scene:
    settings.DEMO = True
    settings.DEMO_MAIL = tmp_path / "mail"
    caplog.set_level(logging.CRITICAL, logger="django")
    return set_scene(world)


@pytest.fixture
def planted(scene: Scene) -> Planted:
    now = timezone.now()
    free = Person.objects.in_standing(now.date()).filter(role_grants=None)
    # Nobody who has to do with another project already, in the story or in the scene.
    busy = {
        *(scene.world.member.pk, scene.world.newcomer.pk),
        *Application.objects.values_list("applicant", flat=True),
        *Interest.objects.values_list("person", flat=True),
        *Reviewer.objects.values_list("person", flat=True),
    }
    return plant(list(free.exclude(pk__in=busy).order_by("-pk")[:17]), now)


def test_nobody_finds_what_they_are_recused_from(scene: Scene, planted: Planted) -> None:
    stops = list(_stops(scene, planted))
    # Every route is gone to: one that is added has a row in the table, or this fails.
    assert {stop.route for stop in stops} == {name for name, _pattern in every_route()}
    public = _told_to_everybody(stops, planted)
    faults = []
    for (way, office), person in planted.recused.items():
        crawler, shadow = Crawler(person, planted), Crawler(planted.shadows[way], planted)
        for stop in stops:
            found = crawler.go(stop)
            if found.status >= 500:
                faults.append(f"{stop} as {office} by {way}: {found.status}")
            told = {one for one in found.told if not (one.startswith(f"{office}-why"))}
            if found.told - told and stop.route not in _OWN:
                faults.append(f"{stop} as {office} by {way} says their own reason")
            if told - public and (more := told - public - shadow.go(stop).told):
                faults.append(f"{stop} as {office} by {way} tells {sorted(more)}")
            # Whose account a name on the team is was looked up, and taken back with the refusal.
            wrote = found.wrote - {"grants_teammember"}
            grants = {table for table in wrote if table.startswith("grants_")}
            if stop.planted and (grants or "members_claim" in found.wrote):
                faults.append(f"{stop} as {office} by {way} wrote to {sorted(found.wrote)}")
    assert not faults, f"{len(faults)} faults:\n" + "\n".join(faults)


def test_whoever_is_free_finds_every_canary(scene: Scene, planted: Planted) -> None:
    """Or the crawl would find nothing because there is nothing to find."""
    stops = [
        stop for stop in _stops(scene, planted) if "grant" in stop.route or "desk" in stop.route
    ]
    found: dict[str, set[str]] = {}
    who: dict[str, Person] = {
        "colleague": planted.colleague,
        "fellow": planted.fellow,
        "treasurer": planted.treasurer,
        "applicant": planted.applicant,
    }
    for name, person in who.items():
        crawler = Crawler(person, planted)
        found[name] = {one for stop in stops for one in crawler.go(stop).told}
    canaries = planted.canaries.planted
    why = {one for one in canaries if "-why-" in one or one.startswith("relation-")}
    # Why somebody is recused is in nobody's list.
    assert set(canaries) - set().union(*found.values()) <= why
    panel = {"read-title", "read-review", "read-score", "read-reasons", "read-file", "read-ask"}
    assert panel <= found["colleague"]
    assert panel <= found["fellow"]
    assert {"given-note-0", "given-evidence-file-0", "given-masked", "given-termination"} <= found[
        "colleague"
    ]
    assert {"given-payee", "given-iban", "given-masked"} <= found["treasurer"]
    # Of the one that is being read everybody else is told nothing; nor of the account.
    public = _told_to_everybody(stops, planted)
    assert not {one for one in public if one.startswith(("read-", "team-", "relation-"))}
    assert not {"given-payee", "given-iban", "given-masked", "given-town"} & public


def test_no_number_and_no_mail_tells_of_it(scene: Scene, planted: Planted) -> None:
    """What the recused are counted, and what is written to them, leaves it out."""
    now = timezone.now()
    keys = {item.key for item in desk.gather(planted.colleague, now)}
    ids = {str(planted.read.pk), *(str(one.pk) for pool in planted.there.values() for one in pool)}
    concerning = {key for key in keys if key.partition(":")[2] in ids}
    assert {key.partition(":")[0] for key in concerning} >= {
        *("slipping", "evidence", "amendment", "approve"),
    }
    for (way, office), person in planted.recused.items():
        seen = {item.key for item in desk.gather(person, now)}
        assert not {key for key in seen if key.partition(":")[2] in ids}, f"{office} by {way}"
    for later in (timedelta(days=2), timedelta(days=220)):
        sweeps.late(now + later)
        sweeps.reminders(now + later)
        sweeps.proof(now + later)
    for (way, office), person in planted.recused.items():
        mails = OutgoingMail.objects.filter(person=person)
        told = {
            where
            for mail in mails
            for where in planted.canaries.told_in(f"{mail.subject}\n{mail.body}")
        }
        assert not told, f"{office} by {way}"
    assert OutgoingMail.objects.filter(person=planted.applicant).exists()
    _others_are_theirs_as_before(scene, planted)


def _others_are_theirs_as_before(scene: Scene, planted: Planted) -> None:
    """Whoever is recused from these looks after others: a recusal is of one project alone."""
    other = scene.grants.screened
    for way in WAYS:
        client = Client()
        client.force_login(planted.recused[way, "steward"], backend=BACKEND)
        page = client.get(reverse("grant-interests")).content.decode()
        assert other.title in page
        assert not planted.canaries.told_in(page)


def _told_to_everybody(stops: list[Stop], planted: Planted) -> set[str]:
    """What of the planted is public; who confirms an account has a link that nobody else has."""
    nobody = Crawler(None, planted)
    pages = [stop for stop in stops if stop.method == "GET" and "grant" in stop.route]
    open_to_all = [stop for stop in pages if stop.route != "grant-account-confirm"]
    return {one for stop in open_to_all for one in nobody.go(stop).told}


def _stops(scene: Scene, planted: Planted) -> Iterator[Stop]:
    """Every route by every method it takes: to what the table names, and to what is planted."""
    for route, pattern in every_route():
        for method, door in ACCESS[route].items():
            sent = sent_to(route, door.sends(scene)) if method != "GET" else Sent()
            headers = door.headers(scene)
            address = address_of(route, door, scene)
            yield Stop(route, method, address, sent, headers)
            for there in _planted_addresses(route, pattern, planted):
                yield Stop(route, method, there, sent, headers, planted=True)
    yield from _asked(planted)
    yield from _sent(planted)


def _planted_addresses(route: str, pattern: URLPattern, planted: Planted) -> Iterator[str]:
    """What of the planted a route can name: all of it."""
    found = _OF.search(str(pattern.pattern))
    if found is not None:
        everything = [one for pool in planted.there.values() for one in pool]
        for thing in planted.there.get(found[1], everything):
            if "file" not in pattern.pattern.converters:
                yield reverse(route, kwargs={"pk": thing.pk})
                continue
            for file in thing.files.all():
                yield reverse(route, kwargs={"pk": thing.pk, "file": file.pk})
    elif route == "grant-account-confirm":
        for token in planted.tokens:
            yield reverse(route, kwargs={"token": token})


def _asked(planted: Planted) -> Iterator[Stop]:
    """What is asked in a query: searches, narrowed lists, things on the desk."""
    # The beginning of it alone: a page may say what was looked for.
    title = planted.canaries.planted["read-title"].partition("x")[0]
    for route in (
        "proposal-list",
        "organisations",
        "books-journal",
        "term-list",
        "proposal-similar",
    ):
        yield Stop(route, "GET", f"{reverse(route)}?q={title}", Sent())
    rounds = [round.pk for round in planted.there["rounds"]]
    for pk in rounds:
        for route in ("api-grant-applications", "api-grant-projects"):
            yield Stop(route, "GET", f"{reverse(route)}?round={pk}", Sent())
        for route in ("grant-table", "grant-table-csv"):
            for asked in ("stage=in_review", "order=score", "least=1", "mine=true"):
                yield Stop(route, "GET", f"{reverse(route, args=[pk])}?{asked}", Sent())
    for route in ("desk", "desk-csv", "api-desk"):
        for asked in ("whose=free", "whose=mine", "overdue=true", "page=2"):
            yield Stop(route, "GET", f"{reverse(route)}?{asked}", Sent())
    for key in _keys(planted):
        yield Stop("desk-hand-over", "GET", f"{reverse('desk-hand-over')}?key={key}", Sent())


def _sent(planted: Planted) -> Iterator[Stop]:
    """What is sent about the planted: to claim it, to hand it over, to say one is free of it."""
    content: dict[str, Any]
    to = str(planted.colleague.pk)
    for key in _keys(planted):
        for name in ("claim", "release", "hand-over"):
            content = {"key": key, "to": to} if name == "hand-over" else {"key": key}
            for route in (f"desk-{name}", f"api-desk-{name}"):
                yield Stop(route, "POST", reverse(route), sent_to(route, content), planted=True)
    for application in (planted.read, planted.given):
        content = {"application": str(application.pk), "interest": "none", "why": ""}
        route = "grant-interests"
        yield Stop(route, "POST", reverse(route), sent_to(route, content), planted=True)
    for payment in planted.there["payments"]:
        route = "grant-payment"
        address = reverse(route, args=[payment.pk])
        for do in ("approve", "check", "transfer", "change", "fail"):
            content = {
                "do": do,
                "fingerprint": payment.fingerprint,
                "reference": "R",
                "lists": "eu",
                "found": "no",
            }
            yield Stop(route, "POST", address, sent_to(route, content), planted=True)
    route = "grant-payments"
    some = {"payments": [str(one.pk) for one in planted.there["payments"]]}
    content = {**some, "execute_on": "2099-01-01"}
    yield Stop(route, "POST", reverse(route), sent_to(route, content), planted=True)


def _keys(planted: Planted) -> list[str]:
    """What the planted is called on the desk of whoever may see it, and what was claimed of it."""
    now = timezone.now()
    people = (planted.colleague, planted.treasurer)
    ids = {str(one.pk) for pool in planted.there.values() for one in pool}
    keys = {item.key for person in people for item in desk.gather(person, now)}
    claimed = {f"screening:{planted.read.pk}", f"agreement:{planted.award.pk}"}
    return sorted({key for key in keys if key.partition(":")[2] in ids} | claimed)
