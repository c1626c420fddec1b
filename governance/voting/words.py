"""What a poll asked for and how it ended, as sentences in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from babel.lists import format_list
from django.utils.text import Truncator
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _

from governance.voting.chart import duels
from governance.voting.chart.shares import Shares, shares
from governance.voting.models import Poll
from governance.voting.rule import APPROVAL, EQUAL_SHARES, SCHULZE, STV, YES_NO
from governance.voting.tally.outcome import DEFAULT, ELECTED, NO_QUORUM
from governance.voting.tally.ties import LOT

# A sentence names so many, and of each name so many letters.
MOST_NAMES, LONGEST_NAME = 6, 80

METHODS = {
    YES_NO: _("Yes, no or abstain"),
    APPROVAL: _("Approve of any number"),
    SCHULZE: _("Rank the options"),
    STV: _("Rank the candidates"),
    EQUAL_SHARES: _("Divide a budget"),
}

Labels = Mapping[str, str]


def labels_of(poll: Poll) -> dict[str, str]:
    """What people read, by what ballots and results hold."""
    return {option["id"]: option["label"] for option in poll.named_options}


def answer(poll: Poll) -> str:
    """How a closed poll ended, in one sentence; empty for a poll that has not closed."""
    if poll.result is None:
        return ""
    return _ANSWERS[poll.method](poll, poll.result, labels_of(poll))


def listed(names: Sequence[str]) -> str:
    """Names as a list in a sentence: "Ada, Ben and Cleo", or the first and how many others."""
    shown = [Truncator(name).chars(LONGEST_NAME) for name in names]
    if len(shown) > MOST_NAMES:
        others = len(shown) - MOST_NAMES + 1
        more = ngettext("{number} other", "{number} others", others).format(number=others)
        shown = [*shown[: MOST_NAMES - 1], more]
    locale = (get_language() or "en").replace("-", "_")
    # English as we write it has no comma before the last.
    style = {"en": "en_GB"}.get(locale, locale)
    return format_list(shown, locale=style)


def tie(tie: Mapping[str, Any], labels: Labels) -> str:
    """A tie and how it broke, in words."""
    names = listed([labels.get(one, one) for one in tie["candidates"]])
    order = [labels.get(one, one) for one in tie["order"]]
    said = _TIED[tie["where"]].format(names=names, step=tie["step"])
    broken = _BROKEN[tie["how"]].format(order=listed(order))
    if tie["where"] == "exclusion":
        broken = _OUT[tie["how"]].format(last=listed(order[-1:]))
    return f"{said} {broken}"


def drawn(ties: Sequence[Mapping[str, Any]]) -> list[str]:
    """Every option that a lot decided about, in the order in which they came up."""
    return list(
        dict.fromkeys(one for tie in ties if tie["how"] == LOT for one in tie["candidates"])
    )


_TIED: Mapping[str, Any] = {
    "place": _("{names} stood equal at step {step}."),
    "surplus": _("{names} had surpluses of one size before stage {step}."),
    "exclusion": _("{names} had equally few votes before stage {step}."),
    "project": _("{names} stood equal when project number {step} was to be chosen."),
}
_BROKEN: Mapping[str, Any] = {
    LOT: _("The lot decided, the first first: {order}."),
    "earlier stage": _("Their votes at an earlier stage decided, the first first: {order}."),
    "cost": _("What costs less came first: {order}."),
    "votes": _("What has more supporters came first: {order}."),
}
_OUT: Mapping[str, Any] = {
    LOT: _("The lot decided that {last} was out."),
    "earlier stage": _("{last} had fewer at an earlier stage and was out."),
}


def _yes_no(poll: Poll, result: Mapping[str, Any], labels: Labels) -> str:
    yes, no = result["counts"]["yes"], result["counts"]["no"]
    if result["outcome"] == "adopted":
        return gettext("Adopted: {yes} in favour, {no} against.").format(yes=yes, no=no)
    if result["outcome"] == "rejected":
        return gettext("Rejected: {yes} in favour, {no} against.").format(yes=yes, no=no)
    needed = result["explanation"][0]["needed"]
    return gettext("Not adopted: {yes} voted in favour, and {needed} were needed.").format(
        yes=yes, needed=needed
    )


def _approval(poll: Poll, result: Mapping[str, Any], labels: Labels) -> str:
    winners = result["winners"]
    if winners:
        said = ngettext("{names} was chosen.", "{names} were chosen.", len(winners)).format(
            names=_winners(result, labels)
        )
        return _with_empty_seats(said, result["seats"] - len(winners))
    if result["outcome"] == NO_QUORUM:
        return gettext("Nothing was chosen: no option has the {needed} votes it needed.").format(
            needed=result["quorum"]
        )
    if result["cast"] > result["abstained"]:
        return gettext("Nothing was chosen: no option has the majority it needed.")
    return _nothing(result)


def _stv(poll: Poll, result: Mapping[str, Any], labels: Labels) -> str:
    winners = result["winners"]
    if winners:
        said = ngettext("{names} was elected.", "{names} were elected.", len(winners)).format(
            names=_winners(result, labels)
        )
        return _with_empty_seats(said, result["seats"] - len(winners))
    if result["outcome"] == NO_QUORUM:
        return gettext("Nobody was elected: {cast}.").format(cast=_too_few(result))
    return _nothing(result)


def _schulze(poll: Poll, result: Mapping[str, Any], labels: Labels) -> str:
    if not result["winners"]:
        return _nothing(result)
    name = _winners(result, labels)
    if result["outcome"] == DEFAULT:
        return gettext("“{name}” stands: no other option carried.").format(name=name)
    if duels.beats_all(result):
        return gettext("“{name}” is preferred to every other option.").format(name=name)
    if any(tie["step"] == 1 for tie in result["ties"]):
        return gettext("“{name}” is chosen, by lot among equals.").format(name=name)
    if duels.in_circle(result):
        return gettext(
            "“{name}” is chosen: preferences went in a circle, and its claim is the strongest."
        ).format(name=name)
    return gettext("“{name}” comes before every other option that carried.").format(name=name)


def _equal_shares(poll: Poll, result: Mapping[str, Any], labels: Labels) -> str:
    locale = get_language() or "en"
    money = money_of(poll)
    budget = money.budget.format(locale)
    if result["outcome"] == ELECTED:
        funded, projects = len(result["winners"]), len(labels)
        return ngettext(
            "{funded} of {projects} project is funded: {spent} of {budget}.",
            "{funded} of {projects} projects are funded: {spent} of {budget}.",
            projects,
        ).format(funded=funded, projects=projects, spent=money.spent.format(locale), budget=budget)
    if result["outcome"] == NO_QUORUM:
        return gettext("No project is funded: {cast}. {budget} stays in the fund.").format(
            cast=_too_few(result), budget=budget
        )
    if result["cast"] > result["abstained"]:
        return gettext(
            "No project is funded: none has supporters who can pay for it. {budget} stays in the "
            "fund."
        ).format(budget=budget)
    return gettext("No project is funded: nobody chose one. {budget} stays in the fund.").format(
        budget=budget
    )


def money_of(poll: Poll) -> Shares:
    """The picture of a result of ``equal_shares``, in the poll's currency."""
    costs = {option["id"]: option["cost"] for option in poll.options}
    return shares(poll.result or {}, labels_of(poll), costs, poll.currency)


def _winners(result: Mapping[str, Any], labels: Labels) -> str:
    return listed([labels.get(one, one) for one in result["winners"]])


def _with_empty_seats(said: str, empty: int) -> str:
    if not empty:
        return said
    more = ngettext("{number} place stays empty.", "{number} places stay empty.", empty).format(
        number=empty
    )
    return f"{said} {more}"


def _too_few(result: Mapping[str, Any]) -> str:
    return ngettext(
        "{cast} person voted, and {needed} were needed",
        "{cast} people voted, and {needed} were needed",
        result["cast"],
    ).format(cast=result["cast"], needed=result["quorum"])


def _nothing(result: Mapping[str, Any]) -> str:
    if result["cast"]:
        return gettext("Nothing was decided: everybody who voted abstained.")
    return gettext("Nothing was decided: nobody voted.")


_ANSWERS: Mapping[str, Callable[[Poll, Mapping[str, Any], Labels], str]] = {
    YES_NO: _yes_no,
    APPROVAL: _approval,
    SCHULZE: _schulze,
    STV: _stv,
    EQUAL_SHARES: _equal_shares,
}
