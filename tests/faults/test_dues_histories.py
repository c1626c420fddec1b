"""Every history of paying, through a Stripe that fails: the books are Stripe's balance after it.

Each example is a world of payers whose lives run into each other: they join, renew, fail,
recover, change, are refunded, dispute, cancel, resume, give. Events come in any order, twice,
spoilt or never; requests get errors, or no answer before or after they were acted on.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import stripe
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from pytest_django import Settings

from funding.dues import actions
from funding.stripe_sandbox.server import Sandbox
from members.models import Person
from tests.conftest import NOW, TEST
from tests.faults.histories import World
from tests.funding.dues.conftest import KEY, SECRET

PAYERS = 25
# Four worlds of twenty-five payers for each of five seeds: five hundred histories.
WORLDS = 4
SEEDS = (1, 2, 3, 4, 5)
SOAK_WORLDS = int(os.environ.get("SOAK_WORLDS", "200"))

STEPS = (
    "cancel",
    "cancel_at_once_there",
    "cancel_there",
    "card_asks",
    "card_bad",
    "change_plan",
    "change_rhythm",
    "dispute",
    "dispute_part",
    "expire",
    "gift",
    "inquire",
    "join",
    "join_yearly",
    "lose",
    "month",
    "pay_out",
    "payout_fails",
    "pot",
    "recover",
    "refund_fails",
    "refund_part",
    "refund_there",
    "refund_whole",
    "resume",
    "resume_there",
    "week",
    "win",
    "win_part",
)
# What the site has Stripe send: the rest it finds by asking.
WANTED = (
    "charge.dispute.closed",
    "charge.dispute.created",
    "charge.dispute.funds_reinstated",
    "charge.refunded",
    "charge.updated",
    "checkout.session.completed",
    "checkout.session.expired",
    "customer.subscription.deleted",
    "customer.subscription.updated",
    "invoice.paid",
    "invoice.payment_action_required",
    "invoice.payment_failed",
    "payout.failed",
    "payout.paid",
    "refund.failed",
    "refund.updated",
)
Script = list[tuple[int, str]]

scripts = st.lists(
    st.tuples(st.integers(0, PAYERS - 1), st.sampled_from(STEPS)), min_size=30, max_size=70
)


@pytest.fixture
def stripe_here(db: None, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """A sandbox whose events wait until they are asked for, with our prices in it."""
    monkeypatch.setattr(stripe.HTTPClient, "INITIAL_DELAY", 0.0)
    monkeypatch.setattr(stripe.HTTPClient, "MAX_DELAY", 0.0)
    sandbox = Sandbox(
        api_key=KEY,
        webhook_secret=SECRET,
        webhook_url="http://127.0.0.1:9/never/",
        webhook_events=WANTED,
        retry_after=(),
    )
    sandbox.deliverer.switch(on=False)
    settings.STRIPE_API_BASE = sandbox.url
    with sandbox:
        actions.sync_plans(by=TEST, at=NOW)
        yield sandbox


@contextmanager
def for_now(sandbox: Sandbox) -> Iterator[None]:
    """Whatever happens inside, here and at Stripe, is undone: all but the prices."""
    block = transaction.atomic()
    # What wants to be outermost may run inside.
    block._from_testcase = True  # type: ignore[attr-defined]
    with block:
        try:
            yield
        finally:
            transaction.set_rollback(True)
            sandbox.account.store.run("DELETE FROM object WHERE kind NOT IN ('price', 'product')")
            for table in ("delivery", "attempt", "idempotent"):
                sandbox.account.store.run(f"DELETE FROM {table}")  # noqa: S608 - named above
            sandbox.account.faults.seed(0, {})


def live(sandbox: Sandbox, script: Script, luck: int) -> None:
    """Run a script in a new world, and let it come to rest. Fails with what is wrong then."""
    with for_now(sandbox):
        people = [
            Person.objects.create_user(f"p{n}@example.org", display_name=f"P{n}")
            for n in range(PAYERS)
        ]
        world = World(sandbox, people, seed=luck, at=NOW)
        world.go_wrong(on=True)
        for who in range(PAYERS):
            world.step(who, "join" if who % 3 else "join_yearly")
        for who, what in script:
            world.step(who, what)
        world.come_to_rest()
        assert world.faults() == []
        books = world.store.run("SELECT COUNT(*) FROM object WHERE kind = 'balance_transaction'")
        assert books[0][0] >= PAYERS


@pytest.mark.parametrize("number", SEEDS)
def test_whatever_happens_the_books_are_what_stripe_says(stripe_here: Sandbox, number: int) -> None:
    @seed(number)
    @settings(
        max_examples=WORLDS,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(scripts, st.integers(0, 2**32 - 1))
    def histories(script: Script, luck: int) -> None:
        live(stripe_here, script, luck)

    histories()


@pytest.mark.soak
def test_many_more_histories(stripe_here: Sandbox) -> None:
    """With ``make soak``; SOAK_WORLDS says how many worlds, and what fails is made small."""

    @settings(max_examples=SOAK_WORLDS, suppress_health_check=list(HealthCheck))
    @given(scripts, st.integers(0, 2**32 - 1))
    def histories(script: Script, luck: int) -> None:
        live(stripe_here, script, luck)

    histories()


def test_the_comparison_notices(stripe_here: Sandbox) -> None:
    with for_now(stripe_here):
        ada = Person.objects.create_user("ada@example.org", display_name="Ada")
        world = World(stripe_here, [ada], seed=1, at=NOW)
        world.join(world.lives[0])
        assert any("has no entry" in fault for fault in world.faults())
        world.come_to_rest()
        assert world.faults() == []
        line = world.store.every("balance_transaction")[0]
        world.store.change(line, net=line["net"] + 1)
        found = "\n".join(world.faults())
        assert "stripe is" in found
        assert "its entry moves" in found
