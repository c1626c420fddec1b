"""How pages name kinds of proposals and say how long something lasts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from typing import Any

from django import template
from django.utils.translation import gettext, ngettext

from governance.proposals import kinds
from governance.proposals.decision_rules import DecisionRule, read_rule
from governance.proposals.models import AdoptedRule, Proposal, Seat, Wording
from governance.terms.forms import Preview, preview_of
from governance.terms.models import Revision, Version

register = template.Library()


@register.filter
def kind_label(name: str) -> str:
    """ "adopt_term" as "Adopt a term"."""
    return str(kinds.get(name).label)


@register.filter
def span(length: timedelta) -> str:
    """A time span as people say it: "14 days", "2 minutes", "1 day, 12 hours"."""
    hours, rest = divmod(length.seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    parts = [
        ngettext("%(count)d day", "%(count)d days", length.days) % {"count": length.days},
        ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours},
        ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes},
        ngettext("%(count)d second", "%(count)d seconds", seconds) % {"count": seconds},
    ]
    counts = (length.days, hours, minutes, seconds)
    return ", ".join(part for part, count in zip(parts, counts, strict=True) if count)


@register.filter
def share(fraction: Fraction) -> str:
    """A fraction as people say it: "10 %" where that is exact, "2/3" where it is not."""
    percent = fraction * 100
    if percent.denominator == 1:
        return gettext("%(percent)d %%") % {"percent": percent.numerator}
    return f"{fraction.numerator}/{fraction.denominator}"


@register.filter
def at_least(majority: Fraction) -> str:
    """A majority as people say it: "more than half", "at least 60 %", "at least 2/3"."""
    if majority == Fraction(1, 2):
        return gettext("more than half")
    return gettext("at least %(share)s") % {"share": share(majority)}


@register.simple_tag
def term_preview(revision: Revision) -> Preview:
    """What a page shows of a term that has not been adopted."""
    return preview_of(revision.content)


@register.filter
def kind_if_it_lapses(name: str) -> str:
    """What is undone where the founding adopted it and members do not ratify it."""
    return str(kinds.get(name).if_it_lapses)


@register.filter
def version_name(named: str) -> str:
    """ "no-stalking/1.0.0" as "no-stalking 1.0.0"."""
    return named.replace("/", " ")


@register.simple_tag
def seat_of(wording: Wording) -> Seat:
    """The seat that a recall would end."""
    return Seat.objects.to_show().get(pk=wording.content["seat"])


@register.simple_tag
def decision_of(wording: Wording) -> Proposal:
    """The decision that members are asked to ratify."""
    return Proposal.objects.to_show().get(pk=wording.content["decision"])


@register.simple_tag
def version_replaced(proposal: Proposal) -> Version | None:
    """The version that a text would replace: the one in the roster now, or that it did replace."""
    revision = proposal.wording.revision
    if revision is None:
        return None
    published = Version.objects.filter(revision=revision).select_related("replaces").first()
    if published is not None:
        return published.replaces
    return Version.objects.filter(latest_of=revision.slug).first()


@dataclass(frozen=True, slots=True)
class RuleRow:
    """One line of what a rule says: today, and then."""

    label: str
    old: str
    new: str

    @property
    def changed(self) -> bool:
        return self.old != self.new


@register.simple_tag
def rule_change(wording: Wording) -> dict[str, Any]:
    """What the text of a rule would change, line by line."""
    content = wording.content
    new = read_rule(content["kind"], content["rule"])
    known = content["replaces"]
    replaced = AdoptedRule.objects.get(pk=known) if known else None
    old = _in_words(replaced.rule) if replaced else {}
    return {
        "kind": kind_label(content["kind"]),
        "rows": [
            RuleRow(label, old.get(label, "–"), said) for label, said in _in_words(new).items()
        ],
    }


def _in_words(rule: DecisionRule) -> dict[str, str]:
    return {
        gettext("Sponsors"): str(rule.sponsors),
        gettext("Members who must sign"): share(rule.petition) if rule.petition else "–",
        gettext("Time to find them"): span(rule.idea_lapses_after),
        gettext("Days a sponsor has been a member"): str(rule.sponsor_min_days),
        gettext("Discussion"): span(rule.discussion),
        gettext("Final text"): span(rule.final),
        gettext("Vote"): span(rule.voting),
        gettext("Days a voter has been a member"): str(rule.min_days),
        gettext("In favour, of all who can vote"): share(rule.quorum),
        gettext("Of those who vote yes or no"): at_least(rule.majority),
    }
