"""One's own dues: another plan, stopping and resuming, links in mail, receipts, API, leaving."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from unicodedata import normalize
from urllib.parse import urlsplit

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from funding.dues import actions, kindness_sweeps, leaving_part, papers, sweeps
from funding.dues.links import NotOurs, Purpose, read, token
from funding.dues.models import Cancellation, Payment, Plan, PlanChange, Subscription
from funding.dues.waiting import dues_waiting
from funding.stripe_sandbox import billing
from governance.proposals import kinds
from kernel.money import Money
from kernel.refusal import Refused
from members.models import OutgoingMail, Person
from tests.conftest import NOW
from tests.funding.dues.conftest import Till

DAY = timedelta(days=1)
RENEWAL = datetime(2026, 12, 20, 12, tzinfo=UTC)


@pytest.fixture
def mine(newcomer: Person) -> Client:
    client = Client()
    client.force_login(newcomer)
    return client


def plan(level: str, interval: str) -> Plan:
    return Plan.objects.on_offer().get(level=level, interval=interval)


def subscription() -> Subscription:
    return Subscription.objects.select_related("person", "plan").get()


def refusal(act: Callable[[], object]) -> str:
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.code


def link_in(person: Person, path: str) -> str:
    """The path of the last link of this kind that ``person`` was sent."""
    for sent in OutgoingMail.objects.filter(person=person).order_by("-pk"):
        if found := re.search(rf"http\S+({path}\S+)", sent.body):
            return found[1]
    raise AssertionError(f"no mail with {path}")


def failed(till: Till, person: Person) -> str:
    """A monthly renewal that the bank refuses; the subscription's id at Stripe."""
    stripe_id = till.join(person, "standard", "month")
    till.renew(stripe_id, RENEWAL, accepted=False)
    till.settle(RENEWAL)
    return stripe_id


# Stopping, resuming, changing


def test_resuming_takes_the_cancellation_back_at_stripe(till: Till, newcomer: Person) -> None:
    stripe_id = till.join(newcomer)
    actions.request_cancellation(subscription=subscription(), by=newcomer, at=NOW)
    sweeps.cancel(NOW)
    till.settle()
    remote = till.sandbox.account.store
    assert remote.get("subscription", stripe_id)["cancel_at_period_end"] is True
    actions.resume(subscription=subscription(), by=newcomer, at=NOW)
    assert not subscription().is_ending
    sweeps.cancel(NOW)
    till.settle()
    assert remote.get("subscription", stripe_id)["cancel_at_period_end"] is False
    assert not subscription().is_ending
    assert refusal(lambda: actions.resume(subscription=subscription(), by=newcomer, at=NOW)) == (
        "renews-anyway"
    )
    # And it can be cancelled anew.
    actions.request_cancellation(subscription=subscription(), by=newcomer, at=NOW)
    sweeps.cancel(NOW)
    assert remote.get("subscription", stripe_id)["cancel_at_period_end"] is True
    assert Cancellation.objects.count() == 2


def test_cancelled_means_no_further_charge_even_where_one_is_being_tried(
    till: Till, newcomer: Person
) -> None:
    stripe_id = failed(till, newcomer)
    actions.request_cancellation(subscription=subscription(), by=newcomer, at=RENEWAL)
    sweeps.cancel(RENEWAL)
    till.settle(RENEWAL)
    store = till.sandbox.account.store
    assert store.get("subscription", stripe_id)["status"] == "canceled"
    assert Payment.objects.count() == 1
    assert refusal(
        lambda: actions.resume(subscription=subscription(), by=newcomer, at=RENEWAL)
    ) == ("subscription-ended")


def test_another_plan_is_made_at_stripe_and_kept_here(till: Till, newcomer: Person) -> None:
    till.join(newcomer, "standard", "month")
    wanted = plan("solidarity", "month")
    first = actions.request_change(subscription=subscription(), plan=wanted, by=newcomer, at=NOW)
    again = actions.request_change(subscription=subscription(), plan=wanted, by=newcomer, at=NOW)
    assert first == again
    other = plan("concession", "month")
    assert refusal(
        lambda: actions.request_change(subscription=subscription(), plan=other, by=newcomer, at=NOW)
    ) == ("change-begun")
    assert kindness_sweeps.change(NOW + 10 * DAY) == 1
    till.settle(NOW + 10 * DAY)
    assert subscription().plan == wanted
    change = PlanChange.objects.get()
    assert (change.done_at, change.refused) == (NOW + 10 * DAY, False)


