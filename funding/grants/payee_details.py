"""To whom and where money goes: what makes an account one that we can pay to. Pure.

Nothing here is ever shown whole again once it is stored: pages show :func:`masked`.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from schwifty import BIC, IBAN
from schwifty.exceptions import SchwiftyException
from text_unidecode import unidecode

# How long after an account was confirmed nothing is paid to it: time for its owner to object.
COOLING_OFF = timedelta(days=3)
# How long the link to confirm an account works.
CONFIRM_WITHIN = timedelta(days=14)
# How old a check against the sanctions lists may be when a payment is approved.
CHECK_LASTS = timedelta(days=30)

# What banks take in names, addresses and references (EPC217-08).
_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/-?:().,'+ ")
_LONGEST = {"name": 70, "street": 70, "building": 16, "postcode": 16, "town": 35}


class NotPayable(ValueError):
    """``code`` says what is wrong: "iban", "bic", "bic-iban", "not-sepa", "country", "name" …"""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Address:
    """A structured address, as banks ask for since 2026: a town and a country at least."""

    town: str
    country: str
    street: str = ""
    building: str = ""
    postcode: str = ""


@dataclass(frozen=True, slots=True)
class Details:
    """An account and whose it is, checked and in one spelling: see :func:`checked`."""

    name: str
    iban: str
    bic: str
    address: Address

    def as_bytes(self) -> bytes:
        """What is encrypted and stored."""
        return json.dumps(asdict(self), sort_keys=True).encode()

    @classmethod
    def from_bytes(cls, stored: bytes) -> Details:
        fields = json.loads(stored)
        return cls(**{**fields, "address": Address(**fields["address"])})


def checked(*, name: str, iban: str, bic: str = "", address: Address) -> Details:
    """The details in one spelling. Raises ``NotPayable``.

    The IBAN's length, letters and check digits are right and its country takes part in SEPA. A BIC
    is found from the IBAN where none is given; one that is given is of the same country.
    """
    try:
        number = IBAN(iban)
    except SchwiftyException:
        raise NotPayable("iban") from None
    if not number.in_sepa_zone:
        raise NotPayable("not-sepa")
    found = _bic(bic, number)
    spelled = {
        field: tidy(value)
        for field, value in (
            ("name", name),
            ("street", address.street),
            ("building", address.building),
            ("postcode", address.postcode),
            ("town", address.town),
        )
    }
    for field in ("name", "town"):
        if not any(letter.isalpha() for letter in spelled[field]):
            raise NotPayable(field)
    for field, value in spelled.items():
        if len(value) > _LONGEST[field]:
            raise NotPayable(field)
    country = address.country.strip().upper()
    if not (len(country) == 2 and country.isascii() and country.isalpha()):
        raise NotPayable("country")
    where = Address(
        town=spelled["town"],
        country=country,
        street=spelled["street"],
        building=spelled["building"],
        postcode=spelled["postcode"],
    )
    return Details(name=spelled["name"], iban=number.compact, bic=found, address=where)


def tidy(text: str) -> str:
    """``text`` in the letters that banks take: accents and other scripts are spelled out."""
    plain = unidecode(text)
    return " ".join("".join(one if one in _LETTERS else " " for one in plain).split())


def masked(iban: str) -> str:
    """What is shown of an account: its country and its last four characters."""
    return f"{iban[:2]}•• •••• {iban[-4:]}"


def payable_from(confirmed_at: datetime) -> datetime:
    """When an account may first be paid to."""
    return confirmed_at + COOLING_OFF


def is_payable(confirmed_at: datetime | None, at: datetime) -> bool:
    """Whether an account was confirmed long enough ago."""
    return confirmed_at is not None and payable_from(confirmed_at) <= at


def is_fresh(checked_at: datetime, at: datetime) -> bool:
    """Whether a check against the sanctions lists still counts; one from the future does not."""
    return checked_at <= at < checked_at + CHECK_LASTS


def _bic(given: str, number: IBAN) -> str:
    if not given.strip():
        return number.bic.compact if number.bic else ""
    try:
        bic = BIC(given)
    except SchwiftyException:
        raise NotPayable("bic") from None
    if bic.country_code != number.country_code and number.country_code not in _TERRITORIES.get(
        bic.country_code, ()
    ):
        raise NotPayable("bic-iban")
    return bic.compact


# Whose banks keep accounts with another country's letters.
_TERRITORIES: dict[str, tuple[str, ...]] = {"GB": ("IM", "JE", "GG"), "FR": ("MC",)}
