"""What a rule may be narrowed by: purposes, data, recipients, storage, times. Pure."""

from __future__ import annotations

from governance.terms.vocabulary.words import Word, by_code, gettext_noop

_ = gettext_noop

PURPOSES = by_code(
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
    Word(
        "direct_marketing",
        _("advertising sent to you"),
        _("to send you advertising"),
        "dpv:DirectMarketing",
        ("marketing",),
    ),
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

DATA = by_code(
    Word(
        "identity",
        _("who you are"),
        _("your name and what else says who you are"),
        "pd:Identifying",
    ),
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
    Word(
        "work",
        _("your schooling and work"),
        _("data about your schooling and work"),
        "pd:Professional",
    ),
    Word(
        "beliefs",
        _("what you believe in"),
        _("your faith, politics and convictions"),
        "cc:beliefs",
    ),
    Word("health", _("your health"), _("data about your health"), "pd:MedicalHealth"),
    Word(
        "biometric",
        _("face, voice and fingerprints"),
        _("your face, voice and fingerprints"),
        "pd:Biometric",
    ),
)

RECIPIENTS = by_code(
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
        "group_companies",
        _("companies of the same group"),
        _("companies of its own group"),
        "cc:group-companies",
        ("third_parties",),
    ),
    Word(
        "authorities",
        _("public authorities"),
        _("public authorities"),
        "cc:authorities",
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

STORAGE = by_code(
    Word(
        "on_device", _("only on your own device"), _("only on your own device"), "dpv:WithinDevice"
    ),
    Word("encrypted", _("only encrypted"), _("only encrypted"), "dpv:EncryptionAtRest"),
    Word(
        "encrypted_on_device",
        _("only on your own device, and encrypted"),
        _("only on your own device, and encrypted"),
        "cc:encrypted-on-device",
        ("on_device", "encrypted"),
    ),
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

# Purposes that data is contributed for, in words that others' lists of agreements use too.
CONTRIBUTED_FOR = {
    "intentcasting": "intentcasting",
    "ai": "training and operating AI",
    "public_good": "public good",
}
