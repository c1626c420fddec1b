"""What we write to applicants: subject and body, in the language of whoever reads it.

Subjects say nothing about what became of an application.
"""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from funding.grants.models import Application

Mail = tuple[str, str]


def sent(application: Application) -> Mail:
    """It was sent, and what happens next."""
    return _("We have your application"), _page(
        application,
        _(
            "We have your application “{title}”.\n\nYou can change it and send it again until "
            "{closes}. You hear by {hear_by} whether it goes to the members' vote."
        ).format(
            title=application.title,
            closes=_moment(application.round.closes_at),
            hear_by=_moment(application.round.hear_by),
        ),
    )


def asked(application: Application, *, what: str, until: datetime) -> Mail:
    """Something is missing."""
    return _about(application), _page(
        application,
        _("Something is missing in your application. Please answer by {until}:\n\n{what}").format(
            until=_moment(until), what=what
        ),
    )


def eligible(application: Application) -> Mail:
    return _about(application), _page(
        application, _("This round is open to your project. It is being reviewed now.")
    )


def ineligible(application: Application, *, reasons: str) -> Mail:
    return _about(application), _page(
        application,
        _(
            "This round is not open to your project, for these reasons:\n\n{reasons}\n\nNobody "
            "else is told, and your project is not named. If a fact in them is wrong you can say "
            "so once, on the page of your application."
        ).format(reasons=reasons),
    )


def declined(application: Application, *, reasons: str) -> Mail:
    return _about(application), _page(
        application,
        _(
            "Your project was not put on the shortlist, for these reasons:\n\n{reasons}\n\nNobody "
            "else is told, and your project is not named. If a fact in them is wrong you can say "
            "so once. You can also ask members in public to put it on the ballot. Both are on the "
            "page of your application."
        ).format(reasons=reasons),
    )


def shortlisted(application: Application, *, reasons: str) -> Mail:
    return _about(application), _page(
        application,
        _(
            "Your project is on the shortlist and goes to the members' vote. It is named in "
            "public from now on, with these reasons:\n\n{reasons}"
        ).format(reasons=reasons),
    )


def sponsored(application: Application) -> Mail:
    return _about(application), _page(
        application, _("Enough members want your project on the ballot: it goes to the vote.")
    )


def corrected(application: Application, *, upheld: bool, answer: str) -> Mail:
    heard = (
        _("You were right about the fact you corrected. Your application goes on.")
        if upheld
        else _("We looked again at the fact you corrected, and the answer stays as it was.")
    )
    return _about(application), _page(application, f"{heard}\n\n{answer}")


def balloted(application: Application, *, until: datetime) -> Mail:
    return _about(application), _page(
        application,
        _("Members choose until {until} which projects of this round get money.").format(
            until=_moment(until)
        ),
    )


def vote_again(application: Application) -> Mail:
    return _about(application), _page(
        application, _("The vote was cancelled for a fault in it, and is held again.")
    )


def determined(application: Application, *, reasons: str) -> Mail:
    words = {
        Application.Stage.AWARDED: _("Members chose your project. We write to you what is next."),
        Application.Stage.RESERVE: _(
            "Your project is next in line, should money of this round come free."
        ),
    }
    said = words.get(
        Application.Stage(application.stage), _("Members did not choose your project this time.")
    )
    return _about(application), _page(application, f"{said}\n\n{reasons}")


def promoted(application: Application) -> Mail:
    return _about(application), _page(
        application,
        _(
            "Money of this round came free, and your project was next in line: it gets what you "
            "asked for. We write to you what is next."
        ),
    )


def line_ended(application: Application) -> Mail:
    return _about(application), _page(
        application,
        _(
            "Your project was next in line. The money of this round is closed now, and none came "
            "free for it. Thank you for waiting; we would be glad to read of it again in another "
            "round."
        ),
    )


def late(application: Application) -> Mail:
    """The day by which the applicant was to hear has passed."""
    return _about(application), _page(
        application,
        _(
            "We promised that you hear by {hear_by} whether your project goes to the vote, and we "
            "are late. We are sorry. Your application is still being read, and you hear as soon "
            "as it is decided."
        ).format(hear_by=_moment(application.round.hear_by)),
    )


def _about(application: Application) -> str:
    return _("Your application to “{round}”").format(round=application.round.title)


def _page(application: Application, said: str) -> str:
    address = f"{settings.SITE_ORIGIN}{application.get_absolute_url()}"
    return f"{said}\n\n{_('Your application is here:')}\n{address}\n"


def _moment(at: datetime) -> str:
    return _("{at} UTC").format(at=date_format(at, "j F Y, H:i"))
