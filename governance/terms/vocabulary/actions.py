"""What a rule rules: its kinds, the parties it binds, and the actions. Pure."""

from __future__ import annotations

from governance.terms.vocabulary.words import Action, Word, by_code, gettext_noop

_ = gettext_noop

KINDS = by_code(
    Word("permission", _("may"), _("may"), "odrl:permission"),
    Word("prohibition", _("may not"), _("may not"), "odrl:prohibition"),
    Word("duty", _("must"), _("must"), "odrl:obligation"),
)

PARTIES = by_code(
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
            "infer",
            _("work out things about you that you did not tell"),
            _("work out things about you that you did not tell it"),
            "dpv:Infer",
            of_data=_("work out, from {data}, things about you that you did not tell it"),
            broader=("use",),
            takes=_HANDLES,
        ),
        Action(
            "decide",
            _("let a machine decide about you"),
            _("let a machine alone decide about you"),
            "cc:decide-by-machine",
            of_data=_("let a machine alone decide about you by {data}"),
            broader=("use",),
        ),
        Action(
            "collect",
            _("collect it"),
            _("collect data about you"),
            "dpv:Collect",
            of_data=_("collect {data}"),
        ),
        Action(
            "contact",
            _("contact you"),
            _("contact you"),
            "cc:contact",
            takes=("purpose",),
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
            "correct",
            _("correct what is wrong"),
            _("correct, when you ask, what it holds about you and is wrong"),
            "cc:correct",
            of_data=_("correct, when you ask, what is wrong in {data}"),
            kinds=("duty",),
            takes=("data",),
        ),
        Action(
            "report_breach",
            _("tell you when it got into the wrong hands"),
            _("tell you at once when data about you got into the wrong hands"),
            "cc:report-breach",
            of_data=_("tell you at once when this got into the wrong hands: {data}"),
            kinds=("duty",),
            takes=("data",),
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