def test_who_may_not_change(
    till: Till, newcomer: Person, make_person: Callable[..., Person]
) -> None:
    till.join(newcomer, "standard", "month")
    other = make_person("Other")

    def change(by: Person, to: Plan) -> str:
        return refusal(
            lambda: actions.request_change(subscription=subscription(), plan=to, by=by, at=NOW)
        )

    assert change(other, plan("solidarity", "month")) == "dues-of-another"
    assert change(newcomer, plan("standard", "month")) == "same-plan"
    actions.request_cancellation(subscription=subscription(), by=newcomer, at=NOW)
    assert change(newcomer, plan("solidarity", "month")) == "subscription-ended"


# Links in mail


def test_a_link_is_for_one_thing_and_for_a_time(newcomer: Person) -> None:
    made = token(Purpose.MEND, newcomer.pk, NOW)
    assert read(Purpose.MEND, made, NOW) == newcomer.pk
    assert read(Purpose.MEND, made, NOW + 46 * DAY) is None
    for purpose, given in ((Purpose.CANCEL, made), (Purpose.MEND, made + "x"), (Purpose.MEND, "")):
        with pytest.raises(NotOurs):
            read(purpose, given, NOW)


def test_any_mail_about_dues_stops_the_renewal_without_signing_in(
    till: Till, newcomer: Person
) -> None:
    till.join(newcomer)
    path, client = link_in(newcomer, "/dues/stop/"), Client()
    with time_machine.travel(NOW, tick=False):
        assert client.get(path).status_code == 200
        assert client.head(path).status_code == 200
        assert not Cancellation.objects.exists()
        assert "Nothing more is charged" in client.post(path).content.decode()
        assert Cancellation.objects.get().subscription == subscription()
        assert "stopped already" in client.get(path).content.decode()
    with time_machine.travel(NOW + 500 * DAY, tick=False):
        assert client.post(path).status_code == 410
    assert client.get("/dues/stop/nonsense/").status_code == 404


def test_three_mails_about_a_failed_charge_until_it_is_mended(till: Till, newcomer: Person) -> None:
    stripe_id = failed(till, newcomer)

    def subjects() -> list[str]:
        mails = OutgoingMail.objects.filter(key__startswith="failed-charge:").order_by("pk")
        return [sent.subject for sent in mails]

    assert subjects() == ["Your dues could not be charged"]
    assert next(iter(dues_waiting(newcomer, RENEWAL))).sentence.startswith("Your card was refused")
    for days, count in ((9, 1), (10, 2), (11, 2), (24, 2), (25, 3), (28, 3)):
        kindness_sweeps.remind(RENEWAL + days * DAY)
        assert len(subjects()) == count, days
    assert subjects()[-1] == "Your membership ends soon"
    till.renew(stripe_id, RENEWAL + 3 * DAY, accepted=True)
    till.settle(RENEWAL + 3 * DAY)
    OutgoingMail.objects.filter(key__startswith="failed-charge:").delete()
    assert kindness_sweeps.remind(RENEWAL + 10 * DAY) == 0
    assert list(dues_waiting(newcomer, RENEWAL + 10 * DAY)) == []


def test_a_bank_that_wants_a_renewal_confirmed_is_told_of_with_the_link(
    till: Till, newcomer: Person
) -> None:
    """3-D Secure at renewal, with nobody there: one mail, and one page to confirm it on."""
    stripe_id = till.join(newcomer, "standard", "month")
    billing.renew(till.sandbox.account, stripe_id, at=int(RENEWAL.timestamp()), authenticate=True)
    till.settle(RENEWAL)
    told = OutgoingMail.objects.get(key__startswith="failed-charge:")
    assert told.subject == "Please confirm your dues with your bank"
    standing = newcomer.standing_on(RENEWAL.date() + 20 * DAY)
    assert standing
    with time_machine.travel(RENEWAL, tick=False):
        answer = Client().post(link_in(newcomer, "/dues/mend/"))
        page = urlsplit(answer["Location"]).path
    assert (answer.status_code, page) == (303, page)
    invoice = page.rsplit("/", 1)[1]
    billing.pay_invoice(till.sandbox.account, invoice, at=int(RENEWAL.timestamp()))
    till.settle(RENEWAL)
    assert Payment.objects.count() == 2
    assert not subscription().is_failing


def test_the_card_is_changed_on_stripes_own_page(
    till: Till, mine: Client, newcomer: Person
) -> None:
    page = reverse("my-dues-card")
    assert mine.post(page).status_code == 404
    stripe_id = till.join(newcomer)
    assert mine.get(page).status_code == 405
    answer = mine.post(page)
    assert (answer.status_code, answer["Location"].startswith(till.sandbox.url)) == (303, True)
    customer = till.sandbox.account.store.get("subscription", stripe_id)["customer"]
    (portal,) = (
        made
        for made in till.sandbox.account.store.every("billing_portal.session")
        if made["customer"] == customer
    )
    assert portal["return_url"].endswith(reverse("my-dues"))


