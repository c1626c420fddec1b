"""Proffering a term, asking for its acceptance, and looking at who accepts it."""

from __future__ import annotations

import json
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from governance.proposals import actions, looking, movement_page, well_known
from governance.proposals.acceptance_file import Named, Statement
from governance.proposals.acceptance_ways import Looked, Way
from governance.proposals.actions import movement
from governance.proposals.models import Acceptance, Ask, Organisation, Proffer
from governance.proposals.sweeps import look
from governance.record.models import Pending
from governance.terms import actions as terms
from governance.terms.models import Term, Version
from governance.terms.rulebook import Rule
from kernel import outbound
from kernel.refusal import Refused
from members import leaving
from members.models import Person
from tests.conftest import NOW, TEST
from tests.governance.proposals.conftest import MakePerson, publish_version
from tests.kernel.test_outbound import PUBLIC, Answer, Site, certificate, redirect, response

FILE = "/.well-known/customer-commons.json"


@pytest.fixture
def version(ada: Person) -> Version:
    """A term that members adopted."""
    return publish_version(ada)


@pytest.fixture
def adopted(version: Version) -> Term:
    return version.term


class Internet:
    """One site with https, whatever name and address it is asked for by."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.addresses: list[Sequence[str]] = []
        self.connected: list[str] = []

    def says(self, answer: Answer) -> None:
        self.site.answers[FILE] = answer

    def accepts(self, *versions: Version, sha256: str = "", name: str = "Example Ltd") -> None:
        said = {
            "format": "customer-commons/1",
            "organisation": {"name": name},
            "accepts": [
                {
                    "term": f"{settings.PUBLIC_ORIGIN}/terms/{one.term_id}/{one.version}",
                    "sha256": sha256 or one.sha256,
                }
                for one in versions
            ],
        }
        self.says(response(json.dumps(said).encode()))


@pytest.fixture
def internet(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Internet]:
    file = certificate(tmp_path, "shop.example")
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(file)
    site = Site(tls)
    there = Internet(site)
    connect = socket.create_connection

    def resolve(host: str, port: int) -> Sequence[str]:
        return there.addresses.pop(0) if there.addresses else [PUBLIC]

    def lead_there(address: tuple[str, int], timeout: float) -> socket.socket:
        there.connected.append(address[0])
        assert address == (PUBLIC, 443)
        return connect(("127.0.0.1", site.port), timeout=timeout)

    monkeypatch.setattr(outbound, "_resolve", resolve)
    monkeypatch.setattr(outbound, "_tls", lambda: ssl.create_default_context(cafile=str(file)))
    monkeypatch.setattr(socket, "create_connection", lead_there)
    yield there
    monkeypatch.undo()
    site.server.shutdown()
    site.server.server_close()


def submitted(domain: str = "shop.example", *, by: Person | None = None) -> Organisation:
    return actions.submit_organisation(domain=domain, form="well-known", by=by, at=NOW)


def looked_at(organisation: Organisation, at: datetime = NOW) -> Organisation:
    look(at)
    organisation.refresh_from_db()
    return organisation


def page_of(organisation: Organisation) -> str:
    return Client().get(organisation.get_absolute_url()).content.decode()


def code_of(act: Callable[..., Any], **about: Any) -> str:
    with pytest.raises(Refused) as refused:
        act(**about)
    return refused.value.code


# Proffers


def test_a_proffer_counts_once_while_its_person_has_standing(
    adopted: Term, bob: Person, make_person: MakePerson
) -> None:
    actions.proffer(term=adopted, by=bob, at=NOW)
    assert code_of(actions.proffer, term=adopted, by=bob, at=NOW) == "already-proffered"
    with pytest.raises(IntegrityError), transaction.atomic():
        Proffer.objects.create(term=adopted, person=bob, at=NOW)
    later = NOW + timedelta(days=1_000)
    shown = movement_page.movement_of("no-stalking", None, NOW)
    assert shown["proffers"] == 1
    assert movement_page.movement_of("no-stalking", None, later)["proffers"] == 0
    guest = make_person("Guest", standing=False)
    assert code_of(actions.proffer, term=adopted, by=guest, at=NOW) == "not-in-standing"
    actions.withdraw_proffer(term=adopted, by=bob, at=NOW)
    assert code_of(actions.withdraw_proffer, term=adopted, by=bob, at=NOW) == "not-proffered"
    assert not Proffer.objects.exists()


def test_nobody_proffers_what_members_withdrew(version: Version, bob: Person) -> None:
    terms.withdraw(version=version, reason="It was wrong.", by=TEST, at=NOW)
    assert code_of(actions.proffer, term=version.term, by=bob, at=NOW) == "term-not-in-force"
    about: dict[str, Any] = {"term": version.term, "domain": "shop.example", "by": bob, "at": NOW}
    assert code_of(actions.ask, **about) == "term-not-in-force"


def test_a_page_shows_a_count_and_no_name(client: Client, adopted: Term, bob: Person) -> None:
    actions.proffer(term=adopted, by=bob, at=NOW)
    for name in ("term", "term-movement"):
        page = client.get(reverse(name, args=["no-stalking"])).content.decode()
        assert "Members who proffer it</dt><dd>1</dd>" in page
        assert "Bob" not in page


# Asks


def test_a_domain_is_named_from_three_on_however_it_is_typed(
    adopted: Term, make_person: MakePerson
) -> None:
    typed = ["bücher.example", "https://BÜCHER.example/", "xn--bcher-kva.example"]
    people = [make_person(name) for name in ("Dan", "Eve", "Flo")]
    for domain, person in zip(typed, people, strict=True):
        assert not movement_page.movement_of("no-stalking", None, NOW)["asked"]
        actions.ask(term=adopted, domain=domain, by=person, at=NOW)
    [row] = movement_page.movement_of("no-stalking", None, NOW)["asked"]
    assert row == {"domain": "xn--bcher-kva.example", "shown": "bücher.example", "asking": 3}
    again: dict[str, Any] = {"term": adopted, "domain": typed[0], "by": people[2], "at": NOW}
    assert code_of(actions.ask, **again) == "already-asked"
    assert code_of(actions.ask, **{**again, "domain": "127.0.0.1"}) == "no-domain"
    actions.withdraw_ask(**again)
    assert code_of(actions.withdraw_ask, **again) == "not-asked"
    assert not movement_page.movement_of("no-stalking", None, NOW)["asked"]


def test_a_keen_member_asks_fifty_in_an_hour_and_a_machine_no_more_than_sixty(
    adopted: Term, bob: Person
) -> None:
    for number in range(60):
        actions.ask(term=adopted, domain=f"shop{number}.example", by=bob, at=NOW)
    about: dict[str, Any] = {"term": adopted, "domain": "more.example", "by": bob}
    assert code_of(actions.ask, **about, at=NOW) == "too-many"
    actions.ask(**about, at=NOW + timedelta(hours=1, seconds=1))


def test_the_letter_says_what_to_do(client: Client, version: Version) -> None:
    url = reverse("term-letter", args=["no-stalking", "bücher.example"])
    answer = client.get(url)
    letter = answer.content.decode()
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert (
        'filename="no-stalking-xn--bcher-kva.example.txt"' in answer.headers["Content-Disposition"]
    )
    for part in ("bücher.example", version.sha256, FILE, "/terms/no-stalking/1.0.0"):
        assert part in letter
    assert "members of Customer Commons ask you" not in letter
    nowhere = reverse("term-letter", args=["no-stalking", "127.0.0.1"])
    assert client.get(nowhere).status_code == 404


# Acceptances


def test_an_organisation_accepts_from_the_look_at_its_file_on(
    internet: Internet, version: Version
) -> None:
    internet.accepts(version)
    told = submitted()
    assert "We have not looked there yet" in page_of(told)
    told = looked_at(told)
    [acceptance] = told.acceptances.all()
    assert (acceptance.version, acceptance.since, acceptance.until) == (version, NOW, None)
    assert (told.name, told.problem, told.failing_since) == ("Example Ltd", "", None)
    assert told.next_look_at == NOW + looking.EVERY
    entry = Pending.objects.get(leaf_hash=acceptance.record_hash)
    assert entry.type == "acceptance.observed"
    page = page_of(told)
    assert "It accepts one version of a term." in page
    assert "<bdi>No stalking</bdi> 1.0.0" in page
    listed = Client().get(reverse("organisations")).content.decode()
    assert "Example Ltd" in listed
    term_page = Client().get(reverse("term", args=["no-stalking"])).content.decode()
    assert "Organisations that accept it</dt><dd>1</dd>" in term_page
    assert '<li class="here" aria-current="step">accepted</li>' in term_page


def test_what_a_file_no_longer_names_ends_at_once_and_can_begin_anew(
    internet: Internet, version: Version
) -> None:
    internet.accepts(version)
    told = looked_at(submitted())
    internet.accepts()
    day = NOW + looking.EVERY
    told = looked_at(told, day)
    [ended] = told.acceptances.all()
    assert (ended.until, ended.ending) == (day, "changed")
    assert ended.record_hash_ended
    assert told.problem == "names-no-term"
    internet.accepts(version)
    assert told.next_look_at
    told = looked_at(told, told.next_look_at)
    assert [one.until for one in told.acceptances.order_by("since")] == [day, None]
    assert "What it accepted before" in page_of(told)


def test_a_site_that_is_away_for_hours_still_accepts_and_for_days_does_not(
    internet: Internet, version: Version
) -> None:
    internet.accepts(version)
    told = looked_at(submitted())
    internet.says(response(b"", status="404 Not Found"))
    at = NOW + looking.EVERY
    looks = 0
    while told.next_look_at and told.acceptances.current().exists():
        at = told.next_look_at
        told = looked_at(told, at)
        looks += 1
    [ended] = told.acceptances.all()
    assert ended.ending == "gone"
    assert told.failing_since
    assert looking.PATIENCE <= at - told.failing_since <= looking.PATIENCE + looking.EVERY
    assert 8 <= looks <= 15
    while told.next_look_at:
        at = told.next_look_at
        told = looked_at(told, at)
    assert told.failing_since
    assert at - told.failing_since >= looking.HOPE
    # Somebody asks for it, and it is as before.
    internet.accepts(version)
    later = at + timedelta(days=1)
    actions.submit_organisation(domain="shop.example", form="well-known", by=None, at=later)
    told = looked_at(told, later)
    assert told.acceptances.current().count() == 1
    assert told.failures == 0


def test_a_hash_that_is_not_the_documents_is_refused_and_said(
    internet: Internet, version: Version
) -> None:
    internet.accepts(version, sha256="f" * 64)
    told = looked_at(submitted())
    assert not told.acceptances.exists()
    assert told.problem == "hash-differs"
    assert "no version of ours with the hash given there" in page_of(told)


def drip(connection: socket.socket) -> None:
    with connection:
        for _time in range(100):
            time.sleep(0.02)
            connection.sendall(b"a")


@pytest.mark.parametrize(
    ("answer", "code", "words"),
    [
        (response(b"x" * 70_000), "outbound-too-large", "larger than 65536 bytes"),
        (response(b"{}", kind="text/html"), "outbound-type", "not of the right type"),
        (drip, "outbound-too-slow", "took too long"),
        (redirect("https://127.0.0.1/"), "outbound-host", "an address with a name"),
        (redirect("http://shop.example/"), "outbound-scheme", "begins with https"),
        (response(b"", status="404 Not Found"), "outbound-status", "no file there"),
        (response(b"[]"), "statement-unreadable", "not what the format asks for"),
        (response(b'{"format": 1}'), "statement-unfitting", "does not fit the format"),
    ],
    ids=["huge", "type", "slow", "to-an-address", "to-http", "gone", "other-json", "unfitting"],
)
def test_what_cannot_be_read_is_refused_and_its_submitter_reads_why(
    internet: Internet,
    monkeypatch: pytest.MonkeyPatch,
    db: None,
    answer: Answer,
    code: str,
    words: str,
) -> None:
    monkeypatch.setattr(well_known, "SECONDS", 0.4)
    internet.says(answer)
    told = looked_at(submitted())
    assert told.problem == code
    assert words in page_of(told)
    assert told.next_look_at == NOW + timedelta(minutes=10)
    [api] = Client().get(reverse("api-organisation", args=["shop.example"])).json()["ways"]
    assert api["problem"] == code


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.0.0.5", "192.168.1.1", "169.254.169.254", "::1", "fd00::1"]
)
def test_a_name_that_stands_for_a_private_address_is_never_connected_to(
    internet: Internet, db: None, address: str
) -> None:
    internet.addresses = [[address]]
    told = looked_at(submitted())
    assert told.problem == "outbound-private"
    assert "not on the public internet" in page_of(told)
    assert not internet.connected


def test_a_redirect_into_our_network_is_not_followed(internet: Internet, db: None) -> None:
    internet.says(redirect("https://inside.example/file"))
    internet.addresses = [[PUBLIC], ["10.0.0.5"]]
    told = looked_at(submitted())
    assert told.problem == "outbound-private"
    assert internet.connected == [PUBLIC]


def test_a_name_that_is_bound_anew_is_not_asked_for_again(
    internet: Internet, version: Version
) -> None:
    internet.accepts(version)
    internet.addresses = [[PUBLIC], ["127.0.0.1"]]
    told = looked_at(submitted())
    assert told.acceptances.count() == 1
    assert internet.connected == [PUBLIC]
    assert internet.addresses == [["127.0.0.1"]]


def test_two_workers_do_not_look_at_once_and_a_lost_claim_writes_nothing(
    internet: Internet, version: Version, monkeypatch: pytest.MonkeyPatch
) -> None:
    internet.accepts(version)
    told = submitted()
    meanwhile: list[int] = []
    real = well_known.WELL_KNOWN.look

    def slow(domain: str) -> Any:
        meanwhile.append(look(NOW))
        Organisation.objects.update(claim_token=None)
        return real(domain)

    monkeypatch.setattr(
        "governance.proposals.acceptance_ways._ways",
        {"well-known": Way("well-known", "", well_known.address, slow)},
    )
    look(NOW)
    assert meanwhile[0] == 0
    assert not Acceptance.objects.exists()
    told.refresh_from_db()
    assert told.looked_at is None


def test_an_acceptance_ends_once_and_is_never_deleted(internet: Internet, version: Version) -> None:
    internet.accepts(version)
    told = looked_at(submitted())
    for change in ({"since": NOW - timedelta(1)}, {"statement_sha256": "0" * 64}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Acceptance.objects.update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        Acceptance.objects.all().delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        Organisation.objects.filter(pk=told.pk).update(domain="other.example")


# Telling us


def test_everybody_may_tell_us_and_nobody_too_often(db: None, bob: Person) -> None:
    client = Client()
    url = reverse("organisations")
    assert client.post(url, {"domain": "127.0.0.1"}).status_code == 409
    assert client.post(url, {}).status_code == 422
    first = client.post(url, {"domain": "Shop.example"})
    assert first.url == "/accepting/shop.example/"  # type: ignore[attr-defined]
    for number in range(18):
        assert client.post(url, {"domain": f"s{number}.example"}).status_code in (302, 429)
    answer = client.post(url, {"domain": "one.more.example"})
    assert answer.status_code == 429
    assert "one.more.example" in answer.content.decode()
    client.force_login(bob)
    assert client.post(url, {"domain": "one.more.example"}).status_code == 302
    assert Organisation.objects.get(domain="one.more.example").submitted_by == bob


def test_all_who_are_no_members_together_do_not_flood_us(db: None, bob: Person) -> None:
    for number in range(60):
        submitted(f"s{number}.example")
    about: dict[str, Any] = {"form": "well-known", "at": NOW, "domain": "more.example"}
    assert code_of(actions.submit_organisation, by=None, **about) == "too-many"
    actions.submit_organisation(by=bob, **about)


def test_we_look_again_when_asked_and_not_at_once(internet: Internet, db: None) -> None:
    told = looked_at(submitted())
    about: dict[str, Any] = {"domain": "shop.example", "form": "well-known", "by": None}
    soon = NOW + timedelta(minutes=1)
    assert code_of(actions.submit_organisation, **about, at=soon) == "looked-just-now"
    later = NOW + timedelta(minutes=5)
    assert movement.submit_organisation(**about, at=later).next_look_at == later
    assert looked_at(told, later).failures == 2


# Lists, the API, and leaving


def test_lists_take_the_same_number_of_queries(
    version: Version, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    def accept(count: int) -> None:
        for number in range(count):
            one = Organisation.objects.create(
                domain=f"s{number}-{count}.example", form="well-known", submitted_at=NOW, name="S"
            )
            Acceptance.objects.create(
                organisation=one,
                version=version,
                form="well-known",
                statement_sha256="0" * 64,
                since=NOW,
                record_hash="0" * 64,
            )

    client = Client()
    for count in (1, 40):
        accept(count)
        # how many, the page, what they accept; the terms of the example
        with django_assert_num_queries(4):
            client.get(reverse("organisations"))
        # the version; proffers, asks, acceptances; how many, the page
        with django_assert_num_queries(6):
            client.get(reverse("term-movement", args=["no-stalking"]))
        with django_assert_num_queries(1):
            assert client.get(reverse("api-acceptance-list")).json()["results"]


def test_the_api_does_and_refuses_the_same(version: Version, bob: Person) -> None:
    client = Client()
    client.force_login(bob)
    proffer = reverse("api-proffer", args=["no-stalking"])
    assert client.post(proffer).json()["proffers"] == 1
    assert client.post(proffer).json()["code"] == "already-proffered"
    assert client.delete(proffer).json()["proffers"] == 0
    asks = reverse("api-ask-list", args=["no-stalking"])
    sent = {"domain": "Shop.example"}
    assert client.post(asks, sent, content_type="application/json").status_code == 201
    again = client.post(asks, sent, content_type="application/json")
    assert (again.status_code, again.json()["code"]) == (409, "already-asked")
    one = reverse("api-ask", args=["no-stalking", "shop.example"])
    assert client.delete(one).status_code == 200
    assert client.delete(one).json()["code"] == "not-asked"
    told = client.post(reverse("api-organisation-list"), sent, content_type="application/json")
    assert told.status_code == 202
    assert client.post(reverse("api-proffer", args=["none"])).status_code == 404


def test_acceptances_are_asked_for_by_term_by_domain_and_by_whether_they_last(
    internet: Internet, version: Version, ada: Person
) -> None:
    rules = (Rule("prohibition", "second", "share_identifiable"),)
    other = publish_version(ada, slug="no-echoes", title="No echoes", rules=rules)
    internet.accepts(version, other)
    told = looked_at(submitted())
    internet.accepts(other)
    looked_at(told, NOW + looking.EVERY)
    every = reverse("api-acceptance-list")

    def found(query: str) -> list[tuple[str, bool]]:
        rows = Client().get(every + query).json()["results"]
        return sorted((one["term"], one["until"] is None) for one in rows)

    ended, lasts = ("no-stalking", False), ("no-echoes", True)
    assert found("") == [lasts, ended]
    assert found("?current=true") == [lasts]
    assert found("?current=false") == [ended]
    assert found("?term=no-stalking") == [ended]
    assert found("?domain=SHOP.example&current=true") == [lasts]
    assert found("?domain=x") == found("?term=none") == []
    assert Client().get(every + "?current=2").status_code == 400


def test_another_way_of_accepting_stands_beside_the_file(
    internet: Internet, version: Version, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = f"{settings.PUBLIC_ORIGIN}/terms/{version.term_id}/{version.version}"
    statement = Statement("Example Ltd", (Named(address, version.sha256),))
    signed = Way(
        name="signed",
        said="It signed an agreement.",
        where=lambda domain: f"https://agreements.example/{domain}",
        look=lambda domain: Looked(statement, "0" * 64),
    )
    ways = {"well-known": well_known.WELL_KNOWN, "signed": signed}
    monkeypatch.setattr("governance.proposals.acceptance_ways._ways", ways)
    internet.accepts(version)
    submitted()
    later = NOW + timedelta(minutes=1)
    actions.submit_organisation(domain="shop.example", form="signed", by=None, at=later)
    look(later)
    page = Client().get(reverse("organisation", args=["shop.example"])).content.decode()
    assert "A file at its own domain says so. It signed an agreement." in page
    assert f"https://shop.example{FILE}" in page
    assert "https://agreements.example/shop.example" in page
    api = Client().get(reverse("api-organisation", args=["shop.example"])).json()
    assert {(one["form"], one["looks_at"]) for one in api["ways"]} == {
        ("well-known", f"https://shop.example{FILE}"),
        ("signed", "https://agreements.example/shop.example"),
    }
    # One organisation, however many ways it says it in.
    movement = Client().get(reverse("api-movement", args=[version.term_id])).json()
    assert movement["accepting"] == 1


def test_whoever_leaves_takes_it_with_them(version: Version, bob: Person) -> None:
    actions.proffer(term=version.term, by=bob, at=NOW)
    actions.ask(term=version.term, domain="shop.example", by=bob, at=NOW)
    submitted("told.example", by=bob)
    [part] = [part for part in leaving.parts() if part.name == "following"]
    held = part.export(bob)
    assert [one["term"] for one in held["proffers"]] == ["no-stalking"]
    assert [one["domain"] for one in held["asks"]] == ["shop.example"]
    assert [one["domain"] for one in held["organisations"]] == ["told.example"]
    part.erase(person=bob, by=bob, at=NOW)
    assert not Proffer.objects.exists()
    assert not Ask.objects.exists()
    assert not any(part.export(bob).values())
