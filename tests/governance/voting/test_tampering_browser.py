"""The page's program and the command name each kind of tampering alike, and count alike."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations
from pathlib import Path
from random import Random

import pytest
from django.conf import settings
from playwright.sync_api import BrowserContext, Page, Route

from governance.voting import ballots
from governance.voting.bundle import build
from governance.voting.bundle import result as result_of
from tests.governance.voting.conftest import PaperPoll
from tests.governance.voting.published_poll import KINDS, Document, Published, sha256, signed_of
from tests.governance.voting.tampering import BY_A_BALLOT, BY_THE_RECORD, tampered

pytestmark = pytest.mark.browser

SITE = "http://localhost/"
STATIC = Path(settings.BASE_DIR, "config/static")
COUNTED = {"yes_no", "approval", "schulze"}

VERIFY = """files => new Promise((resolve, reject) => {
  const worker = new Worker("/poll-verify-worker.js", { type: "module" });
  worker.onerror = error => reject(error.message);
  worker.onmessage = ({ data }) => {
    if (data.progress) return;
    worker.terminate();
    data.found ? resolve(data.found) : reject(data.why);
  };
  worker.postMessage({ tally: "/poll-tally.js", files });
})"""


@pytest.fixture
def verify(new_browser: Callable[..., BrowserContext]) -> Callable[[Document], Document]:
    """What the worker of the page finds in these files."""

    def answer(route: Route) -> None:
        name = route.request.url.removeprefix(SITE)
        if not name:
            route.fulfill(content_type="text/html", body="<!doctype html><title>.</title>")
        elif name == "favicon.ico":
            route.fulfill(status=204)
        else:
            route.fulfill(content_type="text/javascript", body=(STATIC / name).read_text())

    browser = new_browser()
    browser.route(f"{SITE}**", answer)
    page: Page = browser.new_page()
    page.goto(SITE)

    def run(files: Document) -> Document:
        found: Document = page.evaluate(VERIFY, files)
        return found

    return run


@pytest.fixture(params=KINDS)
def published(request: pytest.FixtureRequest, paper: PaperPoll) -> Published:
    kind = KINDS[request.param]
    return Published(PaperPoll(paper.issuer, kind.rule, kind.options, kind.first[0]), kind)


def test_both_name_every_tampering_alike(
    published: Published, other_paper: PaperPoll, verify: Callable[[Document], Document]
) -> None:
    method = published.manifest["method"]
    honest = verify(published.files())
    assert honest["counts"] == {}
    assert honest["ballots"] == len(published.entries)
    assert honest["counted"] == (method in COUNTED)
    # What the page does not count it cannot find to be counted wrongly.
    unseen = {"result-differs", "closed-differs", "count-impossible"}
    tampers = dict.fromkeys(tamper for tamper, _code in BY_A_BALLOT + BY_THE_RECORD)
    differing = {}
    for tamper in tampers:
        for covered in (False, True):
            if covered and tamper in {one for one, _code in BY_THE_RECORD}:
                continue
            spoiled = tampered(published, other_paper, tamper, covered=covered)
            found, named = verify(spoiled.files()), spoiled.recount()
            theirs, ours = dict(found["counts"]), dict(named.counts)
            if method not in COUNTED:
                assert theirs.keys() <= ours.keys()
                theirs, ours = (dict.fromkeys(one.keys() - unseen, 1) for one in (theirs, ours))
            if theirs != ours:
                differing[tamper.__name__, covered] = (theirs, ours)
    assert differing == {}


@pytest.mark.parametrize("method", ["approval", "schulze"])
def test_both_count_alike_whatever_was_chosen(
    paper: PaperPoll, method: str, verify: Callable[[Document], Document]
) -> None:
    """Circles, ties, lots, empty rankings, boycotts: the whole result, figure by figure."""
    kind = KINDS[method]
    base = PaperPoll(paper.issuer, kind.rule, kind.options, kind.first[0])
    drawn = Random(7)  # noqa: S311 - a sample, no secret
    ids = [option.id for option in kind.options]
    pool: list[list[str]] = [["abstain"]]
    for size in range(1, len(ids) + 1):
        for ranks in permutations(ids, size):
            if method == "schulze":
                pool.append(list(ranks))
                if size > 1 and ids.index(ranks[0]) < ids.index(ranks[1]):
                    pool.append([f"{ranks[0]}={ranks[1]}", *ranks[2:]])
            elif list(ranks) == sorted(ranks, key=ids.index):
                pool.append(list(ranks))
    for _turn in range(25):
        published = Published(base, kind)
        votes = drawn.choices(pool, k=drawn.randint(0, 8))
        signed = [ballots.parse(base.cast(*choices)) for choices in votes]
        manifest = base.manifest
        published.bundle = build(manifest, signed, issued=10, seed=base.seed)
        published.result = result_of(manifest, signed, issued=10, seed=base.seed)
        published.recommit([signed_of(one).ballot.hash for one in published.entries])
        published.close()
        found = verify(published.files())
        assert found["counts"] == {}, (votes, found["faults"], sha256(published.result))
        assert found["counted"]
