"""What differs: between two versions of a term, text and rules, and between two terms."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from governance.terms import versions, words
from governance.terms.comparison import Relation, compare
from governance.terms.models import Term, Version
from governance.terms.rulebook import DraftContent
from governance.terms.text_diff import SAME, Piece, changes

NO_SUCH, NOT_A_NAME = 404, 422


@dataclass(frozen=True, slots=True)
class Choice:
    """One of what can be compared: what the address calls it, and what people do."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule in words, and which of the two states it."""

    sentence: str
    one: bool
    other: bool

    @property
    def changed(self) -> bool:
        return self.one != self.other


@dataclass(frozen=True, slots=True)
class CellRow:
    """A line of the table at a glance, for both."""

    label: str
    one: str
    other: str

    @property
    def changed(self) -> bool:
        return self.one != self.other


@dataclass(frozen=True, slots=True)
class TextChange:
    """A text of both: the pieces of what it was and is."""

    heading: str
    pieces: tuple[Piece, ...]

    @property
    def changed(self) -> bool:
        return any(piece.kind != SAME for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two that are compared, under the name that the page calls it by."""

    version: Version
    name: str

    @property
    def content(self) -> DraftContent:
        return self.version.revision.content


@dataclass(frozen=True, slots=True)
class Compared:
    """Two sides and all that differs between them."""

    one: Side
    other: Side
    verdict: str
    differences: list[str]
    rules: list[RuleRow]
    cells: list[CellRow]
    texts: list[TextChange]


class NotComparable(Exception):
    """What was asked for cannot be compared: a status, and a sentence that says what would work."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


@login_not_required
@require_safe
def terms(request: HttpRequest) -> HttpResponse:
    """Two terms, ``one`` and ``other``: "no-stalking", or a version, "no-stalking/1.0.0"."""
    asked = {side: request.GET.get(side, "").strip() for side in ("one", "other")}
    newest = Version.objects.newest().select_related("revision").defer("document")
    choices = [
        Choice(version.term_id, version.revision.title)
        for version in newest.order_by("revision__title", "term_id")
    ]
    listed = {choice.value for choice in choices}
    choices += [Choice(name, name) for name in sorted({*asked.values()} - listed) if name]
    context = {"choices": choices, "asked": asked, "few": len(listed) < 2}
    status = 200
    if all(asked.values()):
        try:
            context["compared"] = _two_terms(_named(asked["one"]), _named(asked["other"]))
        except NotComparable as refusal:
            context["refusal"], status = refusal.sentence, refusal.status
    return render(request, "terms/compare.html", context, status=status)


@login_not_required
@require_safe
def term_versions(request: HttpRequest, slug: str) -> HttpResponse:
    """Two versions of a term, ``from`` and ``to``; without them the newest and the one before."""
    term = get_object_or_404(Term.objects.exclude(latest=None), pk=slug)
    known = {
        version.version: version
        for version in Version.objects.filter(term=term)
        .select_related("revision")
        .defer("document")
        .newest_first()
    }
    to = request.GET.get("to", "").strip() or next(iter(known))
    before = request.GET.get("from", "").strip() or _before(known, to)
    context = {
        "term": term,
        "title": next(iter(known.values())).revision.title,
        "versions": list(known),
        "asked": {"from": before, "to": to},
    }
    status = 200
    if before:
        try:
            context["compared"] = _two_versions(_of(known, before), _of(known, to))
        except NotComparable as refusal:
            context["refusal"], status = refusal.sentence, refusal.status
    elif to not in known:
        unknown = _no_version(to)
        context["refusal"], status = unknown.sentence, unknown.status
    return render(request, "terms/compare_versions.html", context, status=status)


def _named(name: str) -> Version:
    try:
        slug, number = versions.parse_name(name)
    except ValueError:
        raise NotComparable(
            NOT_A_NAME,
            _("Name a term by its short name, “no-stalking”, or a version, “no-stalking/1.0.0”."),
        ) from None
    found = Version.objects.called(slug, number).select_related("revision").defer("document")
    version = found.first()
    if version is None:
        raise NotComparable(
            NO_SUCH, _("There is no “{name}”. Choose from the list.").format(name=name)
        )
    return version


def _of(known: dict[str, Version], number: str) -> Version:
    if number not in known:
        raise _no_version(number)
    return known[number]


def _no_version(number: str) -> NotComparable:
    try:
        versions.parse(number)
    except ValueError:
        return NotComparable(
            NOT_A_NAME, _("A version is three numbers with dots between: “1.0.0”.")
        )
    return NotComparable(
        NO_SUCH, _("This term has no version {number}. Choose from the list.").format(number=number)
    )


def _before(known: dict[str, Version], number: str) -> str:
    """The version that ``number`` took the place of, or nothing."""
    numbers = list(known)
    place = numbers.index(number) + 1 if number in known else len(numbers)
    return numbers[place] if place < len(numbers) else ""


def _two_versions(one: Version, other: Version) -> Compared:
    name = _("version {number}")
    sides = [Side(version, name.format(number=version.version)) for version in (one, other)]
    old, new = (side.content for side in sides)
    texts = [
        TextChange(heading, changes(getattr(old, text), getattr(new, text)))
        for text, heading in (
            ("title", _("The title")),
            ("plain", _("In plain words")),
            ("legal", _("The legal text")),
        )
    ]
    return _compared(sides[0], sides[1], texts)


def _two_terms(one: Version, other: Version) -> Compared:
    titles = [version.revision.title for version in (one, other)]
    name = "“{title}”" if titles[0] != titles[1] else _("“{title}” ({slug} {number})")
    sides = [
        Side(version, name.format(title=title, slug=version.term_id, number=version.version))
        for version, title in zip((one, other), titles, strict=True)
    ]
    return _compared(sides[0], sides[1], [])


def _compared(one: Side, other: Side, texts: list[TextChange]) -> Compared:
    ours, theirs = one.content.rules, other.content.rules
    found = compare(ours, theirs)
    return Compared(
        one=one,
        other=other,
        verdict=_verdict(found.relation, one.name, other.name),
        differences=[words.difference(each, one.name, other.name) for each in found.differences],
        rules=[
            RuleRow(words.sentence(rule), rule in ours, rule in theirs)
            for rule in dict.fromkeys((*ours, *theirs))
        ],
        cells=_cells(words.glance(ours), words.glance(theirs)),
        texts=texts,
    )


def _verdict(relation: Relation, one: str, other: str) -> str:
    sentence = {
        Relation.SAME: _("Both sets of rules mean the same."),
        Relation.STRICTER: _(
            "{one} is stricter: it allows nothing that {other} does not, and asks for no less."
        ),
        Relation.LOOSER: _(
            "{other} is stricter: it allows nothing that {one} does not, and asks for no less."
        ),
        Relation.DIFFERENT: _("Neither is stricter: each asks for something the other does not."),
    }[relation].format(one=one, other=other)
    return sentence[:1].upper() + sentence[1:]


def _cells(one: Iterable[words.Glance], other: Iterable[words.Glance]) -> list[CellRow]:
    ours = {line.label: line.answer for line in one}
    theirs = {line.label: line.answer for line in other}
    return [
        CellRow(label, ours.get(label, ""), theirs.get(label, ""))
        for label in dict.fromkeys((*ours, *theirs))
    ]
