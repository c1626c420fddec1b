"""The file that a bank is given to make transfers: ISO 20022 pain.001.001.09. Pure.

It is made by sepaxml and held to the schema that sepaxml ships, every time. Addresses are
structured: since November 2026 banks take no others.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sepaxml import SepaTransfer
from sepaxml.validation import ValidationError

from funding.grants.payee_details import Address, Details, tidy
from kernel.money import Money

SCHEMA = "pain.001.001.09"
CURRENCY = "EUR"
_LONGEST_REMITTANCE = 140


class BadBankFile(ValueError):
    """What was to be paid does not make a file that a bank would take."""


@dataclass(frozen=True, slots=True)
class Transfer:
    """One payment: ``reference`` travels to the payee's bank and back (end-to-end id)."""

    reference: str
    payee: Details
    amount: Money
    purpose: str


def reference_of(payment: uuid.UUID) -> str:
    """The end-to-end id of a payment: 32 of the 35 characters there are."""
    return payment.hex


def render(
    *,
    message: str,
    made_at: datetime,
    execute_on: date,
    debtor: Details,
    transfers: Sequence[Transfer],
) -> bytes:
    """The whole file. ``message`` names it to the bank, at most 35 characters, once and for ever.

    Raises ``BadBankFile`` for no transfers, other currencies, or two of one reference.
    """
    if not transfers or any(transfer.amount.currency != CURRENCY for transfer in transfers):
        raise BadBankFile(f"a file holds transfers in {CURRENCY}, one at least")
    if any(transfer.amount.minor <= 0 for transfer in transfers):
        raise BadBankFile("a transfer is of more than nothing")
    if len({transfer.reference for transfer in transfers}) < len(transfers):
        raise BadBankFile("two transfers have one reference")
    file = _File(message, made_at, debtor)
    for transfer in transfers:
        payment: dict[str, Any] = {
            "name": transfer.payee.name,
            "IBAN": transfer.payee.iban,
            "amount": transfer.amount.minor,
            "execution_date": execute_on,
            "description": tidy(transfer.purpose)[:_LONGEST_REMITTANCE],
            "endtoend_id": transfer.reference,
            "address": _address(transfer.payee.address),
        }
        if transfer.payee.bic:
            payment["BIC"] = transfer.payee.bic
        file.add_payment(payment)
    try:
        return bytes(file.export(validate=True))
    except ValidationError as invalid:
        raise BadBankFile(str(invalid)) from None


class _File(SepaTransfer):  # type: ignore[misc]
    """Named and dated by us: the library would ask the machine's clock."""

    def __init__(self, message: str, made_at: datetime, debtor: Details) -> None:
        self._message = message
        self._made_at = made_at
        config: dict[str, Any] = {
            "name": debtor.name,
            "IBAN": debtor.iban,
            "batch": True,
            "currency": CURRENCY,
            "address": _address(debtor.address),
        }
        if debtor.bic:
            config["BIC"] = debtor.bic
        super().__init__(config, schema=SCHEMA)

    def _create_header(self) -> None:
        super()._create_header()
        header = self._xml.find("CstmrCdtTrfInitn/GrpHdr")
        header.find("MsgId").text = self._message
        header.find("CreDtTm").text = f"{self._made_at:%Y-%m-%dT%H:%M:%S}Z"


def _address(address: Address) -> dict[str, str]:
    fields = {
        "street_name": address.street,
        "building_number": address.building,
        "postcode": address.postcode,
        "town": address.town,
        "country": address.country,
    }
    return {field: value for field, value in fields.items() if value}
