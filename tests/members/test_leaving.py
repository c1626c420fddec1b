"""Leaving: what stops it, what it takes, what is left of somebody, and what stays as it was."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.apps import apps
from django.contrib.sessions.models import Session
from django.core.mail import EmailMessage
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from jsonschema import Draft202012Validator
from pytest_django import Settings

from governance.voting import actions as voting
from governance.voting.models import Poll
from kernel.refusal import Refused
from members import actions, export, leaving, sweeps
from members.actions.leaving import CODE_AGAIN_AFTER, CODE_LASTS, TRIES
from members.leaving import Part
from members.models import Invitation, Leaving, OutgoingMail, Person, PersonalToken
from tests.conftest import NOW, TEST
from tests.governance.voting.conftest import OPTIONS, RULE

pytestmark = pytest.mark.django_db

MakePerson = Callable[..., Person]
MINUTE = timedelta(minutes=1)
CANARY = "quetzalcanary"


@pytest.fixture
def open_poll(db: None) -> Callable[[], Poll]:
    """A poll that is open now, with everybody in standing on its roll."""

    def make() -> Poll:
        poll = voting.schedule_poll(
            title="Adopt No stalking 1.0.0",
            question_text="Shall we publish this term?",
            options=OPTIONS,
            rule=RULE,
            opens_at=NOW,
            closes_at=NOW + timedelta(days=3),
            roll_from=NOW.date() - timedelta(days=14),
            cutoff=NOW.date(),
            min_days=0,
            subject_url="/proposals/",
            by=TEST,
            at=NOW - timedelta(days=14),
        )
        voting.open_poll(poll=poll, by=TEST, at=NOW)
        return poll

    return make


@pytest.fixture
def ada(make_person: MakePerson) -> Person:
    return make_person("Ada")


def code_in(outbox: list[EmailMessage]) -> str:
    [code] = re.findall(r"^(\d{8})$", str(outbox[-1].body), re.MULTILINE)
    return str(code)


def mailed_code(person: Person, outbox: list[EmailMessage], at: datetime = NOW) -> str:
    actions.send_leaving_code(person=person, by=person, at=at)
    sweeps.mail(at)
    return code_in(outbox)


def go(person: Person, outbox: list[EmailMessage], at: datetime = NOW) -> None:
    """Ask for a code, leave with it, and let the worker do the rest."""
    actions.leave(person=person, code=mailed_code(person, outbox, at), by=person, at=at)
    sweeps.mail(at)
    sweeps.let_go(at)
    person.refresh_from_db()


def a_part(monkeypatch: pytest.MonkeyPatch, **more: Any) -> None:
    """Another app's part beside those there are."""
    part = Part(name="another", label="Another", export=lambda person: {}, stays="Nothing.", **more)
    monkeypatch.setattr(leaving, "_parts", {**leaving._parts, "another": part})


# The code


def test_a_code_comes_by_mail_and_leaves_once(ada: Person, mailoutbox: list[EmailMessage]) -> None:
    code = mailed_code(ada, mailoutbox)
    asked = actions.leave(person=ada, code=f"{code[:4]} {code[4:]}", by=ada, at=NOW)
    assert asked.finished_at is None
    ada.refresh_from_db()
    assert not ada.is_active
    with pytest.raises(Refused) as refused:
        actions.leave(person=ada, code=code, by=ada, at=NOW)
    assert refused.value.code == "leaving-code"
    assert Leaving.objects.count() == 1


@pytest.mark.parametrize("wrong", ["", "00000000", "ada", "²" * 8])
def test_another_code_is_refused_and_nothing_is_closed(
    wrong: str, ada: Person, mailoutbox: list[EmailMessage]
) -> None:
    mailed_code(ada, mailoutbox)
    with pytest.raises(Refused) as refused:
        actions.leave(person=ada, code=wrong, by=ada, at=NOW)
    assert refused.value.code == "leaving-code"
    ada.refresh_from_db()
    assert ada.is_active


def test_a_code_can_be_tried_three_times_and_lasts_a_quarter_of_an_hour(
    ada: Person, mailoutbox: list[EmailMessage]
) -> None:
    code = mailed_code(ada, mailoutbox)
    with pytest.raises(Refused):
        actions.leave(person=ada, code=code, by=ada, at=NOW + CODE_LASTS)
    for _time in range(TRIES):
        with pytest.raises(Refused):
            actions.leave(person=ada, code="00000000", by=ada, at=NOW)
    with pytest.raises(Refused):
        actions.leave(person=ada, code=code, by=ada, at=NOW)
    assert not Leaving.objects.exists()


