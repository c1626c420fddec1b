"""The words of ODRL 2.2 as a JSON-LD context, so that a policy is read without fetching one. Pure.

It stands for the context that the W3C publishes at :data:`ADDRESS`; a test holds the two together.
The names are those of the ODRL Vocabulary & Expression 2.2.
"""

from __future__ import annotations

from typing import Any

ADDRESS = "http://www.w3.org/ns/odrl.jsonld"
ODRL = "http://www.w3.org/ns/odrl/2/"

_PREFIXES = {
    "odrl": ODRL,
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "dct": "http://purl.org/dc/terms/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "schema": "http://schema.org/",
    "cc": "http://creativecommons.org/ns#",
}

# Properties whose values are addresses.
_LINKS = """
    profile inheritFrom relation hasPolicy target output partOf source assignee assigner
    assigneeOf assignerOf attributedParty attributingParty compensatedParty compensatingParty
    consentingParty consentedParty informedParty informingParty trackingParty trackedParty
    contractingParty contractedParty includedIn implies permission prohibition obligation duty
    consequence remedy constraint refinement
"""

# Properties whose values are words of this context.
_CHOICES = """
    conflict function action operator leftOperand
"""

# Classes, individuals and properties with plain values.
_WORDS = """
    Policy Rule ConflictTerm perm prohibit invalid Agreement Assertion Offer Privacy Request Set
    Ticket Asset AssetCollection Party PartyCollection PartyScope Action Permission Prohibition
    Duty Constraint LogicalConstraint Operator RightOperand LeftOperand rightOperand unit status
    use grantUse aggregate annotate anonymize archive concurrentUse derive digitize display
    distribute execute extract give index install modify move play present print read reproduce
    sell stream textToSpeech transfer transform translate acceptTracking attribute compensate
    delete ensureExclusivity include inform nextPolicy obtainConsent reviewPolicy uninstall
    watermark absolutePosition absoluteSpatialPosition absoluteTemporalPosition absoluteSize
    count dateTime delayPeriod deliveryChannel elapsedTime event fileFormat language media
    meteredTime payAmount percentage product purpose recipient relativePosition
    relativeSpatialPosition relativeTemporalPosition relativeSize resolution spatial
    spatialCoordinates systemDevice timeInterval unitOfCount version virtualLocation policyUsage
    eq gt gteq lt lteq neq isA hasPart isPartOf isAllOf isAnyOf isNoneOf or xone and andSequence
"""


def context() -> dict[str, Any]:
    """The context as a document, as :data:`ADDRESS` answers it."""
    return {
        "@context": {
            **_PREFIXES,
            "uid": "@id",
            "type": "@type",
            **{name: {"@id": f"odrl:{name}", "@type": "@id"} for name in _LINKS.split()},
            **{name: {"@id": f"odrl:{name}", "@type": "@vocab"} for name in _CHOICES.split()},
            **{name: f"odrl:{name}" for name in _WORDS.split()},
            "rightOperandReference": {"@id": "odrl:rightOperandReference", "@type": "xsd:anyURI"},
            "dataType": {"@id": "odrl:datatype", "@type": "xsd:anyType"},
            "industry": "odrl:industry",
        }
    }
