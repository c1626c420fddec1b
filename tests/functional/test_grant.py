"""Six people and one grant: from the call to the final report, in their browsers.

As in the other walks the site is real, over HTTP, with its worker, and only the clock is moved.
That members adopted the round and that their dues have settled is shown elsewhere, and stands here
at the beginning. From then on nobody touches the database: what each does, they do on a page.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jsonschema
import pytest
import time_machine
import xmlschema
from django.conf import settings as site
from django.core.mail import EmailMessage
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer
from sepaxml import validation

from funding.grants import actions
from funding.grants.actions import Call
from funding.grants.models import Award, GrantPayment, Round
from funding.grants.rubric import Criterion
from kernel.money import Money
from members.models import Person, RoleGrant
from tests.browser import DESK, PHONE
from tests.conftest import TEST
from tests.functional.conftest import PATIENCE, a_member, sit_down
from tests.funding.grants.awards_acting import PAYING_ACCOUNT, proven
from tests.funding.grants.awards_scene import IBAN, fill_bank
from tests.funding.grants.giving_schema import PACKAGE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TITLE = "Receipts one keeps"


@dataclass(frozen=True, slots=True)
class People:
    """Each at their screen: who applies, two stewards, who reviews, the treasurer, a member."""

    pia: Page
    sam: Page
    sue: Page
    rex: Page
    tea: Page
    mo: Page


@pytest.fixture
def people(cooperative: LiveServer, new_browser: Callable[..., BrowserContext]) -> People:
    pia = Person.objects.create_user("pia@example.org", display_name="Pia")
    persons = [pia, *(a_member(name) for name in ("Sam", "Sue", "Rex", "Tea", "Mo"))]
    for person, role in zip(persons[1:], ("steward", "steward", "", "treasurer", ""), strict=True):
        if role:
            day = datetime.now(UTC).date()
            RoleGrant.objects.create(person=person, role=role, starts_on=day, basis="test")
    return People(
        *(
            sit_down(new_browser, cooperative.url, person, PHONE if place % 2 else DESK)
            for place, person in enumerate(persons)
        )
    )


def a_round() -> Round:
    now = datetime.now(UTC)
    call = Call(
        title="A weekend's worth",
        purpose="Small tools for customers.",
        small=True,
        budget=Money(50_000, "EUR"),
        smallest=Money(5_000, "EUR"),
        largest=Money(20_000, "EUR"),
        criteria=(Criterion("use", "What it does", "1: little, 5: much", 100),),
        hold_back=0,
        opens_at=now,
        closes_at=now + timedelta(days=10),
        hear_by=now + timedelta(days=20),
        vote_days=7,
        vote_quorum="1/10",
        sponsors_needed=3,
    )
    basis = f"{site.PUBLIC_ORIGIN}/proposals/1/"
    return actions.open_round(call=call, basis=basis, by=TEST, at=now)


def test_one_grant_from_the_call_to_the_final_report(
    cooperative: LiveServer,
    clock: time_machine.Traveller,
    people: People,
    settings: Settings,
    mailoutbox: list[EmailMessage],
    tmp_path: Path,
) -> None:
    settings.PAYING_ACCOUNT = PAYING_ACCOUNT
    home = cooperative.url
    fill_bank(50_000)
    round = home + a_round().get_absolute_url()

    application = apply(people.pia, round)
    name_reviewer(people.sam, round)
    clock.shift(timedelta(days=10, minutes=1))
    shows(people.pia, application, "we check whether the round is open")
    for page in (people.sam, people.sue, people.rex):
        declare(page, home)
    decide(people.sam, application, "The round is open to it", "It fits the call.")
    review(people.rex, application)
    decide(people.sam, application, "Put it on the shortlist", "Many would use it.")
    people.sam.goto(f"{round}vote/")
    people.sam.get_by_role("button", name="Open the vote").click()
    vote(people.mo, round)
    vote(people.rex, round)
    clock.shift(timedelta(days=7, minutes=1))
    for page in (people.sam, people.sue):
        confirm(page, application)

    award = agree(people, home)
    name_account(people.pia, home, mailoutbox)
    clock.shift(timedelta(days=3, minutes=5))
    payment = prepare(people.tea, home)
    look(people.sam, payment)
    for page in (people.sam, people.sue):
        page.goto(payment)
        page.get_by_role("button", name="Approve exactly this").click()
    expect(people.sue.get_by_text("Approved", exact=True)).to_be_visible()
    taken_to_the_bank(people.tea, home, tmp_path)
    the_bank_shows_it(people.tea, home)
    clock.shift(timedelta(minutes=11))
    shows(people.tea, payment, "Paid")

    report(people, award)
    shows(people.pia, award, "Finished")
    assert Award.objects.get().stage == "closed"
    proven()
    everybody_can_follow_it(people.mo, home)


def shows(page: Page, address: str, words: str) -> None:
    """Look again until the page says ``words``: the worker does it by itself."""
    for _look in range(PATIENCE // 500):
        page.goto(address)
        if words in page.locator("main").inner_text():
            return
        page.wait_for_timeout(500)
    expect(page.locator("main")).to_contain_text(words)


def apply(page: Page, round: str) -> str:
    """Begin, write, check and send an application; answers its address."""
    shows(page, round, "Begin an application")
    page.get_by_role("button", name="Begin an application").click()
    page.get_by_label("What is your project called?").fill(TITLE)
    page.get_by_label("What does it do").fill("A drawer for receipts.")
    page.get_by_label("Whom does it help").fill("Whoever shops.")
    page.get_by_label("How will you do it?").fill("In the evenings.")
    page.get_by_label("How much do you ask for?").fill("120")
    page.get_by_label("How will anybody see").fill("Ten people keep their receipts in it.")
    due = datetime.now(UTC) + timedelta(days=90)
    page.get_by_label("By which day?").fill(f"{due:%Y-%m-%d}")
    page.get_by_role("button", name="Keep it, and check it").click()
    page.get_by_role("button", name="Send it").click()
    page.get_by_role("heading", name=TITLE, level=1).wait_for()
    return page.url


def name_reviewer(page: Page, round: str) -> None:
    page.goto(f"{round}reviewers/")
    page.get_by_label("E-mail address of their account").fill("rex@example.org")
    page.get_by_role("button", name="Name them").click()
    expect(page.get_by_text("Rex", exact=True)).to_be_visible()


def declare(page: Page, home: str) -> None:
    page.goto(home + reverse("grant-interests"))
    page.get_by_label("No. I know none of them well").check()
    page.get_by_role("button", name="Say so").click()
    expect(page.get_by_text("You have said so of each.")).to_be_visible()


def decide(page: Page, application: str, what: str, why: str) -> None:
    page.goto(f"{application}panel/")
    page.get_by_label(what).check()
    page.get_by_label("Why, or what is asked").fill(why)
    page.get_by_role("button", name="Do this").click()
    expect(page.get_by_text(why)).to_be_visible()


def review(page: Page, application: str) -> None:
    page.goto(f"{application}review/")
    page.get_by_label("5", exact=True).check()
    page.get_by_label("What you think of it").fill("I would use it.")
    page.get_by_role("button", name="Put my review in").click()
    expect(page.get_by_text("I would use it.")).to_be_visible()


def vote(page: Page, round: str) -> None:
    shows(page, round, "the vote")
    page.get_by_role("link", name="the vote", exact=True).click()
    for _look in range(PATIENCE // 500):
        if page.get_by_label(TITLE).count():
            break
        page.wait_for_timeout(500)
        page.reload()
    page.get_by_label(TITLE).check()
    page.get_by_role("button", name="Review my ballot").click()
    page.get_by_role("button", name="Cast my ballot").click()
    page.get_by_role("heading", name="Your ballot is cast").wait_for(timeout=PATIENCE)


def confirm(page: Page, application: str) -> None:
    shows(page, f"{application}panel/", "What the members' vote decided")
    page.get_by_role("button", name="I confirm it").click()
    expect(page.get_by_role("button", name="I confirm it")).to_have_count(0)


def agree(people: People, home: str) -> str:
    """A steward writes the agreement, the project and the other steward accept it."""
    shows(people.sam, home + reverse("grant-awards"), TITLE)
    people.sam.get_by_role("link", name=TITLE).first.click()
    award = people.sam.url
    people.sam.goto(f"{award}agreement/")
    people.sam.get_by_role("button", name="Ask the project to accept it").click()
    for page in (people.pia, people.sue):
        page.goto(f"{award}agreement/")
        page.get_by_role("button", name="I accept exactly this text").click()
    people.sue.goto(f"{award}agreement/")
    expect(people.sue.get_by_text("Both have accepted it.")).to_be_visible()
    return award


def name_account(page: Page, home: str, mails: list[EmailMessage]) -> None:
    page.goto(home + reverse("grant-account"))
    page.get_by_label("Name on the account").fill("Pia Amsel")
    page.get_by_label("IBAN", exact=True).fill(IBAN)
    page.get_by_label("Town").fill("Bonn")
    page.get_by_label("Country, as two letters").fill("DE")
    page.get_by_role("button", name="Name this account").click()
    for _look in range(PATIENCE // 500):
        links = [re.search(r"http\S+/account/confirm/\S+", str(mail.body)) for mail in mails]
        if found := [link for link in links if link]:
            break
        page.wait_for_timeout(500)
    page.goto(found[-1][0])
    page.get_by_role("button").last.click()
    page.goto(home + reverse("grant-account"))
    expect(page.get_by_text("You confirmed it.")).to_be_visible()


def prepare(page: Page, home: str) -> str:
    page.goto(home + reverse("grant-payments"))
    page.get_by_role("link", name=TITLE).first.click()
    page.get_by_role("button", name="Ask two others to approve it").click()
    expect(page.get_by_text("Waits for approval")).to_be_visible()
    return page.url


def look(page: Page, payment: str) -> None:
    """Look for the payee in the sanctions lists, and note it."""
    page.goto(payment)
    page.get_by_text("Note a look in the sanctions lists").click()
    page.get_by_label("Which lists did you look in?").select_option("eu-un")
    page.get_by_label("No", exact=False).last.check()
    page.get_by_role("button", name="Note it").click()
    expect(page.get_by_text("nobody was found")).to_be_visible()


def taken_to_the_bank(page: Page, home: str, folder: Path) -> None:
    """The treasurer makes the file, which the bank's own schema takes."""
    page.goto(home + reverse("grant-payments"))
    page.get_by_label(TITLE).check()
    page.get_by_label("Carry them out on").fill(f"{datetime.now(UTC):%Y-%m-%d}")
    page.get_by_role("button", name="Make a file for the bank").click()
    with page.expect_download() as taken:
        page.get_by_role("button", name="Take the file").click()
    taken.value.save_as(folder / "pain.xml")
    content = (folder / "pain.xml").read_bytes()
    assert b"pain.001.001.09" in content
    schemas = Path(validation.__file__).parent / "schemas"
    xmlschema.XMLSchema(str(schemas / "pain.001.001.09.xsd")).validate(content.decode())