def test_a_newer_code_replaces_the_older_after_a_minute(
    ada: Person, mailoutbox: list[EmailMessage]
) -> None:
    old = mailed_code(ada, mailoutbox)
    with pytest.raises(Refused) as refused:
        actions.send_leaving_code(person=ada, by=ada, at=NOW + CODE_AGAIN_AFTER / 2)
    assert refused.value.code == "code-just-sent"
    later = NOW + CODE_AGAIN_AFTER
    new = mailed_code(ada, mailoutbox, later)
    with pytest.raises(Refused):
        actions.leave(person=ada, code=old, by=ada, at=later)
    actions.leave(person=ada, code=new, by=ada, at=later)


def test_nobody_closes_the_account_of_another(ada: Person, make_person: MakePerson) -> None:
    bob = make_person("Bob")
    for ask in (
        lambda: actions.send_leaving_code(person=ada, by=bob, at=NOW),
        lambda: actions.leave(person=ada, code="00000000", by=bob, at=NOW),
        lambda: actions.leave(person=ada, code="00000000", by=TEST, at=NOW),
    ):
        with pytest.raises(Refused) as refused:
            ask()
        assert refused.value.code == "leave-for-another"
    assert not OutgoingMail.objects.exists()


def test_no_code_is_kept_where_somebody_could_read_it(
    ada: Person, mailoutbox: list[EmailMessage]
) -> None:
    code = mailed_code(ada, mailoutbox)
    assert where_is(code) == set()


# Duties, and the order of things


def test_a_role_is_given_back_first(
    make_person: MakePerson, mailoutbox: list[EmailMessage]
) -> None:
    sam = make_person("Sam", role="steward")
    with pytest.raises(Refused) as refused:
        actions.send_leaving_code(person=sam, by=sam, at=NOW)
    assert refused.value.code == "duties-open"
    assert "steward" in str(refused.value)
    actions.resign_role(person=sam, role="steward", by=sam, at=NOW)
    go(sam, mailoutbox)
    assert sam.left_at == NOW


def test_a_duty_that_comes_up_after_the_code_stops_it_and_changes_nothing(
    ada: Person, mailoutbox: list[EmailMessage], monkeypatch: pytest.MonkeyPatch
) -> None:
    code = mailed_code(ada, mailoutbox)
    a_part(monkeypatch, duties=lambda person, at: ["Pay the award first."])
    with pytest.raises(Refused) as refused:
        actions.leave(person=ada, code=code, by=ada, at=NOW)
    assert (refused.value.code, str(refused.value)) == ("duties-open", "Pay the award first.")
    ada.refresh_from_db()
    assert ada.is_active
    assert not Leaving.objects.exists()


