"""News of the terms: what was published, what became of it, what was translated.

The feeds are published for all, and so in the language of the documents, whoever reads them.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import CharField, F, Value
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse

from governance.record.canonical import timestamp
from governance.terms import feeds, languages, stages
from governance.terms.document import LICENCE, Site
from governance.terms.http import MINUTES, for_programs, published, published_json
from governance.terms.models import Status, Translation, Version

AT_ONCE = 50


@for_programs
def atom(request: HttpRequest) -> HttpResponseBase:
    body = feeds.atom(_news(request))
    return published(request, body, media_type=feeds.ATOM, caching=MINUTES)


@for_programs
def json(request: HttpRequest) -> HttpResponseBase:
    news = feeds.json_feed(_news(request))
    return published_json(request, news, caching=MINUTES, media_type=feeds.JSON_FEED)


def _news(request: HttpRequest) -> feeds.Feed:
    """The part of the news that is asked for. Raises ``Http404`` for one that there is not."""
    of = max(1, -(-(Status.objects.count() + Translation.objects.count()) // AT_ONCE))
    asked = request.GET.get("page", "1")
    if not (asked.isascii() and asked.isdigit() and len(asked) < 10 and 1 <= int(asked) <= of):
        raise Http404("the feed has no such page")
    number = int(asked)
    return feeds.Feed(
        title="Terms of Customer Commons",
        page=_whole(reverse("term-list")),
        atom=_whole(reverse("term-feed-atom")),
        json=_whole(reverse("term-feed-json")),
        entries=_entries((number - 1) * AT_ONCE, number * AT_ONCE),
        licence=LICENCE,
        number=number,
        of=of,
    )


def _entries(start: int, stop: int) -> tuple[feeds.Entry, ...]:
    """Some of the news, the newest first: their keys in one query, then the rows of each kind."""
    rows = (
        _keys(Status)
        .union(_keys(Translation), all=True)
        .order_by("-at", "kind", "-key")[start:stop]
    )
    found = [(row["kind"], row["key"]) for row in rows]
    statuses = Status.objects.select_related("version__revision", "successor").defer(
        "version__document", "successor__document"
    )
    translations = Translation.objects.select_related("version__revision").defer(
        "version__document"
    )
    entries = {
        **{
            (Status.__name__, key): _of_status(status)
            for key, status in statuses.in_bulk(_of(Status, found)).items()
        },
        **{
            (Translation.__name__, key): _of_translation(translation)
            for key, translation in translations.in_bulk(_of(Translation, found)).items()
        },
    }
    return tuple(entries[row] for row in found)


def _keys(model: type[Status | Translation]) -> Any:
    kind = Value(model.__name__, output_field=CharField())
    return model._default_manager.values("at", kind=kind, key=F("pk"))


def _of(model: type[Status | Translation], found: list[tuple[str, int]]) -> list[int]:
    return [key for kind, key in found if kind == model.__name__]


def _of_status(status: Status) -> feeds.Entry:
    version, after = status.version, status.successor
    name = f"“{version.revision.title}” {version.version}"
    instead = f"{after.term_id} {after.version}" if after else ""
    if status.status == stages.ACTIVE:
        title = f"{name} was published"
        summary = "Members adopted it by vote."
    elif status.status == stages.SUPERSEDED:
        title = f"{name} was superseded"
        summary = f"Version {after.version} has taken its place." if after else ""
    else:
        title = f"{name} was {status.status}"
        summary = status.reason + (f" Use {instead} in its place." if instead else "")
    here = _identifier(version)
    return feeds.Entry(
        id=f"{here}#{status.status}",
        title=title,
        url=f"{here}.html",
        updated=timestamp(status.at),
        summary=summary,
    )


def _of_translation(translation: Translation) -> feeds.Entry:
    version, language = translation.version, languages.name(translation.language)
    here = _identifier(version)
    return feeds.Entry(
        id=f"{here}#translation-{translation.language}",
        title=f"“{version.revision.title}” {version.version} can be read in {language}",
        url=f"{here}.html?lang={translation.language}",
        updated=timestamp(translation.at),
        summary=f"Its title in {language}: {translation.title}",
    )


def _identifier(version: Version) -> str:
    return Site(settings.PUBLIC_ORIGIN).term(version.term_id, version.version)


def _whole(address: str) -> str:
    return f"{settings.PUBLIC_ORIGIN}{address}"
