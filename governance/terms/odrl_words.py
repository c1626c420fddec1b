"""Words of others' policies: what ODRL calls things, and what means nearly what ours do. Pure."""

from __future__ import annotations

from rdflib import RDF, Namespace, URIRef
from rdflib.term import Node

from governance.terms.rulebook import Rule
from governance.terms.vocabulary import gettext_noop

_ = gettext_noop

ODRL = Namespace("http://www.w3.org/ns/odrl/2/")
DPV = Namespace("https://w3id.org/dpv#")
DCT = Namespace("http://purl.org/dc/terms/")
P7012 = Namespace("https://w3id.org/dpv/standards/p7012#")
CC0 = URIRef("https://creativecommons.org/publicdomain/zero/1.0/")

KINDS = {"permission": "permission", "prohibition": "prohibition", "obligation": "duty"}
POLICIES = {ODRL[name] for name in ("Policy", "Set", "Offer")}
TYPES = {
    "permission": ODRL.Permission,
    "prohibition": ODRL.Prohibition,
    "obligation": ODRL.Duty,
}

# Words of others that mean nearly what one of ours does.
NEAR_PARTIES = {
    DPV.DataSubject: "first",
    DPV.DataController: "second",
    DPV.ThirdParty: "third",
}
NEAR_ACTIONS = {ODRL.use: "use", ODRL.delete: "delete"}


def _both(kind: str, action: str) -> tuple[Rule, ...]:
    return (Rule(kind, "second", action), Rule(kind, "third", action))


# Clauses of the agreements of IEEE 7012, as the Data Privacy Vocabulary names them.
CLAUSES: dict[str, dict[Node, tuple[Rule, ...]]] = {
    "hasObligation": {
        P7012.ServiceDeliveryRequired: (Rule("duty", "second", "deliver_service"),),
        P7012.PortabilityRequired: (Rule("duty", "second", "provide_portability"),),
    },
    "hasPermission": {
        P7012.Analytics2PAllowed: (Rule("permission", "second", "analyse"),),
        P7012.Tracking2PAllowed: (Rule("permission", "second", "track"),),
        P7012.Profiling2PAllowed: (Rule("permission", "second", "profile"),),
        P7012.DataSharingAnonymised3PAllowed: (
            Rule("permission", "second", "share_anonymised", recipient="third_parties"),
        ),
    },
    "hasProhibition": {
        P7012.AnalyticsDisallowed: _both("prohibition", "analyse"),
        P7012.TrackingDisallowed: _both("prohibition", "track"),
        P7012.ProfilingDisallowed: _both("prohibition", "profile"),
        P7012.Analytics3PDisallowed: (Rule("prohibition", "third", "analyse"),),
        P7012.Tracking3PDisallowed: (Rule("prohibition", "third", "track"),),
        P7012.Profiling3PDisallowed: (Rule("prohibition", "third", "profile"),),
        P7012.DataSharingDisallowed: (
            Rule("prohibition", "second", "share_anonymised", recipient="third_parties"),
            Rule("prohibition", "second", "share_identifiable", recipient="third_parties"),
        ),
        P7012.SharingDataNonAnonymised3PDisallowed: (
            Rule("prohibition", "second", "share_identifiable", recipient="third_parties"),
        ),
    },
}

# Why something that a policy says of itself as a whole has no place in a term.
CONFLICT: dict[Node, str] = {
    ODRL.perm: _(
        "In this policy a permission beats a prohibition. Here a prohibition beats a permission, "
        "so the rules may mean something else: look at each."
    ),
    ODRL.invalid: _(
        "In this policy rules that contradict each other make all of it void. Here a prohibition "
        "beats a permission."
    ),
}
WHOLE: dict[Node, str] = {
    RDF.type: _("A term is an offer to anyone; it is not a policy of this kind."),
    ODRL.profile: _("It uses a profile that is not known here: its words may mean more."),
    ODRL.inheritFrom: _("It takes over rules of another policy, which was not read."),
    ODRL.conflict: _("What it says about contradictions is not known here."),
    DCT.license: _("Terms here are in the public domain (CC0); no other licence is kept."),
    DCT.source: _("Where it came from is not kept."),
}
