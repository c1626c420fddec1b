"""The controlled vocabulary that rules are written in: codes, plain labels, identifiers. Pure.

Published documents hold the codes; the JSON-LD context at ``/ns/terms/v1`` and the ODRL policy hold
the identifiers behind them: ODRL 2.2 (spelled with http by its specification), the Data Privacy
Vocabulary 2.2 (``dpv:``, ``pd:`` for personal data) and, where neither has a word exact enough, our
own (``cc:``, under ``/ns/terms/v1#``): never a word of another's bent to our meaning.

A code once published keeps its meaning for ever: a new meaning is a new code.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

PREFIXES = {
    "odrl": "http://www.w3.org/ns/odrl/2/",
    "dpv": "https://w3id.org/dpv#",
    "pd": "https://w3id.org/dpv/pd#",
}


def gettext_noop(text: str) -> str:
    """Mark a text for the translators; the pages translate it."""
    return text


_ = gettext_noop


@dataclass(frozen=True, slots=True)
class Word:
    """One code: its label in a pick-list, its words inside a sentence, its identifier.

    ``broader`` names the codes this one is a case of: what is said of them is said of it too.
    """

    code: str
    label: str
    phrase: str
    iri: str
    broader: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Action(Word):
    """An action: which kinds of rule and whose rules may name it, and what further points it takes.

    ``phrase`` says it of any data at all; ``of_data`` has ``{data}`` where certain data belongs.
    Both have ``{recipient}`` if the action takes one.
    """

    of_data: str = ""

    kinds: tuple[str, ...] = ("permission", "prohibition")
    parties: tuple[str, ...] = ("second", "third")
    takes: tuple[str, ...] = ("purpose", "data")


Vocabulary = Mapping[str, Word]


def iri(word: Word, namespace: str) -> str:
    """The full identifier of ``word``; ours are under ``namespace`` ("https://…/ns/terms/v1#")."""
    prefix, _colon, name = word.iri.partition(":")
    return (namespace if prefix == "cc" else PREFIXES[prefix]) + name


def _by_code(*words: Word) -> dict[str, Word]:
    return {word.code: word for word in words}


KINDS = _by_code(
    Word("permission", _("may"), _("may"), "odrl:permission"),
    Word("prohibition", _("may not"), _("may not"), "odrl:prohibition"),
    Word("duty", _("must"), _("must"), "odrl:obligation"),
)

PARTIES = _by_code(
    Word("first", _("you"), _("You"), "cc:first-party"),
    Word("second", _("the organisation"), _("The organisation"), "cc:second-party"),
    Word("third", _("anyone else"), _("Others"), "cc:third-party"),
)

_HANDLES = ("purpose", "data", "retention", "storage")

ACTIONS: dict[str, Action] = {
    action.code: action
    for action in (
        Action(
            "use",
            _("use what it knows about you, in any way"),
            _("use data about you"),
            "dpv:Use",
            of_data=_("use {data}"),
            takes=_HANDLES,
        ),
        Action(
            "analyse",
            _("analyse how you use the service (analytics)"),
            _("analyse how you use the service"),
            "dpv:Analyse",
            of_data=_("analyse {data} to see how the service is used"),
            broader=("use",),
            takes=_HANDLES,
        ),
        Action(
            "track",
            _("follow you across sites, apps or devices (tracking)"),
            _("follow you across sites, apps or devices"),
            "dpv:Tracking",
            of_data=_("follow you across sites, apps or devices by {data}"),
            broader=("use",),
        ),
        Action(
            "profile",
            _("build a profile of you (profiling)"),
            _("build a profile of you"),
            "dpv:Profiling",
            of_data=_("build a profile of you from {data}"),
            broader=("use",),
            takes=_HANDLES,
        ),
        Action(
            "combine",
            _("combine it with data from elsewhere"),
            _("combine data about you with data from elsewhere"),
            "dpv:Combine",
            of_data=_("combine {data} with data from elsewhere"),
            broader=("use",),
            takes=_HANDLES,
        ),
        Action(
            "share_anonymised",
            _("share it so that nobody can tell it is yours"),
            _("share data that nobody can trace to you with {recipient}"),
            "cc:share-anonymised",
            of_data=_(
                "share {data} with {recipient}, with nothing by which it could be traced to you"
            ),
            takes=("purpose", "data", "recipient"),
        ),
        Action(
            "share_identifiable",
            _("share it so that it can be traced to you"),
            _("share data that can be traced to you with {recipient}"),
            "cc:share-identifiable",
            of_data=_("share {data} with {recipient} so that it can be traced to you"),
            takes=("purpose", "data", "recipient"),
        ),
        Action(
            "store",
            _("keep it"),
            _("keep data about you"),
            "dpv:Store",
            of_data=_("keep {data}"),
            takes=_HANDLES,
        ),
        Action(
            "show_ads",
            _("show you advertising"),
            _("show you advertising"),
            "cc:show-advertising",
            takes=(),
        ),
        Action(
            "deliver_service",
            _("deliver the service you asked for"),
            _("deliver the service you asked for"),
            "cc:deliver-service",
            kinds=("duty",),
            parties=("second",),
            takes=(),
        ),
        Action(
            "provide_portability",
            _("hand over your data in a form you can take elsewhere (portability)"),
            _("hand your data over to you, when you ask, in a form you can take elsewhere"),
            "cc:provide-portability",
            of_data=_("hand {data} over to you, when you ask, in a form you can take elsewhere"),
            kinds=("duty",),
            parties=("second",),
            takes=("data",),
        ),
        Action(
            "delete",
            _("delete it"),
            _("delete data about you"),
            "dpv:Erase",
            of_data=_("delete {data}"),
            kinds=("duty",),
            takes=("data", "retention"),
        ),
        Action(
            "inform",
            _("tell you what it holds and who has received it"),
            _("tell you, when you ask, what it holds about you and who has received it"),
            "odrl:inform",
            of_data=_("tell you, when you ask, who holds and who has received {data}"),
            kinds=("duty",),
            takes=("data",),
        ),
        Action(
            "withdraw",
            _("end the agreement at any time"),
            _("end this agreement at any time"),
            "cc:withdraw",
            kinds=("permission",),
            parties=("first",),
            takes=(),
        ),
    )
}

PURPOSES = _by_code(
    Word(
        "service", _("delivering the service"), _("to deliver the service"), "dpv:ServiceProvision"
    ),
    Word(
        "customer_care",
        _("helping you when something goes wrong"),
        _("to help you when something goes wrong"),
        "dpv:CustomerCare",
    ),
    Word("payment", _("payment"), _("to handle payment"), "dpv:PaymentManagement", ("service",)),
    Word(
        "personalisation",
        _("fitting the service to you"),
        _("to fit the service to you"),
        "dpv:ServicePersonalisation",
        ("service",),
    ),
    Word(
        "improvement",
        _("improving the service"),
        _("to improve the service"),
        "dpv:ServiceOptimisation",
    ),
    Word(
        "security",
        _("security and preventing fraud"),
        _("to keep the service secure and prevent fraud"),
        "dpv:EnforceSecurity",
    ),
    Word(
        "legal",
        _("what the law requires"),
        _("to do what the law requires"),
        "dpv:LegalCompliance",
    ),
    Word("marketing", _("marketing"), _("for marketing"), "dpv:Marketing"),
    Word("advertising", _("advertising"), _("for advertising"), "dpv:Advertising", ("marketing",)),
    Word(
        "personalised_ads",
        _("advertising chosen for you in particular"),
        _("to choose advertising for you in particular"),
        "dpv:PersonalisedAdvertising",
        ("advertising",),
    ),
    Word(
        "sale",
        _("selling data"),
        _("to sell the data"),
        "dpv:SellDataToThirdParties",
    ),
    Word(
        "research",
        _("research that is not for profit"),
        _("for research that is not for profit"),
        "dpv:NonCommercialResearch",
    ),
    Word("public_good", _("the public good"), _("for the public good"), "dpv:PublicBenefit"),
    Word(
        "ai",
        _("training and operating AI"),
        _("to train and operate AI"),
        "cc:artificial-intelligence",
    ),
    Word(
        "intentcasting",
        _("intentcasting: finding sellers for what you say you want"),
        _("to find sellers for what you say you want"),
        "cc:intentcasting",
    ),
)

DATA = _by_code(
    Word(
        "contact", _("how to reach you"), _("the details by which you can be reached"), "pd:Contact"
    ),
    Word("location", _("where you are"), _("your location"), "pd:Location"),
    Word("behaviour", _("what you do"), _("what you do"), "pd:Behavioural"),
    Word(
        "browsing",
        _("what you look at online"),
        _("what you look at online"),
        "pd:BrowsingBehaviour",
        ("behaviour",),
    ),
    Word("device", _("your devices"), _("data about your devices"), "pd:DeviceBased"),
    Word("finance", _("your money"), _("data about your money"), "pd:Financial"),
    Word(
        "purchases",
        _("what you buy"),
        _("what you buy"),
        "pd:Purchase",
        ("finance",),
    ),
    Word("preferences", _("what you like"), _("what you like"), "pd:Preference"),
    Word(
        "intention",
        _("what you intend to do or buy"),
        _("what you intend to do or buy"),
        "pd:Intention",
        ("preferences",),
    ),
    Word(
        "communication",
        _("what you write and say"),
        _("what you write and say"),
        "pd:Communication",
    ),
    Word(
        "demographic",
        _("age, household and the like"),
        _("your age, household and the like"),
        "pd:Demographic",
    ),
    Word("health", _("your health"), _("data about your health"), "pd:MedicalHealth"),
    Word(
        "biometric",
        _("face, voice and fingerprints"),
        _("your face, voice and fingerprints"),
        "pd:Biometric",
    ),
)

RECIPIENTS = _by_code(
    Word(
        "processors",
        _("those who work for the organisation, on its orders"),
        _("those who work for it, on its orders"),
        "dpv:DataProcessor",
    ),
    Word("third_parties", _("other organisations"), _("other organisations"), "dpv:ThirdParty"),
    Word(
        "advertisers",
        _("advertisers"),
        _("advertisers"),
        "cc:advertisers",
        ("third_parties",),
    ),
    Word(
        "data_brokers",
        _("traders in data"),
        _("traders in data"),
        "cc:data-brokers",
        ("third_parties",),
    ),
    Word(
        "ai_developers",
        _("those who build AI"),
        _("those who build AI"),
        "cc:ai-developers",
        ("third_parties",),
    ),
    Word(
        "researchers",
        _("researchers"),
        _("researchers"),
        "cc:researchers",
        ("third_parties",),
    ),
)

STORAGE = _by_code(
    Word(
        "on_device", _("only on your own device"), _("only on your own device"), "dpv:WithinDevice"
    ),
    Word("encrypted", _("only encrypted"), _("only encrypted"), "dpv:EncryptionAtRest"),
)

# Retention is an ISO 8601 duration in days, so that any two can be compared. These are offered;
# any number of days is well formed.
RETENTIONS = {
    "P0D": _("not beyond the moment"),
    "P1D": _("1 day"),
    "P7D": _("7 days"),
    "P30D": _("30 days"),
    "P90D": _("90 days"),
    "P180D": _("180 days"),
    "P365D": _("365 days"),
    "P730D": _("730 days"),
}

# What each further point of a rule is chosen from, and what every point is.
CHOICES: dict[str, Vocabulary] = {
    "purpose": PURPOSES,
    "data": DATA,
    "recipient": RECIPIENTS,
    "storage": STORAGE,
}
POINTS: dict[str, Vocabulary] = {"kind": KINDS, "party": PARTIES, "action": ACTIONS, **CHOICES}

# Purposes that data is contributed for, in words that others' lists of agreements use too.
CONTRIBUTED_FOR = {
    "intentcasting": "intentcasting",
    "ai": "training and operating AI",
    "public_good": "public good",
}


def covers(words: Vocabulary, broad: str, narrow: str) -> bool:
    """Whether whatever is ``narrow`` is also ``broad``; the empty code means anything at all."""
    if broad in ("", narrow):
        return True
    return bool(narrow) and any(covers(words, broad, above) for above in words[narrow].broader)


def overlap(words: Vocabulary, one: str, other: str) -> bool:
    """Whether something can be both: siblings of this vocabulary have nothing in common."""
    return covers(words, one, other) or covers(words, other, one)
