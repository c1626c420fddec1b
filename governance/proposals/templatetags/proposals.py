"""How pages name kinds of proposals and say how long something lasts."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

from django import template
from django.utils.translation import gettext, ngettext

from governance.proposals import kinds
from governance.terms.forms import Preview, preview_of
from governance.terms.models import Revision

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
