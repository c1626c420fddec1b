"""Money: an integer count of minor units and an ISO 4217 code. Never a float, never a mixed sum."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from babel.numbers import format_currency, get_currency_precision


@dataclass(frozen=True, slots=True)
class Money:
    """``Money(1250, "EUR")`` is €12.50. ``minor`` may be negative; ``currency`` is upper case.

    Raises ``TypeError`` for a non-integer amount and ``ValueError`` for an ill-formed code.
    """

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if not isinstance(self.minor, int) or isinstance(self.minor, bool):
            raise TypeError(f"minor units are an integer, not {self.minor!r}")
        code = self.currency
        if not (len(code) == 3 and code.isascii() and code.isalpha() and code.isupper()):
            raise ValueError(f"not an ISO 4217 code: {code!r}")

    def __add__(self, other: Money) -> Money:
        return Money(self.minor + self._same(other).minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.minor - self._same(other).minor, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __bool__(self) -> bool:
        return self.minor != 0

    @property
    def major(self) -> Decimal:
        """The amount in whole units, exactly: ``Money(1250, "EUR").major == Decimal("12.50")``."""
        return Decimal(self.minor).scaleb(-get_currency_precision(self.currency))

    def format(self, locale: str = "en") -> str:
        """The amount as people write it in ``locale`` (a Django or Babel name): ``"€12.50"``."""
        return format_currency(self.major, self.currency, locale=locale.replace("-", "_"))

    def _same(self, other: Money) -> Money:
        if other.currency != self.currency:
            raise ValueError(f"cannot add {other.currency} to {self.currency}")
        return other
