"""A world of payers beside a Stripe that fails: what each of them does, and what must hold after.

The world is driven through the webhook and the sweeps, over HTTP to the sandbox; it is judged by
the sandbox's own objects, never by our tables.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from django.db import connection
from django.test import RequestFactory
from django.urls import resolve, reverse

from funding.dues import actions, kindness_sweeps, sweeps
from funding.dues.models import (
    BalanceTransaction,
    Case,
    CheckoutIntent,
    InboxObject,
    Payment,
    Plan,
    Pot,
    Refund,
    Subscription,
)
from funding.ledger import chart, entries
from funding.ledger.models import Entry, Leg, Seal
from funding.stripe_sandbox import (
    billing,
    clock,
    disputing,
    paying_out,
    refunding,
)
from funding.stripe_sandbox.errors import ApiError
from funding.stripe_sandbox.faults import REQUEST_FAULTS
from funding.stripe_sandbox.objects import money
from funding.stripe_sandbox.server import Sandbox
from funding.stripe_sandbox.store import equals
from kernel.money import Money
from kernel.refusal import Refused
from members.models import Person
from tests.conftest import TEST

Json = dict[str, Any]

GOOD, BAD, ASKING = money.GOOD_CARD, money.FAILS_LATER_CARD, money.ASKING_CARD
_RATES = {fault: 0.02 for fault in REQUEST_FAULTS if fault != "slow"}
_DELIVERIES = {"duplicate": 0.1, "corrupt_byte": 0.05, "corrupt_signature": 0.05}
SWEEPS: dict[str, Callable[[datetime], int]] = {
    "inbox": sweeps.inbox,
    "cancel": sweeps.cancel,
    "refunds": sweeps.refunds,
    "change": kindness_sweeps.change,
    "overdue": sweeps.overdue,
    "reconcile": sweeps.reconcile,
}
_PATIENCE = 25


@dataclass
class Life:
    """One payer: who it is, and what they have at Stripe."""

    person: Person
    subscriptions: list[str] = field(default_factory=list)
    # When they said here that one was to charge no more.
    cancelled: dict[str, datetime] = field(default_factory=dict)


class World:
    """Some payers, our site, and a sandbox whose clock and webhooks are in our hands."""

    def __init__(self, sandbox: Sandbox, people: list[Person], *, seed: int, at: datetime) -> None:
        self.sandbox = sandbox
        self.account = sandbox.account
        self.store = sandbox.account.store
        self.random = Random(seed)  # noqa: S311 - repeatable
        self.lives = [Life(person) for person in people]
        self.now = at
        self.told: list[str] = []
        self._stand()

    # What happens

    def step(self, who: int, what: str) -> None:
        """One thing happens to one payer, if it can; then some news arrives and some work is done.

        What is refused, here or at Stripe, has happened to nobody.
        """
        self.now += timedelta(minutes=self.random.randint(1, 300))
        self._stand()
        with suppress(Refused, ApiError, Impossible):
            getattr(self, what)(self.lives[who % len(self.lives)])
        self._deliver_some()
        if self.random.random() < 0.4:
            often = [name for name in SWEEPS if name != "reconcile"]
            self._work(self.random.choice(often))
        if self.random.random() < 0.02:
            self._work("reconcile")

    def _stand(self) -> None:
        self.account.knobs.frozen_at = self.at

    @property
    def at(self) -> int:
        return int(self.now.timestamp())

    def go_wrong(self, *, on: bool) -> None:
        """Have requests fail and deliveries be spoilt from now on, or no longer."""
        rates = {**_RATES, **_DELIVERIES} if on else {}
        self.account.faults.seed(self.random.randrange(2**32), rates)

    def join(self, life: Life, *, level: str = "standard", interval: str = "month") -> None:
        plan = Plan.objects.on_offer().get(level=level, interval=interval)
        checkout = actions.begin_checkout(
            person=life.person,
            display_name=life.person.display_name,
            attested=True,
            plan=plan,
            by=life.person,
            at=self.now,
        )
        self._until_answered(
            lambda: actions.open_checkout(checkout=checkout, by=life.person, at=self.now)
        )
        session = CheckoutIntent.objects.get(pk=checkout.pk).session_id or ""
        paid = billing.pay(self.account, session, at=self.at)
        life.subscriptions.append(paid["subscription"])

    def join_yearly(self, life: Life) -> None:
        self.join(life, interval="year")

    def expire(self, life: Life) -> None:
        """They see the page and never pay."""
        for session in self.store.every("checkout.session", [equals("status", "open")]):
            billing.expire(self.account, session["id"], at=self.at)

    def month(self, _life: Life) -> None:
        self._pass(31)

    def week(self, _life: Life) -> None:
        self._pass(8)

    def _pass(self, days: int) -> None:
        self.now += timedelta(days=days)
        self._stand()
        clock.advance(self.account, to=self.at)

    def card_bad(self, life: Life) -> None:
        billing.change_card(self.account, self._live(life), number=BAD, at=self.at)

    def card_asks(self, life: Life) -> None:
        billing.change_card(self.account, self._live(life), number=ASKING, at=self.at)

    def recover(self, life: Life) -> None:
        """They pay what is open by another card, on the invoice's own page."""
        subscription = self._last(life)
        billing.pay_invoice(self.account, subscription["latest_invoice"], at=self.at, number=GOOD)

    def change_plan(self, life: Life) -> None:
        self._change(life, level=self.random.choice(["concession", "solidarity"]))

    def change_rhythm(self, life: Life) -> None:
        self._change(life, interval=self.random.choice(["month", "year"]))

    def _change(self, life: Life, **wanted: str) -> None:
        mine = self._ours(life)
        choice = {"level": mine.plan.level, "interval": mine.plan.interval, **wanted}
        plan = Plan.objects.on_offer().get(**choice)
        actions.request_change(subscription=mine, plan=plan, by=life.person, at=self.now)

    def cancel(self, life: Life) -> None:
        mine = self._ours(life)
        actions.request_cancellation(subscription=mine, by=life.person, at=self.now)
        life.cancelled.setdefault(mine.stripe_id, self.now)

    def cancel_there(self, life: Life) -> None:
        self._end(life, wanted=True)

    def cancel_at_once_there(self, life: Life) -> None:
        billing.cancel(self.account, self._live(life)["id"], at=self.at)

    def resume(self, life: Life) -> None:
        mine = self._ours(life)
        actions.resume(subscription=mine, by=life.person, at=self.now)
        life.cancelled.pop(mine.stripe_id, None)

    def resume_there(self, life: Life) -> None:
        self._end(life, wanted=False)

    def _end(self, life: Life, *, wanted: bool) -> None:
        subscription = self._live(life)
        changes = billing.ending(subscription, wanted, at=self.at)
        self.account.changed("customer.subscription.updated", subscription, at=self.at, **changes)

    def refund_part(self, life: Life) -> None:
        self._order_refund(life, share=3)

    def refund_whole(self, life: Life) -> None:
        self._order_refund(life, share=1)

    def _order_refund(self, life: Life, *, share: int) -> None:
        payment = Payment.objects.filter(person=life.person).order_by("-paid_at", "-pk").first()
        if payment is None:
            raise Impossible
        actions.order_refund(
            payment=payment,
            amount=Money(payment.gross_minor // share, payment.currency),
            cause=Refund.Cause.STEWARD,
            reason="You asked for it.",
            by=TEST,
            at=self.now,
        )

    def refund_there(self, life: Life) -> None:
        """A refund made at Stripe's dashboard: all that is left, or a part."""
        charge = self._charge(life)
        left = charge["amount_captured"] - charge["amount_refunded"]
        refunding.refund(
            self.account,
            charge["id"],
            amount=self.random.choice([left, max(left // 2, 1)]),
            reason=None,
            metadata=None,
            at=self.at,
        )

    def refund_fails(self, life: Life) -> None:
        refunds = self.store.every("refund", [equals("charge", self._charge(life)["id"])])
        for refund in refunds[:1]:
            refunding.fail(self.account, refund["id"], at=self.at)

    def dispute(self, life: Life) -> None:
        self._dispute(life, share=1)

    def dispute_part(self, life: Life) -> None:
        self._dispute(life, share=2)

    def inquire(self, life: Life) -> None:
        self._dispute(life, share=1, inquiry=True)

    def _dispute(self, life: Life, *, share: int, inquiry: bool = False) -> None:
        charge = self._charge(life)
        disputing.open_dispute(
            self.account,
            charge["id"],
            amount=(charge["amount_captured"] - charge["amount_refunded"]) // share,
            reason="fraudulent",
            inquiry=inquiry,
            at=self.at,
        )

    def win(self, life: Life) -> None:
        self._close(life, won=True)

    def lose(self, life: Life) -> None:
        self._close(life, won=False)

    def win_part(self, life: Life) -> None:
        self._close(life, won=True, share=3)

    def _close(self, life: Life, *, won: bool, share: int = 1) -> None:
        charges = {charge["id"] for charge in self._charges(life)}
        for dispute in self.store.every("dispute"):
            if dispute["charge"] in charges:
                disputing.close_dispute(
                    self.account,
                    dispute["id"],
                    won=won,
                    returned=max(dispute["amount"] // share, 1),
                    at=self.at,
                )
                return
        raise Impossible

    def pot(self, life: Life) -> None:
        one_off = actions.begin_pot(
            person=life.person,
            amount=Money(self.random.choice([500, 2500]), "EUR"),
            attested=True,
            by=life.person,
            at=self.now,
        )
        self._pay_once(life, one_off)

    def gift(self, life: Life) -> None:
        one_off = actions.begin_gift(
            person=life.person,
            email=f"friend{self.random.randrange(10**9)}@example.org",
            plan=Plan.objects.on_offer().get(level="concession", interval="year"),
            message="",
            otherwise=self.random.choice(["return", "pot"]),
            attested=True,
            by=life.person,
            at=self.now,
        )
        self._pay_once(life, one_off)

    def _pay_once(self, life: Life, one_off: Any) -> None:
        self._until_answered(
            lambda: actions.open_one_off(one_off=one_off, by=life.person, at=self.now)
        )
        one_off.refresh_from_db()
        billing.pay(self.account, one_off.session_id or "", at=self.at)

    def pay_out(self, _life: Life) -> None:
        paying_out.pay_out(self.account, at=self.at)

    def payout_fails(self, _life: Life) -> None:
        for payout in self.store.page("payout", limit=1)[0]:
            paying_out.fail(self.account, payout["id"], at=self.at)

    # Who has what

    def _last(self, life: Life) -> Json:
        if not life.subscriptions:
            raise Impossible
        return self.store.get("subscription", life.subscriptions[-1])

    def _live(self, life: Life) -> Json:
        subscription = self._last(life)
        if subscription["status"] not in billing.LIVE:
            raise Impossible
        return subscription

    def _ours(self, life: Life) -> Subscription:
        mine = Subscription.objects.live().select_related("plan", "person")
        found = mine.filter(person=life.person, surplus=False).first()
        if found is None:
            raise Impossible
        return found

    def _charges(self, life: Life) -> list[Json]:
        customers = {self.store.get("subscription", id)["customer"] for id in life.subscriptions}
        return [
            charge
            for charge in self.store.every("charge", [equals("status", "succeeded")])
            if charge["customer"] in customers
            or charge["billing_details"]["email"] == life.person.email
        ]

    def _charge(self, life: Life) -> Json:
        charges = self._charges(life)
        if not charges:
            raise Impossible
        return self.random.choice(charges[:3])

    # How it becomes known

    def _until_answered(self, ask: Callable[[], object]) -> None:
        """Ask again while Stripe is out of reach, as somebody would."""
        for _ in range(_PATIENCE):
            try:
                ask()
            except Refused as refused:
                if refused.code != "payments-unavailable":
                    raise
            else:
                return
        raise AssertionError("Stripe was never in reach")

    def _deliver_some(self) -> None:
        """Some of the events that wait, in any order; and some that came before, again."""
        waiting = self.sandbox.deliverer.waiting()
        self.random.shuffle(waiting)
        for event in waiting[: self.random.randint(0, len(waiting))]:
            # One in four is lost on its way, for good.
            if self.random.random() < 0.25:
                self.store.run("UPDATE delivery SET state = 'failed' WHERE event = ?", (event,))
                continue
            self.sandbox.deliverer.deliver(event, _post)
            self.told.append(event)
        if self.told:
            again = self.random.choice(self.told)
            assert _post(*self.sandbox.webhook_of(again)) == (200, None)

    def _work(self, name: str) -> None:
        SWEEPS[name](self.now)

    def come_to_rest(self) -> None:
        """Nothing goes wrong any more, nothing else happens, and the worker works until it is done.

        Webhooks that were lost stay lost: reconciliation finds what they said.
        """
        self.go_wrong(on=False)
        before = None
        for _ in range(12):
            self.now += timedelta(minutes=61)
            for name in SWEEPS:
                self._work(name)
            while sweeps.inbox(self.now):
                pass
            now = self._picture()
            if now == before:
                return
            before = now
        raise AssertionError("this never came to rest")

    def _picture(self) -> tuple[Any, ...]:
        waiting = (
            InboxObject.objects.waiting().order_by("pk").values_list("stripe_id", "last_error")
        )
        return (
            Entry.objects.count(),
            self.store.run("SELECT COUNT(*) FROM object"),
            list(waiting),
            sorted(Refund.objects.values_list("pk", "state")),
        )

    # What must hold

    def faults(self) -> list[str]:
        """Everything that is not as it must be, in words."""
        connection.check_constraints()
        return [
            *self._waiting(),
            *self._books(),
            *self._entries(),
            *self._subscriptions(),
            *self._standing(),
            *self._cancelled(),
            *self._pot(),
        ]

    def _waiting(self) -> list[str]:
        left = InboxObject.objects.waiting()
        found = [f"{o.stripe_id} waits: {o.last_error}" for o in left]
        found += [
            f"{o.stripe_id} was given up: {o.last_error}"
            for o in InboxObject.objects.exclude(given_up_at=None)
        ]
        unjust = Case.objects.open().filter(kind__in=["unbooked", "balance", "changed"])
        return [*found, *(f"an open case: {case.kind} {case.stripe_id}" for case in unjust)]

    def _books(self) -> list[str]:
        """Every account that Stripe knows of is what Stripe says."""
        lines = self.store.every("balance_transaction")
        charged, disputed = Counter[str](), 0
        for line in lines:
            charged[line["reporting_category"]] += line["fee"]
        for dispute in self.store.every("dispute"):
            if dispute["status"] in disputing.OPEN:
                disputed += dispute["amount"]
        on_its_way = sum(
            payout["amount"]
            for payout in self.store.every("payout")
            if payout["status"] != "failed"
        )
        meant = {
            chart.STRIPE: sum(line["net"] for line in lines),
            chart.PAYMENT_FEES: charged["charge"],
            chart.DISPUTE_FEES: charged["dispute"] + charged["dispute_reversal"],
            chart.DISPUTED: disputed,
            chart.IN_TRANSIT: on_its_way,
        }
        found = Counter[str]()
        for account, minor in Leg.objects.values_list("account_id", "minor"):
            found[account] += minor
        wrong = [
            f"{account} is {found[account]} in the books, and {amount} at Stripe"
            for account, amount in meant.items()
            if found[account] != amount
        ]
        broken = [f"the chain is broken: {each}" for each in entries.breaks(Seal.objects.links())]
        return [*wrong, *broken]

    def _entries(self) -> list[str]:
        """Each balance transaction has one entry, which moves what it says; no other entry does."""
        found = []
        rows = {row.stripe_id: row for row in BalanceTransaction.objects.all()}
        moved = Counter[Any]()
        for entry, minor in Leg.objects.filter(account_id=chart.STRIPE).values_list(
            "entry_id", "minor"
        ):
            moved[entry] += minor
        for line in self.store.every("balance_transaction"):
            row = rows.pop(line["id"], None)
            if row is None or row.entry_id is None:
                found.append(f"{line['id']} ({line['reporting_category']}) has no entry")
            elif (amount := moved.pop(row.entry_id, 0)) != line["net"]:
                found.append(f"{line['id']} is {line['net']}, and its entry moves {amount}")
        found += [f"{id} is not at Stripe" for id in rows]
        found += [f"entry {entry} moves {minor} for no line" for entry, minor in moved.items()]
        return found

    def _subscriptions(self) -> list[str]:
        """What we have written down of each subscription is what Stripe says of it now."""
        found = []
        ours = {mine.stripe_id: mine for mine in Subscription.objects.select_related("person")}
        for life in self.lives:
            for id in life.subscriptions:
                theirs = self.store.get("subscription", id)
                mine = ours.pop(id, None)
                if mine is None:
                    found.append(f"{id} is not known here")
                    continue
                renews = int(mine.renews_at.timestamp())
                pairs = {
                    "person": (mine.person_id, life.person.pk),
                    "status": (mine.status, theirs["status"]),
                    "renews_at": (renews, theirs["items"]["data"][0]["current_period_end"]),
                    "ends": (
                        mine.ends_with_period,
                        bool(theirs["cancel_at_period_end"] or theirs["cancel_at"]),
                    ),
                    "price": (
                        mine.plan.stripe_price_id,
                        theirs["items"]["data"][0]["price"]["id"],
                    ),
                }
                found += [
                    f"{id}: {name} is {here} here, and {there} at Stripe"
                    for name, (here, there) in pairs.items()
                    if here != there
                ]
        return [*found, *(f"{id} is nobody's" for id in ours)]

    def _standing(self) -> list[str]:
        """Who has paid for today has standing; who never paid has none.

        What was returned or disputed is left out here: whether that ends standing is for people.
        """
        found = []
        today = self.now.date()
        for life in self.lives:
            paid = [
                invoice
                for id in life.subscriptions
                for invoice in self._invoices(id)
                if invoice["status"] == "paid" and not self._touched(invoice)
            ]
            covered = any(
                _day(line["period"]["start"]) <= today < _day(line["period"]["end"])
                for invoice in paid
                for line in invoice["lines"]["data"]
                if line["amount"] > 0
            )
            has = life.person.standing_on(today) is not None
            if covered and not has:
                found.append(f"{life.person} has paid for today, and has no standing")
            if has and not life.subscriptions:
                found.append(f"{life.person} has never paid, and has standing")
        return found

    def _cancelled(self) -> list[str]:
        """What was charged after somebody had cancelled went back, or was tried to."""
        return [
            f"{life.person} cancelled {id}, and {invoice['id']} was charged and kept"
            for life in self.lives
            for id, since in life.cancelled.items()
            for invoice in self._invoices(id)
            if (invoice["status_transitions"]["paid_at"] or 0) > since.timestamp()
            and invoice["amount_paid"]
            and not self._touched(invoice)
        ]

    def _pot(self) -> list[str]:
        """What waivers may be taken from is what the books have: nobody has one here."""
        held = -sum(Leg.objects.filter(account_id=chart.POT).values_list("minor", flat=True))
        free = sum(Pot.objects.values_list("free_minor", flat=True))
        return [] if free == held else [f"{free} of the pot is free, and {held} in the books"]

    def _invoices(self, subscription: str) -> list[Json]:
        about = equals("parent.subscription_details.subscription", subscription)
        return self.store.every("invoice", [about])

    def _touched(self, invoice: Json) -> bool:
        """Whether any of what an invoice collected was returned or disputed."""
        for payment in self.store.children(invoice["id"], "invoice_payment"):
            intent = self.store.get("payment_intent", payment["payment"]["payment_intent"])
            charge = self.store.find("charge", intent["latest_charge"] or "")
            if charge and (
                self.store.every("refund", [equals("charge", charge["id"])])
                or self.store.every("dispute", [equals("charge", charge["id"])])
            ):
                return True
        return False


class Impossible(Exception):
    """This cannot happen to somebody like this."""


def _day(at: int) -> Any:
    return datetime.fromtimestamp(at, UTC).date()


def _post(body: bytes, signature: str) -> tuple[int | None, str | None]:
    """Our webhook, taken as Stripe takes it."""
    headers = {"Stripe-Signature": signature}
    request = RequestFactory().post(
        reverse("dues-webhook"), body, content_type="application/json", headers=headers
    )
    match = resolve(request.path)
    answer = match.func(request, *match.args, **match.kwargs)
    return int(answer.status_code), None
