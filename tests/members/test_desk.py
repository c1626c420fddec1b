"""The desk: claims that two cannot have, stand-ins, away dates, and what nobody may see."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from kernel.refusal import Refused
from kernel.sweeps import Sweep
from members import actions, awaiting, desk, desk_reads, desk_sources, leaving
from members.desk import Item, Source
from members.models import Away, Claim, Event, Person, RoleGrant, SweepRun
from members.sweeps import tidy_desk
from tests.conftest import NOW, TEST

pytestmark = pytest.mark.django_db
TODAY = NOW.date()
LATER = NOW + timedelta(hours=1)


@dataclass
class Work:
    """What waits, and from whom each thing is kept: nobody, unless ``hidden`` says so."""

    items: list[Item] = field(default_factory=list)
    hidden: set[tuple[str, Any]] = field(default_factory=set)

    def add(self, key: str, *, due: int | None = None, personal: bool = False) -> str:
        until = None if due is None else NOW + timedelta(days=due)
        what = f"Do {key}"
        self.items.append(Item(key, what, f"/do/{key}/", NOW, until, personal))
        return key

    def hide(self, key: str, person: Person) -> None:
        self.hidden.add((key, person.pk))

    def find(self, person: Person, at: datetime) -> list[Item]:
        return [item for item in self.items if (item.key, person.pk) not in self.hidden]


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Work:
    there = Work()
    kinds = {"case": "case", "flag": "flag", "review": "to review"}
    source = Source("test", kinds, there.find)
    monkeypatch.setattr(desk, "_sources", {"test": source})
    monkeypatch.setattr(desk, "_places", {})
    return there


@pytest.fixture(autouse=True)
def _clock(time_machine: Any) -> None:
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def ada(make_person: Callable[..., Person]) -> Person:
    return make_person("Ada", role="steward")


@pytest.fixture
def ben(make_person: Callable[..., Person]) -> Person:
    return make_person("Ben", role="scrutineer")


@pytest.fixture
def cleo(make_person: Callable[..., Person]) -> Person:
    return make_person("Cleo", role="treasurer")


@contextmanager
def refused(code: str) -> Iterator[None]:
    with pytest.raises(Refused) as caught:
        yield
    assert caught.value.code == code


def claim(key: str, by: Person, at: datetime = NOW) -> Claim:
    return actions.claim_item(key=key, by=by, at=at)


def away(person: Person, *, days: int = 3, stand_in: Person | None = None) -> Away:
    last = TODAY + timedelta(days=days)
    return actions.go_away(first_on=TODAY, last_on=last, stand_in=stand_in, by=person, at=NOW)


def has(key: str, seen_by: Person) -> str:
    """Who has it in hand, as ``seen_by`` is shown."""
    (name,) = [r.holder_name for r in desk_reads.rows(seen_by, NOW) if r.item.key == key]
    return name


# Claims


def test_one_has_it_and_another_does_not_get_it(work: Work, ada: Person, ben: Person) -> None:
    key = work.add("case:1")
    claim(key, ada)
    claim(key, ada)
    with refused("claimed-already"):
        claim(key, ben)
    with refused("claimed-already"):
        actions.hand_over(key=key, to=ben, by=ben, at=NOW)
    assert has(key, ben) == "Ada"
    assert Claim.objects.get().person == ada
    assert Event.objects.filter(verb="desk.claimed", by=ada).count() == 1
    with refused("not-claimed"):
        actions.release_item(key=key, by=ben, at=NOW)
    actions.release_item(key=key, by=ada, at=NOW)
    assert has(key, ada) == ""
    assert claim(key, ben).person == ben


def test_the_database_lets_one_have_it(ada: Person, ben: Person) -> None:
    Claim.objects.create(key="case:1", person=ada, claimed_at=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Claim.objects.create(key="case:1", person=ben, claimed_at=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Claim.objects.create(key="", person=ben, claimed_at=NOW)


@pytest.mark.django_db(transaction=True)
def test_of_many_who_claim_at_once_one_gets_it(
    work: Work, make_person: Callable[..., Person]
) -> None:
    people = [make_person(f"Steward {number}", role="steward") for number in range(6)]
    for number in range(5):
        work.add(f"case:{number}")
    together, got = Barrier(len(people)), list[tuple[str, Person]]()
    codes: set[str] = set()

    def grab(person: Person) -> None:
        together.wait()
        try:
            for item in work.items:
                try:
                    claim(item.key, person)
                except Refused as refusal:
                    codes.add(refusal.code)
                else:
                    got.append((item.key, person))
        finally:
            connection.close()

    threads = [Thread(target=grab, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert codes == {"claimed-already"}
    assert sorted(key for key, _person in got) == [item.key for item in work.items]
    assert {(c.key, c.person) for c in Claim.objects.select_related("person")} == set(got)


@pytest.mark.django_db(transaction=True)
def test_what_is_free_again_goes_to_one_of_many(
    work: Work, make_person: Callable[..., Person], ada: Person
) -> None:
    key = work.add("case:1")
    claim(key, ada)
    away(ada)
    people = [make_person(f"Steward {number}", role="steward") for number in range(6)]
    together, got = Barrier(len(people)), list[Person]()
    codes: set[str] = set()

    def grab(person: Person) -> None:
        together.wait()
        try:
            claim(key, person)
        except Refused as refusal:
            codes.add(refusal.code)
        else:
            got.append(person)
        finally:
            connection.close()

    threads = [Thread(target=grab, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert codes == {"claimed-already"}
    assert len(got) == 1
    assert Claim.objects.get().person == got[0]


def test_what_is_kept_from_somebody_is_nowhere(work: Work, ada: Person, ben: Person) -> None:
    key, other = work.add("case:1"), work.add("case:2")
    work.hide(key, ben)
    claim(key, ada)
    assert [row.item.key for row in desk_reads.rows(ben, NOW)] == [other]
    assert desk_reads.count(ben, NOW) == 1
    for act in (actions.claim_item, actions.release_item):
        with pytest.raises(Refused) as hidden:
            act(key=key, by=ben, at=NOW)
        with pytest.raises(Refused) as nothing:
            act(key="case:9", by=ben, at=NOW)
        # The same words as for what there is not.
        assert str(hidden.value.sentence) == str(nothing.value.sentence)
    with refused("not-for-them"):
        actions.hand_over(key=key, to=ben, by=ada, at=NOW)
    assert Claim.objects.get().person == ada


def test_handing_over(work: Work, ada: Person, ben: Person, cleo: Person) -> None:
    key = work.add("case:1")
    claim(key, ada)
    actions.hand_over(key=key, to=ben, by=ada, at=NOW)
    assert has(key, ada) == "Ben"
    with refused("claimed-already"):
        actions.hand_over(key=key, to=cleo, by=ada, at=NOW)
    free = work.add("case:2")
    actions.hand_over(key=free, to=cleo, by=ada, at=NOW)
    assert has(free, cleo) == "Cleo"


def test_nothing_goes_to_who_is_no_colleague_or_is_away(
    work: Work, ada: Person, ben: Person, make_person: Callable[..., Person]
) -> None:
    key = work.add("case:1")
    away(ben)
    for person in (make_person("Otto"), ben, ada):
        with refused("not-for-them"):
            actions.hand_over(key=key, to=person, by=ada, at=NOW)
    assert not Claim.objects.exists()


def test_what_is_ones_own_alone_is_not_claimed(work: Work, ada: Person, ben: Person) -> None:
    key = work.add("review:1", personal=True)
    with refused("yours-alone"):
        claim(key, ada)
    with refused("yours-alone"):
        actions.hand_over(key=key, to=ben, by=ada, at=NOW)


def test_without_an_office_there_is_no_desk(work: Work, make_person: Callable[..., Person]) -> None:
    key, otto = work.add("case:1"), make_person("Otto")
    with refused("no-office"):
        claim(key, otto)
    with refused("no-office"):
        actions.go_away(first_on=TODAY, last_on=TODAY, by=otto, at=NOW)


# Away


def test_what_somebody_away_had_is_free(work: Work, ada: Person, ben: Person) -> None:
    key = work.add("case:1")
    claim(key, ada)
    gone = away(ada)
    assert has(key, ben) == ""
    assert has(key, ada) == ""
    actions.come_back(away=gone.pk, by=ada, at=NOW)
    assert has(key, ben) == "Ada"


def test_or_goes_to_the_stand_in_as_far_as_they_may_see_it(
    work: Work, ada: Person, ben: Person, cleo: Person
) -> None:
    seen, unseen = work.add("case:1"), work.add("case:2")
    work.hide(unseen, ben)
    for key in (seen, unseen):
        claim(key, ada)
    away(ada, stand_in=ben)
    assert has(seen, cleo) == "Ben"
    assert has(unseen, cleo) == ""
    assert [row.item.key for row in desk_reads.rows(ben, NOW)] == [seen]
    (row,) = desk_reads.rows(ben, NOW)
    assert (row.mine, row.instead_of) == (True, "Ada")
    with refused("claimed-already"):
        claim(seen, cleo)
    # What goes to nobody is anybody's, and a stand-in lets go of nothing they do not see.
    with refused("not-claimed"):
        actions.release_item(key=unseen, by=ben, at=NOW)
    assert claim(unseen, cleo).person == cleo
    actions.release_item(key=seen, by=ben, at=NOW)
    assert has(seen, cleo) == ""


def test_what_a_stand_in_has_they_hand_on(
    work: Work, ada: Person, ben: Person, cleo: Person
) -> None:
    key = work.add("case:1")
    claim(key, ada)
    away(ada, stand_in=ben)
    actions.hand_over(key=key, to=cleo, by=ben, at=NOW)
    assert has(key, ada) == "Cleo"


def test_days_that_cannot_be(ada: Person, make_person: Callable[..., Person]) -> None:
    day = timedelta(days=1)
    away(ada)

    def go(first: int, last: int, **more: Any) -> Away:
        days = (TODAY + first * day, TODAY + last * day)
        return actions.go_away(first_on=days[0], last_on=days[1], **more, by=ada, at=NOW)

    with refused("days-not-in-order"):
        go(9, 8)
    with refused("day-passed"):
        go(-9, -8)
    with refused("away-too-long"):
        go(9, 900)
    with refused("away-already"):
        go(3, 5)
    with refused("not-a-colleague"):
        go(9, 9, stand_in=make_person("Otto"))
    with refused("not-a-colleague"):
        go(9, 9, stand_in=ada)
    assert go(4, 5)


def test_the_database_refuses_such_days_too(ada: Person) -> None:
    for wrong in (
        {"first_on": TODAY, "last_on": TODAY - timedelta(days=1)},
        {"first_on": TODAY, "last_on": TODAY, "stand_in": ada},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Away.objects.create(person=ada, **wrong)


def test_nobody_takes_back_anothers_absence(ada: Person, ben: Person) -> None:
    gone = away(ada)
    with refused("not-away"):
        actions.come_back(away=gone.pk, by=ben, at=NOW)
    assert Away.objects.filter(pk=gone.pk).exists()


# What becomes of it


def test_a_claim_ends_with_what_it_is_of_with_sight_of_it_and_with_the_office(
    work: Work, ada: Person, ben: Person, cleo: Person
) -> None:
    done, hidden, kept, office = (work.add(f"case:{number}") for number in range(4))
    claim(done, ada)
    claim(hidden, ada)
    claim(kept, ben)
    claim(office, cleo)
    work.items = [item for item in work.items if item.key != done]
    work.hide(hidden, ada)
    RoleGrant.objects.filter(person=cleo).update(ends_on=TODAY)
    assert has(office, ben) == ""
    assert tidy_desk(LATER) == 3
    assert [claimed.key for claimed in Claim.objects.all()] == [kept]
    assert tidy_desk(LATER) == 0


def test_leaving_takes_claims_and_absences_along(work: Work, ada: Person, ben: Person) -> None:
    claim(work.add("case:1"), ada)
    away(ada, stand_in=ben)
    away(ben, stand_in=ada)
    (part,) = [part for part in leaving.parts() if part.name == "members"]
    told = part.export(ada)
    assert told["in_hand"] == [{"what": "case:1", "claimed_at": NOW.isoformat()}]
    assert [each["stand_in"] for each in told["away"]] == ["Ben"]
    part.erase(person=ada, by=TEST, at=NOW)
    assert not Claim.objects.exists()
    assert Away.objects.get().stand_in is None


# Sweeps


def test_sweeps_that_fail_or_stall_are_on_the_stewards_desk(
    ada: Person, cleo: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = timedelta(minutes=1)
    known = tuple(Sweep(name, every, lambda at: 0) for name in ("runs", "fails", "stalls"))
    monkeypatch.setattr(desk_sources, "registered", lambda: known)

    def told(person: Person) -> list[str]:
        return [item.what for item in desk_sources.sweeps_on_the_desk(person, NOW)]

    assert told(ada) == ["Nothing runs by itself: the worker was never started"]
    actions.note_sweep(name="runs", at=NOW)
    for _again in range(2):
        actions.note_sweep(name="fails", fault="IntegrityError", at=NOW)
    actions.note_sweep(name="stalls", at=NOW - timedelta(hours=1))
    assert told(ada) == [
        "fails failed 2 times in a row: IntegrityError",
        "stalls has not run for too long",
    ]
    assert told(cleo) == []
    actions.note_sweep(name="fails", at=NOW)
    assert told(ada) == ["stalls has not run for too long"]
    run = SweepRun.objects.get(name="fails")
    assert (run.failures, run.fault, run.failing_since, run.ran_at) == (0, "", None, NOW)


# Pages


def test_the_page_shows_what_is_due_first_and_who_has_it(
    work: Work, ada: Person, ben: Person, client: Client
) -> None:
    work.add("case:1")
    work.add("flag:2", due=2)
    late = work.add("case:3", due=-1)
    hidden = work.add("case:4", due=-2)
    work.hide(hidden, ada)
    claim(late, ben)
    claim(hidden, ben)
    client.force_login(ada)
    page = client.get(reverse("desk")).content.decode()
    places = [page.index(f"Do {key}") for key in (late, "flag:2", "case:1")]
    assert places == sorted(places)
    assert "3 things wait" in page
    assert "was due on" in page
    assert "in the hand of <bdi>Ben</bdi>" in page
    assert hidden not in page
    mine = client.get(reverse("desk"), {"whose": "free", "kind": "case"}).content.decode()
    assert "Do case:1" in mine
    assert "Do case:3" not in mine
    assert "Do case:3" in client.get(reverse("desk"), {"overdue": "true"}).content.decode()


def test_the_page_does_what_the_actions_do(
    work: Work, ada: Person, ben: Person, client: Client
) -> None:
    key = work.add("case:1")
    client.force_login(ada)
    assert "Nothing waits" not in client.get(reverse("desk")).content.decode()
    back = client.post(reverse("desk-claim"), {"key": key, "asked": "whose=mine\r\nX: y"})
    assert back.headers["Location"].startswith("/desk/?whose=mine")
    assert Claim.objects.get().person == ada
    page = client.get(reverse("desk-hand-over"), {"key": key})
    assert b"Ben" in page.content
    answer = client.post(reverse("desk-hand-over"), {"key": key, "to": str(ben.pk)})
    assert answer.status_code == 302
    assert Claim.objects.get().person == ben
    told = client.post(reverse("desk-release"), {"key": key}, follow=True)
    assert b"You have not taken this in hand." in told.content
    assert client.get(reverse("desk-hand-over"), {"key": "case:9"}).status_code == 404
    day = f"{TODAY:%Y-%m-%d}"
    client.post(reverse("desk-away"), {"first_on": day, "last_on": day, "stand_in": str(ben.pk)})
    assert Away.objects.get().stand_in == ben
    again = client.post(reverse("desk-away"), {"first_on": day, "last_on": day})
    assert again.status_code == 409
    assert client.post(reverse("desk-away-end", args=[Away.objects.get().pk])).status_code == 302
    assert not Away.objects.exists()


def test_the_list_is_taken_away_as_csv(
    work: Work, ada: Person, ben: Person, client: Client
) -> None:
    key, hidden = work.add("case:1", due=-1), work.add("case:2")
    work.hide(hidden, ada)
    claim(hidden, ben)
    claim(key, ben)
    client.force_login(ada)
    answer = client.get(reverse("desk-csv"))
    rows = list(csv.reader(io.StringIO(answer.content.decode())))
    assert [row[:2] for row in rows] == [["kind", "what"], ["case", "Do case:1"]]
    assert rows[1][-2:] == ["yes", "Ben"]
    mine = client.get(reverse("desk-csv"), {"whose": "mine"}).content.decode()
    assert len(mine.splitlines()) == 1


def test_the_desk_is_for_those_who_hold_an_office(
    work: Work, client: Client, make_person: Callable[..., Person]
) -> None:
    client.force_login(make_person("Otto"))
    for name in ("desk", "desk-csv", "desk-away", "desk-sweeps", "desk-hand-over"):
        assert client.get(reverse(name)).status_code == 403, name
    assert client.get(reverse("api-desk")).status_code == 403


def test_ones_own_page_points_at_the_desk_with_a_count(
    work: Work, ada: Person, make_person: Callable[..., Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    work.add("case:1")
    hidden = work.add("case:2")
    work.hide(hidden, ada)
    monkeypatch.setattr(awaiting, "_finders", {"desk": desk_sources.desk_waiting})
    (line,) = awaiting.awaiting(ada, NOW)
    assert (line.sentence, line.url) == ("1 thing on your desk", "/desk/")
    assert awaiting.awaiting(make_person("Otto"), NOW) == []


def test_some_thousand_things_take_as_many_queries_as_one(
    work: Work, ada: Person, ben: Person, client: Client, django_assert_num_queries: Any
) -> None:
    client.force_login(ada)
    work.add("case:0")
    for number in range(1, 3000):
        work.add(f"case:{number}", due=number % 90 - 30)
    Claim.objects.bulk_create(
        Claim(key=f"case:{number}", person=ben, claimed_at=NOW) for number in range(0, 3000, 2)
    )
    # the session; who asks; whether they hold an office; who does; who is away; the claims
    queries = 6
    for name in ("desk", "desk-csv", "api-desk"):
        # The page says who is away by name, too.
        with django_assert_num_queries(queries + (name == "desk")):
            assert client.get(reverse(name)).status_code == 200, name


# The API


def test_the_api_lists_claims_and_refuses_as_the_pages_do(
    work: Work, ada: Person, ben: Person, client: Client
) -> None:
    for number in range(5):
        work.add(f"case:{number}", due=number)
    hidden = work.add("flag:1")
    work.hide(hidden, ada)
    claim(hidden, ben)
    client.force_login(ada)
    seen, address = [], reverse("api-desk") + "?page_size=2"
    while address:
        told = client.get(address).json()
        seen += [row["key"] for row in told["results"]]
        address = told["next"]
    assert seen == [f"case:{number}" for number in range(5)]
    assert client.get(reverse("api-desk") + "?cursor=AAAA").status_code == 404
    assert client.get(reverse("api-desk") + "?kind=nothing").status_code == 400
    assert client.get(reverse("api-desk") + "?whose=free").json()["results"][0]["mine"] is False

    def post(name: str, **sent: str) -> tuple[int, str]:
        answer = client.post(reverse(name), sent, content_type="application/json")
        return answer.status_code, answer.json().get("code", "") if answer.content else ""

    assert post("api-desk-claim", key="case:0") == (200, "")
    assert post("api-desk-claim", key=hidden) == (409, "not-on-your-desk")
    assert post("api-desk-claim") == (400, "invalid")
    assert post("api-desk-hand-over", key="case:0", to=str(ben.pk)) == (200, "")
    assert post("api-desk-claim", key="case:0") == (409, "claimed-already")
    assert post("api-desk-release", key="case:0") == (409, "not-claimed")
    assert post("api-desk-hand-over", key="case:1", to=str(ada.pk)) == (409, "not-for-them")
    colleagues = client.get(reverse("api-desk-colleagues")).json()["colleagues"]
    assert colleagues == [{"id": str(ben.pk), "name": "Ben", "away": False}]
    day = f"{TODAY:%Y-%m-%d}"
    assert post("api-desk-aways", first_on=day, last_on=day, stand_in=str(ben.pk)) == (201, "")
    assert post("api-desk-aways", first_on=day, last_on=day) == (409, "away-already")
    (gone,) = client.get(reverse("api-desk-aways")).json()["away"]
    assert (gone["name"], gone["stand_in"]) == ("Ada", str(ben.pk))
    client.force_login(ben)
    assert client.delete(reverse("api-desk-away", args=[gone["id"]])).status_code == 404
    client.force_login(ada)
    assert client.delete(reverse("api-desk-away", args=[gone["id"]])).status_code == 204
