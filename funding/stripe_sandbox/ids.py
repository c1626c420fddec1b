"""Random identifiers with Stripe's prefixes."""

from __future__ import annotations

import secrets
import string

_ALPHABET = string.ascii_letters + string.digits
_LENGTHS = {"cus_": 14, "prod_": 14, "si_": 14, "req_": 14, "cs_test_": 58}


def new_id(prefix: str) -> str:
    """A fresh identifier: ``new_id("cus_")`` is such as ``cus_Qv2mC7xyZabc12``."""
    drawn = secrets.token_bytes(_LENGTHS.get(prefix, 24))
    return prefix + "".join(_ALPHABET[byte % len(_ALPHABET)] for byte in drawn)
