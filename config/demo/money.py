"""What the demo's members pay, give, get back and spend, and what a bank and a card do to it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from django.conf import settings

from config.demo.people import address_of
from funding.dues import actions as dues
from funding.dues.coverage import months_later
from funding.dues.models import Gift, Payment, Plan
from funding.ledger import actions as books
from funding.ledger.calendar_months import month_after, month_of
from funding.ledger.vouchers import Kind
from kernel.money import Money

if TYPE_CHECKING:
    from config.demo.story import Happening, Story

# Who pays each month, for how many days now, and whether the latest renewal went through.
MONTHLY = (("Ruth", 75, True), ("Tom", 36, False))
# Who has what to do with money, and is no part of the crowd.
WAIVED, GIVEN, SHARING = "Vera", "Wim", ("Ole", "Ulla", "Uwe")
# A bill as it is attached: a PDF with an empty page.
BILL = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\n"
    b"trailer<</Root 1 0 R>>\n%%EOF\n"
)
# Vouchers: how many days ago, of which kind, what for, between which accounts, how much.
_OPENING = (178.0, Kind.OPENING, "What the founders put in", "bank", "opening", 150_000)
_SPENT = (
    (150.0, Kind.EXPENSE, "Registration of the cooperative", "legal", "bank", 21_500),
    (95.0, Kind.EXPENSE, "Servers, April to September", "hosting", "bank", 18_000),
)
_WAITS = (2.0, Kind.EXPENSE, "Servers, October to March", "hosting", "bank", 18_000)


def happenings(story: Story) -> Iterator[Happening]:
    """Everything about money but joining, each with its moment."""
    ago = story.ago
    for name, days, accepted in MONTHLY:
        yield from _monthly(story, name, days, accepted=accepted)
    for days, name, minor in ((150, "Olga", 12_000), (88, "Mia", 3_000)):
        yield ago(days), partial(_give_to_pot, story, name, minor, ago(days))
    yield ago(70), partial(_waive, story, ago(70))
    yield ago(60), partial(_give, story, "Olga", GIVEN, ago(60))
    yield ago(58), partial(_accept, story, ago(58))
    yield ago(4), partial(_give, story, "Mia", "Noor", ago(4))
    for place, name in enumerate(SHARING):
        days = 12 - place
        yield ago(days), partial(story.join, name, address_of(name), days, card="one for three")
    yield ago(52), partial(_dispute, story, "Gina", ago(52))
    yield ago(30), partial(_win, story, ago(30))
    yield ago(9), partial(_dispute, story, "Ivo", ago(9))
    for days in (172, 25):
        yield ago(days), partial(_pay_out, story, ago(days))
        yield ago(days - 2), partial(_payout_arrives, story, ago(days - 2))
    yield ago(16), partial(_refund, story, "Otto", ago(16))
    for voucher in (_OPENING, *_SPENT, _WAITS):
        at = ago(voucher[0])
        yield at, partial(_voucher, story, voucher, at, approved=voucher is not _WAITS)
    yield from _months(story)


def _monthly(story: Story, name: str, days: int, *, accepted: bool) -> Iterator[Happening]:
    joined = story.ago(days)
    yield joined, partial(story.join, name, address_of(name), days, yearly=False)
    months = 1
    while (due := _months_on(joined, months)) < story.now:
        last = _months_on(joined, months + 1) >= story.now
        yield due, partial(story.renew, name, accepted=accepted or not last, at=due)
        months += 1


def _months_on(joined: datetime, months: int) -> datetime:
    return datetime.combine(months_later(joined.date(), months), joined.timetz())


def _give_to_pot(story: Story, name: str, minor: int, at: datetime) -> None:
    person = story.member(name)
    one_off = dues.begin_pot(
        person=person, amount=Money(minor, settings.CURRENCY), attested=True, by=person, at=at
    )
    story.till.pay_once(one_off, at=at)


def _waive(story: Story, at: datetime) -> None:
    person = story.open_account(WAIVED, address_of(WAIVED), at)
    dues.grant_waiver(person=person, display_name=WAIVED, attested=True, by=person, at=at)


def _give(story: Story, giver: str, receiver: str, at: datetime) -> None:
    """A month or a year for somebody who reads about it in a mail, and may not be here yet."""
    person = story.member(giver)
    plan = Plan.objects.on_offer().get(level="standard", interval="year")
    one_off = dues.begin_gift(
        person=person,
        email=address_of(receiver),
        plan=plan,
        message="I think you would like it here.",
        otherwise=Gift.POT,
        attested=True,
        by=person,
        at=at,
    )
    story.till.pay_once(one_off, at=at)
    story.run("dues.gift-letters", at)


def _accept(story: Story, at: datetime) -> None:
    gift = Gift.objects.get(email=address_of(GIVEN))
    dues.accept_gift(
        gift=gift, display_name=GIVEN, attested=True, stop_renewal=False, locale="en", at=at
    )


def _first_payment(story: Story, name: str) -> Payment:
    payment: Payment = Payment.objects.filter(person=story.member(name)).earliest("paid_at")
    return payment


def _dispute(story: Story, name: str, at: datetime) -> None:
    charge = story.till.charge_of(_first_payment(story, name))
    told = story.till.happen("dispute", charge=charge, reason="unrecognized", at=at)
    story.disputes[name] = told["id"]


def _win(story: Story, at: datetime) -> None:
    story.till.happen("close_dispute", dispute=story.disputes["Gina"], won=True, at=at)


def _pay_out(story: Story, at: datetime) -> None:
    story.payout = story.till.happen("pay_out", at=at)["payout"]["id"]


def _payout_arrives(story: Story, at: datetime) -> None:
    story.till.happen("payout_arrives", payout=story.payout, at=at)


def _refund(story: Story, name: str, at: datetime) -> None:
    """A steward gives a part back, and the worker asks Stripe for it."""
    payment = _first_payment(story, name)
    with story.till.clock(at):
        dues.propose_refund(
            payment=payment,
            amount=Money(1_000, payment.currency),
            reason="You meant to choose the concession.",
            by=story.member("Sam"),
            at=at,
        )
        story.run("dues.refunds", at)


def _voucher(story: Story, voucher: Any, at: datetime, *, approved: bool) -> None:
    _days, kind, description, debit, credit, minor = voucher
    facts = books.Facts(
        kind=kind,
        description=description,
        on=at.date(),
        debit=debit,
        credit=credit,
        amount=Money(minor, settings.CURRENCY),
        document=BILL,
    )
    put = books.prepare_voucher(facts=facts, by=story.member("Tova"), at=at)
    if approved:
        books.approve_voucher(
            voucher=put,
            fingerprint=put.fingerprint,
            by=story.member("Sam"),
            at=at + timedelta(hours=5),
        )


def _months(story: Story) -> Iterator[Happening]:
    """What the worker does when a month is over; the first month is closed a few days later."""
    began = month_of(story.ago(310).date())
    first = month_after(began)
    while first <= story.now.date():
        at = datetime.combine(first, time(3), story.now.tzinfo)
        if at < story.now:
            yield at, partial(_month_is_over, story, at)
        first = month_after(first)
    closed = datetime.combine(month_after(began), time(9), story.now.tzinfo) + timedelta(days=4)
    yield closed, partial(_close_month, story, began, closed)


def _month_is_over(story: Story, at: datetime) -> None:
    story.run("dues.earn", at)
    story.run("dues.waivers-booked", at)


def _close_month(story: Story, first: date, at: datetime) -> None:
    story.run("ledger.digest", at)
    story.run("dues.reconcile", at)
    books.lock_month(first=first, by=story.member("Sam"), at=at)


def settle(story: Story) -> None:
    """What the worker has done by now: every finished day is in the record."""
    while story.run("ledger.digest", story.now):
        pass
    story.till.deliver(story.now)