def test_the_link_that_mends_leads_to_the_open_invoice_on_post_alone(
    till: Till, newcomer: Person
) -> None:
    stripe_id = failed(till, newcomer)
    path, client = link_in(newcomer, "/dues/mend/"), Client()
    with time_machine.travel(RENEWAL, tick=False):
        assert "did not go through" in client.get(path).content.decode()
        answer = client.post(path)
        assert answer.status_code == 303
        assert answer["Location"].startswith(till.sandbox.url)
        till.renew(stripe_id, RENEWAL, accepted=True)
        till.settle(RENEWAL)
        assert "Nothing is open" in client.post(path).content.decode()


def test_the_yearly_statement_is_asked_for_twice_and_confirmed_with_one_tap(
    till: Till, newcomer: Person
) -> None:
    stripe_id = till.join(newcomer)
    due = NOW + 366 * DAY
    till.renew(stripe_id, due)
    till.settle(due)
    assert kindness_sweeps.attest(NOW + 364 * DAY) == 0
    assert [kindness_sweeps.attest(due + days * DAY) for days in (0, 1, 21, 22)] == [1, 0, 1, 0]
    path, client = link_in(newcomer, "/dues/confirm/"), Client()
    with time_machine.travel(due + 22 * DAY, tick=False):
        assert "with my own money" in client.get(path).content.decode()
        assert newcomer.attestations.count() == 1
        assert "Confirmed" in client.post(path).content.decode()
        client.post(path)
    assert newcomer.attestations.count() == 2


# Receipts


def test_a_receipt_is_a_pdf_the_same_each_time_with_any_name(
    till: Till, mine: Client, newcomer: Person
) -> None:
    till.join(newcomer)
    for name in ("Nia Ångström", "Ελένη", "王小明", "أمينة", "김민지"):
        Person.objects.filter(pk=newcomer.pk).update(display_name=name)
        payment = Payment.objects.of(newcomer).get()
        paper = papers.receipt(payment)
        assert paper == papers.receipt(payment)
        assert paper.startswith(b"%PDF-")
    answer = mine.get(reverse("dues-receipt", args=[payment.uuid]))
    assert (answer["Content-Type"], answer.content) == ("application/pdf", paper)
    year = mine.get(reverse("dues-year", args=[2026]))
    assert year.content.startswith(b"%PDF-")
    assert mine.get(reverse("dues-year", args=[2025])).status_code == 404


def written(paper: bytes) -> str:
    """What a person reads on it, line by line."""
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(paper)).pages)


def test_a_receipt_says_what_was_paid_for_which_days_and_where_it_is_in_the_books(
    till: Till, newcomer: Person, make_person: Callable[..., Person]
) -> None:
    till.join(newcomer)
    payment = Payment.objects.of(newcomer).get()
    read = written(papers.receipt(payment))
    for said in (
        "Received with thanks from Nia.",
        "€50.00",
        "20 November 2026 to 20 November 2027",
        str(payment.uuid),
        payment.entry.seal.hash,
    ):
        assert said in read, said
    actions.propose_refund(
        payment=payment,
        amount=Money(1_050, "EUR"),
        reason="A mistake",
        by=make_person("Sam", role="steward"),
        at=NOW,
    )
    till.settle()
    payment = Payment.objects.of(newcomer).prefetch_related("refunds").get()
    assert "€10.50" in written(papers.receipt(payment))
    year = written(papers.summary(newcomer, 2026, [payment]))
    assert ("€50.00" in year, "-€10.50" in year, "€39.50" in year) == (True, True, True)


@pytest.mark.parametrize("name", ["דוד כהן", "أمينة العلي", "王小明", "Ελένη Νίκου"])
def test_a_name_is_written_the_way_it_is_read(till: Till, newcomer: Person, name: str) -> None:
    """Letters drawn from left to right would be read back in the wrong order."""
    till.join(newcomer)
    Person.objects.filter(pk=newcomer.pk).update(display_name=name)
    paper = papers.receipt(Payment.objects.of(newcomer).get())
    # Joined letters are characters of their own: NFKC has the plain ones for them.
    assert name in normalize("NFKC", written(paper))


