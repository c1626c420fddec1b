"""What the 360Giving Data Standard, version 1.3, demands of a file, as a closed JSON Schema.

The facts are those of its published schemas (standard.threesixtygiving.org/en/latest/technical/,
"360-giving-schema.json" and "360-giving-package-schema.json", and the codelists beside them): which
properties there are, of which kind, which are required, which codes are allowed. Written down here
in our own words, as no package ships them. Everything is closed (``additionalProperties: false``),
which the published schema is not: a key that the standard does not know is a mistake of ours.

Dates are what the standard's text says they are: a full date, or in full date-time form; of an
event the day, or the month too, may be missing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

_DAY = r"[0-9]{4}-(0[1-9]|1[012])-(0[1-9]|[12][0-9]|3[01])"
_TIME = rf"{_DAY}T[0-9]{{2}}:[0-9]{{2}}:[0-9]{{2}}(\.[0-9]+)?(Z|[+-][0-9]{{2}}:[0-9]{{2}})"

TEXT = {"type": "string"}
NUMBER = {"type": "number"}
URI = {"type": "string", "format": "uri", "pattern": "^https?://"}
DATE_TIME = {"type": "string", "pattern": f"^{_TIME}$"}
DATE = {"type": "string", "pattern": f"^({_DAY}|{_TIME})$"}
LOOSE_DATE = {"type": "string", "pattern": rf"^({_DAY}|{_TIME}|[0-9]{{4}}(-(0[1-9]|1[012]))?)$"}
CURRENCY = {"type": "string", "pattern": "^[A-Z]{3}$"}

REASONS = [f"GTIR{number:02}0" for number in range(1, 13)]
PURPOSES = [f"GTIP{number:02}0" for number in range(1, 18)]


def _closed(properties: dict[str, Any], required: Iterable[str] = ()) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


def _some(of: dict[str, Any], *, least: int = 0) -> dict[str, Any]:
    return {"type": "array", "items": of, "minItems": least}


LOCATION = _closed(
    {
        **dict.fromkeys(
            ("id", "name", "countryCode", "description", "geoCode", "geoCodeType"), TEXT
        ),
        "latitude": NUMBER,
        "longitude": NUMBER,
        "dateModified": DATE_TIME,
    }
)
ORGANISATION = _closed(
    {
        **dict.fromkeys(
            (
                *("id", "name", "department", "contactName", "charityNumber", "companyNumber"),
                *("streetAddress", "addressLocality", "addressRegion", "addressCountry"),
                *("postalCode", "telephone", "alternateName", "email", "description"),
                "organisationType",
            ),
            TEXT,
        ),
        "url": URI,
        "location": _some(LOCATION),
        "dateModified": DATE_TIME,
    },
    ("id", "name"),
)
PERSON = _closed({"id": TEXT, "name": TEXT}, ("id", "name"))
EVENT = _closed(
    {
        "title": TEXT,
        "startDate": LOOSE_DATE,
        "endDate": LOOSE_DATE,
        "duration": {"type": "number", "minimum": 0},
        "description": TEXT,
        "dateModified": DATE_TIME,
    }
)
TRANSACTION = _closed(
    {
        "id": TEXT,
        "transactionDate": DATE,
        "currency": CURRENCY,
        "value": NUMBER,
        "valueDate": DATE,
        "description": TEXT,
        "provider": TEXT,
        "recipient": TEXT,
        "dateModified": DATE_TIME,
    }
)
DOCUMENT = _closed(
    {
        **dict.fromkeys(("id", "title", "description", "documentType"), TEXT),
        "url": URI,
        "dateModified": DATE_TIME,
    }
)
CLASSIFICATION = _closed(
    {
        **dict.fromkeys(("vocabulary", "code", "title", "description"), TEXT),
        "url": URI,
        "dateModified": DATE_TIME,
    }
)
PROGRAMME = _closed(
    {
        **dict.fromkeys(("code", "title", "description"), TEXT),
        "url": URI,
        "dateModified": DATE_TIME,
    }
)
TO_INDIVIDUALS = _closed(
    {
        "primaryGrantReason": {"enum": REASONS},
        "secondaryGrantReason": {"enum": REASONS},
        "grantPurpose": _some({"enum": PURPOSES}),
    }
)

_ALWAYS = (
    *("id", "title", "description", "currency", "amountAwarded", "awardDate"),
    "fundingOrganization",
)
GRANT: dict[str, Any] = {
    **_closed(
        {
            "id": {"type": "string", "pattern": "^360G-[A-Za-z0-9_]+-[^\\s/\\\\]+$"},
            "title": {"type": "string", "maxLength": 140, "minLength": 1},
            "description": {"type": "string", "minLength": 1},
            "currency": CURRENCY,
            "amountAppliedFor": NUMBER,
            "amountAwarded": NUMBER,
            "amountDisbursed": NUMBER,
            "awardDate": DATE,
            "url": URI,
            "plannedDates": _some(EVENT),
            "actualDates": _some(EVENT),
            "recipientIndividual": PERSON,
            "toIndividualsDetails": TO_INDIVIDUALS,
            "recipientOrganization": _some(ORGANISATION, least=1),
            "beneficiaryLocation": _some(LOCATION),
            "fundingOrganization": _some(ORGANISATION, least=1),
            "grantProgramme": _some(PROGRAMME),
            "fromOpenCall": {"enum": ["Yes", "No"]},
            "fundingType": _some(CLASSIFICATION),
            "classifications": _some(CLASSIFICATION),
            "relatedDocument": _some(DOCUMENT),
            "applicationTransaction": _some(TRANSACTION),
            "commitmentTransaction": _some(TRANSACTION),
            "disbursementTransaction": _some(TRANSACTION),
            "relatedActivity": _some(TEXT),
            "dateModified": DATE_TIME,
            "dataSource": URI,
            "regrantType": TEXT,
            "locationScope": TEXT,
        }
    ),
    # Either an organisation or an individual, and never both.
    "oneOf": [
        {"required": [*_ALWAYS, "recipientOrganization"]},
        {"required": [*_ALWAYS, "recipientIndividual"]},
    ],
}
PACKAGE = _closed(
    {
        "grants": {**_some(GRANT, least=1), "uniqueItems": True},
        "version": {"type": "string", "pattern": r"^(\d+\.)(\d+)$"},
        **dict.fromkeys(("title", "description", "identifier"), TEXT),
        "issued": DATE,
        "modified": DATE,
        "publisher": _closed(
            {"identifier": TEXT, "name": TEXT, "website": URI, "logo": URI}, ("name",)
        ),
        **dict.fromkeys(("downloadURL", "accessURL", "license"), URI),
    },
    ("grants",),
)
