"""What goes wrong on purpose: requests that get no answer, webhooks that get lost or come twice.

Everything is drawn from a seed: the same seed and the same requests meet the same faults.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from random import Random

# To a request: no answer, an error, too many requests, or somebody else at work on the same.
# "before" nothing has been done; "after" it has.
REQUEST_FAULTS = (
    "busy",
    "error_after",
    "error_before",
    "rate_limit",
    "slow",
    "vanish_after",
    "vanish_before",
)
# To the delivery of an event.
DELIVERY_FAULTS = ("corrupt_byte", "corrupt_signature", "delay", "drop", "duplicate", "reorder")


@dataclass(slots=True)
class Rule:
    """The next ``times`` requests whose ``METHOD /path`` begins like this meet the fault."""

    fault: str
    match: str
    times: int
    seconds: float = 0.0


@dataclass(slots=True)
class Faults:
    """Rules, used up in order, and rates (0 to 1) by fault, drawn from a seed."""

    rules: list[Rule] = field(default_factory=list)
    rates: dict[str, float] = field(default_factory=dict)
    _random: Random = field(default_factory=lambda: Random(0))  # noqa: S311 - repeatable
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def seed(self, seed: int, rates: dict[str, float]) -> None:
        """Draw from ``seed`` from now on; no rates is no faults."""
        with self._lock:
            self._random.seed(seed)
            self.rates = rates

    def of_request(self, method: str, path: str) -> Rule | None:
        """What goes wrong with a request, if anything."""
        with self._lock:
            asked = f"{method} {path}"
            for rule in self.rules:
                if rule.times > 0 and asked.startswith(rule.match):
                    rule.times -= 1
                    return rule
            drawn = self._draw(REQUEST_FAULTS)
            return Rule(drawn, asked, 0) if drawn else None

    def of_delivery(self) -> str | None:
        """What goes wrong with a delivery, if anything."""
        with self._lock:
            return self._draw(DELIVERY_FAULTS)

    def seconds(self, most: float) -> float:
        """How long something waits."""
        with self._lock:
            return self._random.uniform(0, most)

    def _draw(self, faults: tuple[str, ...]) -> str | None:
        rates = [(fault, self.rates[fault]) for fault in faults if self.rates.get(fault)]
        if not rates:
            return None
        point = self._random.random()
        for fault, rate in rates:
            if point < rate:
                return fault
            point -= rate
        return None
