"""Mail that was queued is sent at least once, and never lost to a server that fails."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from smtplib import SMTPRecipientsRefused, SMTPServerDisconnected

import pytest
from django.core.mail import EmailMessage
from pytest_django import DjangoAssertNumQueries, Settings

from members import actions, sweeps
from members.models import OutgoingMail, Person
from tests.conftest import NOW

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)
Outcome = Exception | None


class Server:
    """A mail server whose outcomes are written down beforehand; then it works."""

    def __init__(self, *outcomes: Outcome) -> None:
        self.outcomes = list(outcomes)
        self.taken: list[EmailMessage] = []

    def __call__(self, mail: EmailMessage) -> int:
        outcome = self.outcomes.pop(0) if self.outcomes else None
        if outcome is not None:
            raise outcome
        self.taken.append(mail)
        return 1


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Server]:
    def make(*outcomes: Outcome) -> Server:
        made = Server(*outcomes)
        monkeypatch.setattr(EmailMessage, "send", lambda mail: made(mail))
        return made

    return make


def queue(*keys: str, email: str = "ada@example.org") -> None:
    person = Person.objects.create_user(email)
    for number, key in enumerate(keys):
        actions.queue_mail(
            person=person,
            kind="account",
            key=key,
            subject=f"About {key}",
            body="Dear Ada",
            at=NOW + number * timedelta(seconds=1),
        )


def test_mail_that_waits_is_sent_once(mailoutbox: list[EmailMessage], settings: Settings) -> None:
    settings.DEFAULT_FROM_EMAIL = "Customer Commons <hello@example.org>"
    queue("one", "two")
    assert sweeps.mail(NOW) == 2
    assert sweeps.mail(NOW + 60 * MINUTE) == 0
    assert [mail.subject for mail in mailoutbox] == ["About one", "About two"]
    [first, _second] = mailoutbox
    assert (first.to, first.body) == (["ada@example.org"], "Dear Ada")
    assert first.from_email == "Customer Commons <hello@example.org>"
    assert first.extra_headers["Auto-Submitted"] == "auto-generated"
    assert set(OutgoingMail.objects.values_list("sent_at", flat=True)) == {NOW}


def test_mail_goes_to_the_address_its_person_has_now(mailoutbox: list[EmailMessage]) -> None:
    queue("one")
    Person.objects.update(email="ada@example.net")
    sweeps.mail(NOW)
    assert mailoutbox[0].to == ["ada@example.net"]


def test_mail_that_fails_waits_longer_each_time_and_is_not_lost(
    server: Callable[..., Server],
) -> None:
    queue("one")
    down = server(*[SMTPServerDisconnected("gone")] * 3)
    assert sweeps.mail(NOW) == 0
    assert sweeps.mail(NOW + MINUTE - timedelta(seconds=1)) == 0
    assert len(down.outcomes) == 2
    assert sweeps.mail(NOW + MINUTE) == 0
    assert sweeps.mail(NOW + 2 * MINUTE) == 0
    assert len(down.outcomes) == 1
    assert sweeps.mail(NOW + 3 * MINUTE) == 0
    assert sweeps.mail(NOW + 7 * MINUTE) == 1
    assert [mail.subject for mail in down.taken] == ["About one"]
    assert OutgoingMail.objects.get().attempts == 4


@pytest.mark.parametrize(
    "failure", [SMTPRecipientsRefused({}), ConnectionRefusedError(), TimeoutError()]
)
def test_one_mail_that_fails_does_not_hold_up_the_others(
    failure: Exception, server: Callable[..., Server]
) -> None:
    queue("one", "two")
    working = server(failure)
    assert sweeps.mail(NOW) == 1
    assert [mail.subject for mail in working.taken] == ["About two"]
    assert sweeps.mail(NOW + MINUTE) == 1
    assert [mail.subject for mail in working.taken] == ["About two", "About one"]


def test_a_worker_that_died_leaves_its_mail_to_the_next(server: Callable[..., Server]) -> None:
    queue("one")
    dying = server(KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        sweeps.mail(NOW)
    assert sweeps.mail(NOW + 9 * MINUTE) == 0
    assert sweeps.mail(NOW + 10 * MINUTE) == 1
    assert len(dying.taken) == 1


def test_mail_sent_twice_can_be_told_by_its_id(
    server: Callable[..., Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    queue("one", "two")
    working = server()

    def die(**what: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(actions, "sent_mail", die)
        with pytest.raises(KeyboardInterrupt):
            sweeps.mail(NOW)
    sweeps.mail(NOW + 10 * MINUTE)
    ids = [mail.message()["Message-ID"] for mail in working.taken]
    assert [mail.subject for mail in working.taken] == ["About one", "About one", "About two"]
    assert ids[0] == ids[1] != ids[2]
    assert ids[0].endswith("@localhost>")


def test_a_worker_too_slow_for_its_lease_does_not_note_what_another_sent(
    server: Callable[..., Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    queue("one")
    server()
    noted = actions.sent_mail

    def late(*, mail: OutgoingMail, at: object) -> None:
        monkeypatch.setattr(actions, "sent_mail", noted)
        assert sweeps.mail(NOW + 10 * MINUTE) == 1
        noted(mail=mail, at=NOW)

    monkeypatch.setattr(actions, "sent_mail", late)
    assert sweeps.mail(NOW) == 0
    assert OutgoingMail.objects.get().sent_at == NOW + 10 * MINUTE


def test_the_log_names_no_address(
    server: Callable[..., Server], caplog: pytest.LogCaptureFixture
) -> None:
    queue("one")
    server(SMTPRecipientsRefused({"ada@example.org": (550, b"no such user ada@example.org")}))
    sweeps.mail(NOW)
    assert "SMTPRecipientsRefused" in caplog.text
    assert "ada" not in caplog.text


def test_a_batch_is_few_queries(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    queue(*[f"{number}" for number in range(30)])
    # claim (begin, choose, mark, end, read), the people, their choices, a note for each of 20 mails
    with django_assert_num_queries(7 + 20):
        assert sweeps.mail(NOW) == 20


@pytest.mark.parametrize(
    ("attempts", "minutes"), [(1, 1), (2, 2), (3, 4), (9, 256), (10, 360), (400, 360)]
)
def test_waiting_doubles_up_to_six_hours(attempts: int, minutes: int) -> None:
    assert sweeps.wait_after(attempts) == timedelta(minutes=minutes)
