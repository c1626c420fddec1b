"""Which mail people get: their choices, the way out in each mail, and the week in one."""

from __future__ import annotations

import email
import re
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.message import Message
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from kernel import sealed
from kernel.refusal import Refused
from members import actions, digest, mail_kinds, mail_links, sweeps
from members.models import Event, MailChoice, OutgoingMail, Person
from tests.conftest import NOW

pytestmark = pytest.mark.django_db

MakePerson = Callable[..., Person]
WEEK = timedelta(days=7)
MONDAY = datetime(2026, 11, 16, 6, tzinfo=UTC)


@pytest.fixture
def ada(make_person: MakePerson) -> Person:
    return make_person("Ada")


def choose(person: Person, kind: str, wanted: bool) -> None:
    actions.choose_mail(person=person, kind=kind, wanted=wanted, by=person, at=NOW)


def queue(person: Person, kind: str, key: str = "one") -> None:
    actions.queue_mail(person=person, kind=kind, key=key, subject="News", body="Look.\n", at=NOW)


def sent(outbox: list[EmailMessage]) -> Message:
    """The newest mail as its bytes say it."""
    return email.message_from_bytes(outbox[-1].message().as_bytes())


def stop_path(outbox: list[EmailMessage]) -> str:
    # A long line is folded after the header's name; nobody encodes it.
    url = str(sent(outbox)["List-Unsubscribe"]).strip().strip("<>")
    assert re.fullmatch(r"http://localhost:8000/mail/stop/[\w=-]+/", url)
    return url.removeprefix("http://localhost:8000")


# Choosing


@pytest.mark.parametrize("kind", ["proposals", "votes", "digest"])
def test_what_is_chosen_holds_for_one_and_for_all(
    kind: str, ada: Person, make_person: MakePerson
) -> None:
    bob = make_person("Bob")
    usual = mail_kinds.get(kind).wanted
    assert ada.wants(kind) == usual
    for wanted in (not usual, usual):
        choose(ada, kind, wanted)
        choose(ada, kind, wanted)
        assert ada.wants(kind) == wanted
        assert set(Person.objects.wanting(kind)) == {
            person for person, wants in ((ada, wanted), (bob, usual)) if wants
        }
    assert MailChoice.objects.count() == 1
    assert Event.objects.filter(verb="person.mail-chosen").count() == 2


def test_what_membership_needs_cannot_be_declined(ada: Person) -> None:
    with pytest.raises(Refused) as refused:
        choose(ada, "dues", wanted=False)
    assert refused.value.code == "mail-not-optional"
    MailChoice.objects.create(person=ada, kind="dues", wanted=False)
    assert ada.wants("dues")
    assert ada in Person.objects.wanting("dues")


def test_a_kind_that_nobody_registered_is_refused(ada: Person) -> None:
    for ask in (
        lambda: queue(ada, "spam"),
        lambda: choose(ada, "spam", wanted=True),
        lambda: Person.objects.wanting("spam"),
    ):
        with pytest.raises(LookupError):
            ask()
    assert not OutgoingMail.objects.exists()


def test_what_is_declined_is_not_sent_even_when_it_waits_already(
    ada: Person, mailoutbox: list[EmailMessage]
) -> None:
    queue(ada, "proposals")
    choose(ada, "proposals", wanted=False)
    assert sweeps.mail(NOW) == 1
    assert not mailoutbox
    queue(ada, "dues", "two")
    assert sweeps.mail(NOW) == 1
    assert len(mailoutbox) == 1


def test_what_a_mail_said_is_kept_no_longer_than_until_it_is_sent(
    ada: Person, mailoutbox: list[EmailMessage]
) -> None:
    queue(ada, "dues")
    sweeps.mail(NOW)
    mail = OutgoingMail.objects.get()
    assert (mail.subject, mail.body, mail.key) == ("", "", "one")
    assert mailoutbox[-1].body == "Look.\n"