def the_bank_shows_it(page: Page, home: str) -> None:
    """The bank's next statement, as a CSV file."""
    payment = GrantPayment.objects.get()
    day = f"{datetime.now(UTC):%Y-%m-%d}"
    line = f"{day},-120.00,EUR,BANK-1,{payment.pk.hex}"
    page.goto(home + reverse("statements"))
    page.locator("input[type=file]").set_input_files(
        {
            "name": "bank.csv",
            "mimeType": "text/csv",
            "buffer": f"date,amount,currency,reference,text\n{line}\n".encode(),
        }
    )
    page.locator("main form button[type=submit]").first.click()


def report(people: People, award: str) -> None:
    """The project reports, and a steward says that it is what was agreed."""
    people.pia.goto(award)
    people.pia.get_by_role("link", name="Final report").first.click()
    milestone = people.pia.url
    people.pia.get_by_label("A link to it").fill("https://example.org/report")
    people.pia.get_by_label("What it shows").fill("What was made, what it cost, what we learned.")
    people.pia.get_by_role("button", name="Show it").click()
    people.sue.goto(milestone)
    people.sue.get_by_label("Yes, it is reached").check()
    people.sue.get_by_label("Reasons").fill("Read, and it is all there.")
    people.sue.get_by_role("button", name="Tell the project").click()


def everybody_can_follow_it(page: Page, home: str) -> None:
    """The open data hold the grant, and fit their schema."""
    answer = page.request.get(home + reverse("grant-open-data"))
    published = json.loads(answer.body())
    jsonschema.validate(published, PACKAGE)
    [grant] = published["grants"]
    assert (grant["title"], grant["amountAwarded"]) == (TITLE, 120)