def test_every_part_prepares_at_once_and_erases_when_all_are_ready(
    ada: Person, mailoutbox: list[EmailMessage], monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[tuple[str, str]] = []
    stopped = False

    def note(what: str) -> leaving.Step:
        # By the time others erase, the name is still there to be found.
        return lambda person, by, at: done.append((what, person.email))

    a_part(monkeypatch, prepare=note("prepare"), erase=note("erase"), ready=lambda person: stopped)
    actions.leave(person=ada, code=mailed_code(ada, mailoutbox), by=ada, at=NOW)
    sweeps.mail(NOW)
    assert sweeps.let_go(NOW) == 0
    assert done == [("prepare", "ada@example.org")]
    stopped = True
    assert sweeps.let_go(NOW + MINUTE / 2) == 0  # it waits longer each time
    assert sweeps.let_go(NOW + MINUTE) == 1
    assert sweeps.let_go(NOW + 60 * MINUTE) == 0
    assert done == [("prepare", "ada@example.org"), ("erase", "ada@example.org")]


def test_a_part_that_fails_while_it_erases_leaves_everything_for_the_next_time(
    ada: Person, mailoutbox: list[EmailMessage], monkeypatch: pytest.MonkeyPatch
) -> None:
    actions.leave(person=ada, code=mailed_code(ada, mailoutbox), by=ada, at=NOW)
    sweeps.mail(NOW)

    def fail(**what: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        a_part(broken, erase=fail)
        broken.setattr(leaving, "parts", lambda: tuple(reversed(sorted_parts())))
        with pytest.raises(KeyboardInterrupt):
            sweeps.let_go(NOW)
    ada.refresh_from_db()
    assert (ada.email, ada.left_at) == ("ada@example.org", None)
    assert sweeps.let_go(NOW + 10 * MINUTE) == 1


def sorted_parts() -> list[Part]:
    return sorted(leaving._parts.values(), key=lambda part: part.name == "another")


def test_the_last_mail_is_waited_for_but_not_for_ever(
    ada: Person, mailoutbox: list[EmailMessage], monkeypatch: pytest.MonkeyPatch
) -> None:
    actions.leave(person=ada, code=mailed_code(ada, mailoutbox), by=ada, at=NOW)
    assert sweeps.let_go(NOW) == 0
    OutgoingMail.objects.waiting().update(attempts=4)
    assert sweeps.let_go(NOW + MINUTE) == 1


# What is left


Row = dict[str, str]


def everything() -> dict[str, list[Row]]:
    """Every row of every table of the database, as text; tables that no model knows included."""
    found: dict[str, list[Row]] = {}
    with connection.cursor() as cursor:
        for table in sorted(connection.introspection.table_names(cursor)):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608
            columns = [column[0] for column in cursor.description]
            found[table] = [
                {name: as_text(value) for name, value in zip(columns, row, strict=True)}
                for row in cursor.fetchall()
            ]
    sessions = (str(session.get_decoded()) for session in Session.objects.all())
    return found | {"sessions, decoded": [{"held": held} for held in sessions]}


def as_text(value: object) -> str:
    if isinstance(value, bytes | memoryview):
        return bytes(value).decode("latin-1")
    return str(value)


def where_is(text: str) -> set[str]:
    """Every column of every table that holds ``text`` somewhere."""
    return {
        f"{table}.{column}"
        for table, rows in everything().items()
        for row in rows
        for column, value in row.items()
        if text.lower() in value.lower()
    }


# Where identity is kept, and what is written about leaving itself. All else must stay as it was.
IDENTITY = {
    *("members_person", "members_leaving", "members_leavingcode", "members_outgoingmail"),
    *("members_mailchoice", "members_invitation", "members_personaltoken", "members_event"),
    *("account_emailaddress", "mfa_authenticator", "django_session", "sessions, decoded"),
    "sqlite_sequence",
}  # fmt: skip


def the_rest() -> dict[str, list[Row]]:
    return {table: rows for table, rows in everything().items() if table not in IDENTITY}


def planted(make_person: MakePerson) -> Person:
    """Somebody who is everywhere: each thing that names them holds the canary."""
    person = make_person("Bob")
    Person.objects.filter(pk=person.pk).update(
        email=f"{CANARY}@example.org", display_name=CANARY.title(), locale="en"
    )
    person.refresh_from_db()
    for address in (person.email, f"{CANARY}-two@example.net"):
        EmailAddress.objects.create(user=person, email=address, verified=True)
    RecoveryCodes.activate(person)
    Authenticator.objects.create(
        user=person, type=Authenticator.Type.WEBAUTHN, data={"name": f"Phone of {CANARY}"}
    )
    actions.create_token(
        person=person,
        name=f"{CANARY} sheet",
        opens=["read"],
        lasts=timedelta(days=30),
        by=person,
        at=NOW,
    )
    actions.choose_mail(person=person, kind="votes", wanted=True, by=person, at=NOW)
    actions.invite(person=person, named=True, by=person, at=NOW)
    actions.attest(person=person, version="1", text="I am a person.", by=person, at=NOW)
    actions.queue_mail(
        person=person,
        kind="proposals",
        key="canary",
        subject=f"Dear {CANARY}",
        body=f"{CANARY}, look",
        at=NOW,
    )
    signed_in = Client()
    signed_in.force_login(person)
    asking = Client()
    asking.post(reverse("account_login"), {"login": person.email})
    return person


def test_nothing_names_whoever_has_left_and_nothing_else_has_changed(
    make_person: MakePerson,
    open_poll: Callable[[], Poll],
    mailoutbox: list[EmailMessage],
    settings: Settings,
) -> None:
    person = planted(make_person)
    poll = open_poll()
    assert poll.roll.filter(person=person).exists()
    assert where_is(CANARY)
    stayed = the_rest()
    manifest = dict(Poll.objects.get(pk=poll.pk).manifest or {})
    go(person, mailoutbox, timezone.now())
    assert where_is(CANARY) == set()
    assert the_rest() == stayed
    assert Poll.objects.get(pk=poll.pk).manifest == manifest
    for session in Session.objects.all():
        assert str(person.pk) not in str(session.get_decoded())
    files = [path for path in Path(settings.PUBLIC_ROOT).rglob("*") if path.is_file()]
    assert not [path for path in files if CANARY.encode() in path.read_bytes().lower()]
    assert str(person) == "Somebody who has left"
    assert not PersonalToken.objects.filter(person=person).exists()
    assert not Authenticator.objects.filter(user=person).exists()


def test_the_search_finds_what_is_there(make_person: MakePerson) -> None:
    """The search itself: a canary in each table that names people is found."""
    planted(make_person)
    assert where_is(CANARY) >= {
        *("members_person.email", "members_person.display_name", "account_emailaddress.email"),
        *("mfa_authenticator.data", "members_personaltoken.name", "members_outgoingmail.subject"),
        *("members_outgoingmail.body", "sessions, decoded.held"),
    }  # fmt: skip


def test_whoever_has_left_keeps_no_name_past_the_actions(
    ada: Person, mailoutbox: list[EmailMessage]
) -> None:
    go(ada, mailoutbox)
    for change in ({"display_name": "Ada"}, {"email": "ada@example.org"}, {"is_active": True}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Person.objects.filter(pk=ada.pk).update(**change)


def test_whoever_has_left_can_join_again_as_somebody_new(
    ada: Person, mailoutbox: list[EmailMessage]
) -> None:
    go(ada, mailoutbox)
    again = actions.register(email="ada@example.org", locale="en", at=NOW, confirmed=True)
    assert again.pk != ada.pk
    assert again.is_active
    assert not again.standing_periods.exists()


def test_no_mail_goes_to_whoever_has_left(ada: Person, mailoutbox: list[EmailMessage]) -> None:
    go(ada, mailoutbox)
    assert mailoutbox[-1].subject == "You have left Customer Commons"
    mailoutbox.clear()
    actions.queue_mail(person=ada, kind="dues", key="late", subject="Paid", body="…", at=NOW)
    assert sweeps.mail(NOW) == 1
    assert not mailoutbox


def test_at_once_nothing_opens_the_account_any_more(
    client: Client, ada: Person, mailoutbox: list[EmailMessage]
) -> None:
    _token, secret = actions.create_token(
        person=ada,
        name="sheet",
        opens=["read"],
        lasts=timedelta(days=9000),
        by=ada,
        at=NOW,
    )
    other = Client()
    other.force_login(ada)
    actions.leave(person=ada, code=mailed_code(ada, mailoutbox), by=ada, at=NOW)
    assert other.get(reverse("me")).status_code == 302
    opened = client.get("/api/v1/me/", headers={"authorization": f"Bearer {secret}"})
    assert opened.status_code == 401


# The export


def test_the_export_holds_everything_and_is_what_its_schema_says(
    make_person: MakePerson, open_poll: Callable[[], Poll]
) -> None:
    person = planted(make_person)
    open_poll()
    everything = export.everything(person, NOW)
    Draft202012Validator.check_schema(export.schema())
    Draft202012Validator(
        export.schema(), format_checker=Draft202012Validator.FORMAT_CHECKER
    ).validate(everything)
    told = str(everything).lower()
    for known in (
        f"{CANARY}@example.org",
        f"{CANARY}-two@example.net",
        f"phone of {CANARY}",
        f"{CANARY} sheet",
        f"dear {CANARY}",
        "i am a person.",
    ):
        assert known in told, known
    assert len(everything["parts"]["voting"]["rolls"]) == 1
    assert everything["parts"]["members"]["mail_choices"] == [{"kind": "votes", "wanted": True}]


def test_every_table_that_points_at_people_is_somebodys_part() -> None:
    """A table that is added with people in it is thought of here: exported by a part, or named."""
    pointing = {
        f"{model._meta.app_label}"
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if field.related_model is Person
    }
    theirs = {
        "account": "members",
        "mfa": "members",
        "members": "members",
        "voting": "voting",
        "proposals": "proposals",
        "terms": "proposals",
        "dues": "dues",
        "grants": "grants",
        "ledger": "ledger",
    }
    assert pointing <= set(theirs)
    assert {"members", "voting"} <= {part.name for part in leaving.parts()}


def test_the_file_is_downloaded_at_once(client: Client, ada: Person) -> None:
    client.force_login(ada)
    answer = client.get(reverse("everything"))
    assert answer["Content-Disposition"] == 'attachment; filename="customer-commons-me.json"'
    assert "no-store" in answer["Cache-Control"]
    everything = answer.json()
    assert everything["parts"]["members"]["display_name"] == "Ada"
    schema = client.get(everything["schema"].removeprefix("http://localhost:8000"))
    assert schema.json()["$id"] == everything["schema"]


# Pages


def test_from_the_page_to_the_door(
    client: Client, ada: Person, mailoutbox: list[EmailMessage]
) -> None:
    client.force_login(ada)
    page = client.get(reverse("leave"))
    assert "Mail me the code" in page.content.decode()
    assert client.post(reverse("leave"))["Location"] == reverse("leave-confirm")
    again = client.post(reverse("leave"), follow=True)
    assert "We have just sent you a code" in again.content.decode()
    sweeps.mail(timezone.now())
    wrong = client.post(reverse("leave-confirm"), {"code": "12345678"})
    assert wrong.status_code == 409
    assert 'value="12345678"' in wrong.content.decode()
    assert client.post(reverse("leave-confirm"), {"code": ""}).status_code == 422
    gone = client.post(reverse("leave-confirm"), {"code": code_in(mailoutbox)}, follow=True)
    assert gone.redirect_chain == [(reverse("what-stays"), 302)]
    assert "Your account is closed." in gone.content.decode()
    assert client.get(reverse("me")).status_code == 302


def test_the_page_names_what_is_open_and_takes_a_role_back(
    client: Client, make_person: MakePerson
) -> None:
    sam = make_person("Sam")
    actions.grant_role(
        person=sam,
        role="steward",
        starts_on=NOW.date() - timedelta(days=30),
        ends_on=None,
        poll=Poll().pk,
        by=TEST,
        at=NOW,
    )
    client.force_login(sam)
    page = client.get(reverse("leave")).content.decode()
    assert "You are steward since" in page
    assert "Mail me the code" not in page
    assert client.post(reverse("leave")).status_code == 409
    client.post(reverse("role-resign", args=["steward"]))
    assert "Mail me the code" in client.get(reverse("leave")).content.decode()
    again = client.post(reverse("role-resign", args=["steward"]), follow=True)
    assert "This role is not held" in again.content.decode()


def test_whoever_has_a_passkey_shows_it_first(
    client: Client, ada: Person, mailoutbox: list[EmailMessage]
) -> None:
    RecoveryCodes.activate(ada)
    client.force_login(ada)
    for answer in (
        client.get(reverse("leave-confirm")),
        client.post(reverse("leave-confirm"), {"code": "12345678"}),
    ):
        assert answer["Location"].startswith(reverse("mfa_reauthenticate"))
    code = mailed_code(ada, mailoutbox, timezone.now())
    refused = client.post("/api/v1/me/leaving/", {"code": code}, content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (409, "confirm-first")
    ada.refresh_from_db()
    assert ada.is_active


def test_what_stays_is_told_to_everybody_from_the_parts(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_part(monkeypatch)
    page = client.get(reverse("what-stays")).content.decode()
    told = client.get("/api/v1/leaving/").json()["parts"]
    assert {"another", "members", "voting"} <= {part["name"] for part in told}
    assert "<h3>Another</h3>" in page
    assert "Nothing." in page


# The API


def test_the_api_has_the_same_door(
    client: Client, ada: Person, mailoutbox: list[EmailMessage]
) -> None:
    client.force_login(ada)
    assert client.get("/api/v1/me/leaving/").json() == {"duties": []}
    assert client.post("/api/v1/me/leaving/code/").status_code == 202
    again = client.post("/api/v1/me/leaving/code/")
    assert (again.status_code, again.json()["code"]) == (409, "code-just-sent")
    sweeps.mail(timezone.now())

    def leave(code: object) -> Any:
        return client.post("/api/v1/me/leaving/", {"code": code}, content_type="application/json")

    assert leave("").status_code == 400
    assert leave("12345678").json()["code"] == "leaving-code"
    assert client.get("/api/v1/me/everything/").json()["format"] == "customer-commons/person/1"
    assert leave(code_in(mailoutbox)).status_code == 202
    assert Leaving.objects.get().person == ada


def test_the_api_gives_a_role_back(client: Client, make_person: MakePerson) -> None:
    sam = make_person("Sam", role="steward")
    client.force_login(sam)
    [duty] = client.get("/api/v1/me/leaving/").json()["duties"]
    assert "steward" in duty
    assert client.post("/api/v1/me/leaving/code/").json()["code"] == "duties-open"
    assert client.post("/api/v1/me/roles/steward/resign/").status_code == 204
    assert client.post("/api/v1/me/roles/steward/resign/").json()["code"] == "role-not-held"


def test_the_link_one_invites_with_ends_with_its_maker(
    ada: Person, mailoutbox: list[EmailMessage], client: Client
) -> None:
    link = actions.invite(person=ada, named=True, by=ada, at=NOW)
    go(ada, mailoutbox)
    assert not Invitation.objects.exists()
    assert client.get(reverse("invited", args=[link.pk])).status_code == 404