def test_the_page_shows_each_choice_and_keeps_it(client: Client, ada: Person) -> None:
    client.force_login(ada)
    page = client.get(reverse("mail-choices")).content.decode()
    for kind in mail_kinds.kinds():
        assert str(kind.label) in page
    assert page.count("checked") == sum(kind.wanted for kind in mail_kinds.optional_kinds())
    saved = client.post(reverse("mail-choices"), {"votes": "on"}, follow=True)
    assert "Saved." in saved.content.decode()
    assert [kind.name for kind in mail_kinds.optional_kinds() if ada.wants(kind.name)] == ["votes"]


def test_the_api_shows_each_choice_and_keeps_it(client: Client, ada: Person) -> None:
    client.force_login(ada)

    def post(**said: Any) -> Any:
        return client.post("/api/v1/me/mail/", said, content_type="application/json")

    kinds = {kind["kind"]: kind for kind in client.get("/api/v1/me/mail/").json()["kinds"]}
    assert set(kinds) == {kind.name for kind in mail_kinds.kinds()}
    assert (kinds["votes"]["wanted"], kinds["dues"]["optional"]) == (False, False)
    answer = {kind["kind"]: kind for kind in post(kind="votes", wanted=True).json()["kinds"]}
    assert answer["votes"]["wanted"]
    assert post(kind="dues", wanted=False).json()["code"] == "mail-not-optional"
    wrong = post(kind="spam")
    assert wrong.status_code == 400
    assert {error["field"] for error in wrong.json()["errors"]} == {"kind", "wanted"}


# The way out in each mail


def test_each_mail_that_can_be_declined_says_how(
    ada: Person, mailoutbox: list[EmailMessage]
) -> None:
    for number, kind in enumerate(mail_kinds.kinds()):
        choose(ada, kind.name, wanted=True) if kind.optional else None
        mailoutbox.clear()
        queue(ada, kind.name, str(number))
        # Mail with a gate of its own is judged elsewhere; here its outlook counts.
        mail = OutgoingMail.objects.select_related("person").get(key=str(number))
        message = sweeps._message(mail)
        headers = message.extra_headers
        if not kind.optional:
            assert "List-Unsubscribe" not in headers
            assert message.body == "Look.\n"
            continue
        assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        url = headers["List-Unsubscribe"].strip("<>")
        assert url in str(message.body)
        assert mail_links.read(url.rstrip("/").rpartition("/")[2]) == (ada.pk, kind.name)


