"""What the front page and a member's own page gather from the apps."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext

from governance.proposals import stages
from governance.proposals.models import Proposal
from governance.terms.models import Version
from governance.terms.rulebook import Rule, sentence


@dataclass(frozen=True, slots=True)
class Told:
    """A term in sentences: what it stops and what it allows or asks for."""

    version: Version
    title: str
    stops: list[str]
    allows: list[str]


def told(version: Version) -> Told:
    """The rules of ``version`` (with ``revision`` loaded) as sentences."""
    rules = version.revision.content.rules
    return Told(
        version=version,
        title=version.revision.title,
        stops=[_say(rule) for rule in rules if rule.kind == "prohibition"],
        allows=[_say(rule) for rule in rules if rule.kind != "prohibition"],
    )


def _say(rule: Rule) -> str:
    return sentence(rule, gettext)


def one_real_term() -> Told | None:
    """The term that has been in force the longest: the one most likely to have stood the test."""
    version = (
        Version.objects.filter(term__rules_in_force__isnull=False)
        .newest()
        .select_related("revision")
        .order_by("issued", "pk")
        .first()
    )
    return told(version) if version else None


def decided_lately(count: int) -> list[Proposal]:
    """The newest decisions by vote, newest first."""
    decided = [stages.ADOPTED, stages.REJECTED, stages.NO_QUORUM]
    return list(Proposal.objects.to_show().filter(stage__in=decided).order_by("-since")[:count])
