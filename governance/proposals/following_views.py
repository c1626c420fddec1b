"""The pages of being kept in touch: following, feeds, and how members take part."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from governance.proposals import actions, concentration, participation, proposal_feeds
from governance.proposals.models import Follow, Mention, Proposal
from governance.terms import feeds
from governance.terms.http import MINUTES, for_programs, published, published_json
from kernel.refusal import Refused
from members.models import Person

PER_PAGE = 30
MENTIONS_SHOWN = 20


@require_POST
def follow(request: HttpRequest, pk: str) -> HttpResponse:
    """Follow a proposal, or no longer."""
    found = get_object_or_404(Proposal, pk=pk)
    act = actions.unfollow if "back" in request.POST else actions.follow
    try:
        act(proposal=found, by=_me(request), at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("following" if "list" in request.POST else found)


@require_safe
def following(request: HttpRequest) -> HttpResponse:
    """What one follows, with a switch for each, and where one was mentioned."""
    me = _me(request)
    mine = Follow.objects.proposals_of(me).select_related("wording").order_by("-since", "pk")
    context = {
        "page": Paginator(mine, PER_PAGE).get_page(request.GET.get("page")),
        "mentions": Mention.objects.to_show().filter(person=me)[:MENTIONS_SHOWN],
    }
    return render(request, "proposals/following.html", context)


@for_programs
def feed_atom(request: HttpRequest) -> HttpResponseBase:
    body = feeds.atom(_all(request))
    return published(request, body, media_type=feeds.ATOM, caching=MINUTES)


@for_programs
def feed_json(request: HttpRequest) -> HttpResponseBase:
    said = feeds.json_feed(_all(request))
    return published_json(request, said, caching=MINUTES, media_type=feeds.JSON_FEED)


@for_programs
def proposal_feed_atom(request: HttpRequest, pk: str) -> HttpResponseBase:
    body = feeds.atom(_one(pk))
    return published(request, body, media_type=feeds.ATOM, caching=MINUTES)


@for_programs
def proposal_feed_json(request: HttpRequest, pk: str) -> HttpResponseBase:
    said = feeds.json_feed(_one(pk))
    return published_json(request, said, caching=MINUTES, media_type=feeds.JSON_FEED)


@login_not_required
@require_safe
def how_members_take_part(request: HttpRequest) -> HttpResponse:
    """Turnout, concentration and the time to a decision."""
    turnouts = participation.turnouts()
    context = {
        "turnouts": turnouts[: participation.DRAWN],
        "votes": len(turnouts),
        "activities": participation.activities(timezone.now()),
        "durations": participation.durations(),
        "fewest": concentration.FEWEST,
    }
    return render(request, "proposals/participation.html", context)


@for_programs
def turnout_csv(request: HttpRequest) -> HttpResponseBase:
    body = participation.turnout_csv(participation.turnouts()).encode()
    return published(request, body, media_type="text/csv; charset=utf-8", caching=MINUTES)


@for_programs
def activity_csv(request: HttpRequest) -> HttpResponseBase:
    body = participation.activity_csv(participation.activities(timezone.now())).encode()
    return published(request, body, media_type="text/csv; charset=utf-8", caching=MINUTES)


def _all(request: HttpRequest) -> feeds.Feed:
    asked = request.GET.get("page", "1")
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 9 else 0
    found = proposal_feeds.of_all(number)
    if found is None:
        raise Http404("the feed has no such page")
    return found


def _one(pk: str) -> feeds.Feed:
    shown = Proposal.objects.shown().select_related("wording")
    return proposal_feeds.of_one(get_object_or_404(shown, pk=pk))


def _me(request: HttpRequest) -> Person:
    return cast(Person, request.user)