def test_a_receipt_is_for_who_paid_alone(
    till: Till, newcomer: Person, make_person: Callable[..., Person]
) -> None:
    till.join(newcomer)
    other = Client()
    other.force_login(make_person("Other"))
    path = reverse("dues-receipt", args=[Payment.objects.get().uuid])
    assert other.get(path).status_code == 404
    assert urlsplit(Client().get(path)["Location"]).path == reverse("account_login")


# The API


def test_the_api_does_what_the_pages_do_and_refuses_the_same(
    till: Till, mine: Client, newcomer: Person
) -> None:
    def post(name: str, data: object = None) -> tuple[int, str]:
        answer = mine.post(reverse(f"api-dues-{name}"), data, content_type="application/json")
        return answer.status_code, answer.json().get("code", "")

    with time_machine.travel(NOW, tick=False):
        waiver = {"display_name": "Nia", "attested": True}
        assert post("waiver", waiver) == (409, "no-waiver-left")
        assert post("cancel")[0] == 404
        till.join(newcomer, "standard", "month")
        seen = mine.get(reverse("api-dues")).json()
        assert seen["payments"][0]["gross"] == {"minor": 500, "currency": "EUR"}
        assert seen["subscription"]["plan"]["level"] == "standard"
        assert post("change", {"plan": "nonsense"})[0] in (400, 422)
        assert post("change", {"plan": str(plan("standard", "month").pk)}) == (409, "same-plan")
        assert post("resume") == (409, "renews-anyway")
        assert post("cancel")[0] == 200
        assert mine.get(reverse("api-dues")).json()["subscription"]["is_ending"] is True
        assert post("resume")[0] == 200
        assert post("pot", {"attested": True, "amount": {"minor": 500, "currency": "USD"}})[0] in (
            400,
            422,
        )
        paid = {"attested": True, "amount": {"minor": 500, "currency": "EUR"}}
        assert post("pot", paid)[0] == 201
        own = {
            "attested": True,
            "email": newcomer.email,
            "plan": str(plan("standard", "year").pk),
            "otherwise": "return",
        }
        assert post("gifts", own) == (409, "gift-to-oneself")


# Leaving


def test_leaving_ends_what_charges_first_and_exports_everything(
    till: Till, newcomer: Person
) -> None:
    stripe_id = till.join(newcomer)
    known = leaving_part.export(newcomer)
    assert [payment["minor"] for payment in known["payments"]] == [5000]
    assert leaving_part.duties(newcomer, NOW) == []
    leaving_part.prepare(person=newcomer, by=newcomer, at=NOW)
    assert not leaving_part.ready(newcomer)
    sweeps.cancel(NOW)
    till.settle()
    assert till.sandbox.account.store.get("subscription", stripe_id)["status"] == "canceled"
    assert leaving_part.ready(newcomer)
    leaving_part.erase(person=newcomer, by=newcomer, at=NOW)
    assert Payment.objects.count() == 1


def test_what_a_change_costs_is_shown_before_it_is_made(
    till: Till, mine: Client, newcomer: Person
) -> None:
    till.join(newcomer, "standard", "month")
    page, wanted = reverse("my-dues-change"), str(plan("solidarity", "month").pk)
    with time_machine.travel(NOW, tick=False):
        shown = mine.post(page, {"plan": wanted})
        assert "charged now" in shown.content.decode()
        assert not PlanChange.objects.exists()
        assert mine.post(page, {"plan": wanted, "confirmed": "yes"}).status_code == 302
    assert PlanChange.objects.get().plan == plan("solidarity", "month")


def test_members_change_the_dues_by_a_proposal(till: Till, newcomer: Person) -> None:
    kind = kinds.get("dues_amounts")
    amounts = {
        f"{offered.interval}_{offered.level}": str(offered.amount.major)
        for offered in Plan.objects.on_offer()
    }
    amounts["waivers"] = "50"
    assert not kind.editor({**amounts, "month_concession": "99.00"}).is_valid()
    editor = kind.editor({**amounts, "month_standard": "6.00"})
    assert editor.is_valid()
    words = kind.write(content=editor.content(), proposal=None, by=newcomer, at=NOW)
    sent = kind.serializer(
        data={
            "month": words.content["month"],
            "year": words.content["year"],
            "waivers_each_year": 50,
        }
    )
    assert sent.is_valid()
    assert sent.content() == editor.content()  # type: ignore[attr-defined]
    actions.adopt_amounts(
        scale=editor.content(), basis="https://x/proposals/1/", by=newcomer, at=NOW
    )
    assert kindness_sweeps.prices(NOW) == 1
    assert plan("standard", "month").minor == 600
    assert plan("standard", "month").stripe_price_id