def test_the_header_survives_the_wire(ada: Person, mailoutbox: list[EmailMessage]) -> None:
    queue(ada, "proposals")
    sweeps.mail(NOW)
    assert sent(mailoutbox)["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    token = stop_path(mailoutbox).strip("/").rpartition("/")[2]
    assert mail_links.read(token) == (ada.pk, "proposals")
    assert str(ada.pk) not in token
    assert "img" not in str(mailoutbox[-1].body)


def test_one_click_declines_without_signing_in(ada: Person, mailoutbox: list[EmailMessage]) -> None:
    queue(ada, "proposals")
    sweeps.mail(NOW)
    program = Client(enforce_csrf_checks=True)
    for _time in range(2):
        answer = program.post(stop_path(mailoutbox), {"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
        assert not answer.cookies
        assert "You get no more mail of this kind" in answer.content.decode()
    assert not ada.wants("proposals")
    assert ada.wants("digest")


def test_looking_at_the_link_declines_nothing(ada: Person, mailoutbox: list[EmailMessage]) -> None:
    queue(ada, "proposals")
    sweeps.mail(NOW)
    reader = Client()
    for look in (reader.get, reader.head):
        answer = look(stop_path(mailoutbox))
        assert answer.status_code == 200
        assert not answer.cookies
    assert "Send me no more of these" in reader.get(stop_path(mailoutbox)).content.decode()
    assert ada.wants("proposals")
    assert not MailChoice.objects.exists()


@pytest.mark.parametrize(
    "token",
    [
        "x",
        "ä" * 80,
        "gAAAAA" + "A" * 100,
        lambda: mail_links.stop_url(uuid.UUID(int=0), "proposals").rstrip("/").rpartition("/")[2],
        lambda: sealed.seal(b"short").decode(),
        lambda: sealed.seal(uuid.UUID(int=0).bytes + b"\xff").decode(),
        lambda: sealed.seal(uuid.UUID(int=0).bytes + b"spam").decode(),
    ],
)
def test_a_link_that_is_none_leads_nowhere(token: Any, client: Client) -> None:
    path = reverse("mail-stop", args=[token() if callable(token) else token])
    assert client.get(path).status_code == 404
    assert client.post(path).status_code == 404
    assert not MailChoice.objects.exists()


# The week in one mail


@pytest.fixture
def news(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Person, datetime, datetime]]:
    """One section that has something to say; what it was asked is noted."""
    asked: list[tuple[Person, datetime, datetime]] = []

    def gather(person: Person, since: datetime, until: datetime) -> list[digest.Line]:
        asked.append((person, since, until))
        return [("“No stalking” was adopted", "/proposals/1/")]

    monkeypatch.setattr(digest, "_sections", {"news": ("Proposals", gather)})
    return asked


@pytest.fixture
def reader(ada: Person) -> Person:
    """Ada, who joined a month ago."""
    Person.objects.filter(pk=ada.pk).update(joined_at=MONDAY - 4 * WEEK)
    ada.refresh_from_db()
    return ada


@pytest.mark.parametrize(
    ("at", "end"),
    [
        (MONDAY, MONDAY),
        (MONDAY - timedelta(seconds=1), MONDAY - WEEK),
        (MONDAY + timedelta(days=6, hours=23), MONDAY),
        (MONDAY + WEEK, MONDAY + WEEK),
    ],
)
def test_a_week_ends_on_monday_morning(at: datetime, end: datetime) -> None:
    assert sweeps.end_of_week(at) == end


def test_a_week_is_told_once_and_whole(
    reader: Person, news: list[Any], mailoutbox: list[EmailMessage]
) -> None:
    for minutes in (0, 1, 60 * 24 * 6):
        sweeps.tell_the_week(MONDAY + timedelta(minutes=minutes))
    sweeps.mail(MONDAY)
    [mail] = mailoutbox
    assert mail.subject == "The week at Customer Commons"
    assert (
        "Proposals\n- “No stalking” was adopted\n  http://localhost:8000/proposals/1/" in mail.body
    )
    assert "List-Unsubscribe" in mail.extra_headers
    sweeps.tell_the_week(MONDAY + WEEK)
    assert news == [(reader, MONDAY - WEEK, MONDAY), (reader, MONDAY, MONDAY + WEEK)]


def test_whoever_joined_in_the_week_is_told_from_then_on(reader: Person, news: list[Any]) -> None:
    joined = MONDAY - timedelta(days=2)
    Person.objects.filter(pk=reader.pk).update(joined_at=joined)
    sweeps.tell_the_week(MONDAY)
    assert news == [(reader, joined, MONDAY)]


def test_after_a_pause_only_the_last_week_is_told(reader: Person, news: list[Any]) -> None:
    Person.objects.filter(pk=reader.pk).update(digested_to=MONDAY - 3 * WEEK)
    sweeps.tell_the_week(MONDAY)
    assert news == [(reader, MONDAY - WEEK, MONDAY)]


def test_no_mail_where_nothing_is_new_or_nobody_wants_it(
    reader: Person, make_person: MakePerson, news: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    choose(reader, "digest", wanted=False)
    assert sweeps.tell_the_week(MONDAY) == 1
    assert news == []
    choose(reader, "digest", wanted=True)
    monkeypatch.setattr(digest, "_sections", {})
    assert sweeps.tell_the_week(MONDAY + WEEK) == 1
    assert not OutgoingMail.objects.exists()


def test_two_workers_tell_a_week_once(reader: Person) -> None:
    told = [
        actions.queue_digest(
            person=reader, since=None, until=MONDAY, subject="S", body="B", at=MONDAY
        )
        for _worker in range(2)
    ]
    assert told == [True, False]
    assert OutgoingMail.objects.count() == 1


def test_whoever_was_told_costs_nothing(
    reader: Person, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    sweeps.tell_the_week(MONDAY)
    with django_assert_num_queries(1):
        assert sweeps.tell_the_week(MONDAY + timedelta(hours=1)) == 0
