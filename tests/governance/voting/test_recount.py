"""Whatever is done to the published files is found and named."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from governance.voting import bundle
from governance.voting.findings import SENTENCES
from governance.voting.recount import recount, recount_files
from tests.governance.voting.conftest import PaperPoll
from tests.governance.voting.published_poll import KINDS, Published, signed_of
from tests.governance.voting.tampering import BY_A_BALLOT, BY_THE_RECORD, Tamper, tampered


@pytest.fixture(scope="module")
def honest(paper: PaperPoll) -> Published:
    return Published(paper, KINDS["yes_no"])


@pytest.fixture
def published(honest: Published) -> Published:
    return honest.copy()


@pytest.mark.parametrize("method", KINDS)
def test_what_was_published_honestly_holds(paper: PaperPoll, method: str) -> None:
    kind = KINDS[method]
    first = kind.ballots[0][0]
    published = Published(PaperPoll(paper.issuer, kind.rule, kind.options, first), kind)
    checked = published.recount()
    assert checked.holds, checked.faults
    assert checked.result == published.result
    assert checked.ballots == len(kind.ballots) + 2


def test_the_files_alone_hold_too(published: Published) -> None:
    checked = recount(published.bundle, published.manifest)
    assert checked.holds
    assert checked.result == published.result


def test_the_last_ballot_of_a_token_counts(published: Published) -> None:
    assert published.result["counts"] == {"yes": 3, "no": 1, "abstain": 1}
    assert published.result["cast"] == 5
    assert len(published.entries) == 6
    assert [one["superseded"] for one in published.entries].count(True) == 1


def test_the_bundle_is_the_same_in_whatever_order_ballots_came(published: Published) -> None:
    signed = [signed_of(one) for one in reversed(published.entries)]
    paper = published.paper
    assert bundle.build(paper.manifest, signed, issued=6, seed=paper.seed) == published.bundle


def name(one: Any) -> str | None:
    return getattr(one, "__name__", None)


@pytest.mark.parametrize("covered", [False, True], ids=["", "covered"])
@pytest.mark.parametrize(("tamper", "code"), BY_A_BALLOT, ids=name)
def test_tampering_is_named(
    published: Published, other_paper: PaperPoll, tamper: Tamper, code: str, covered: bool
) -> None:
    """Even where whoever tampers writes the closing entry of the record to fit."""
    assert code in tampered(published, other_paper, tamper, covered=covered).codes()


@pytest.mark.parametrize(("tamper", "code"), BY_THE_RECORD, ids=name)
def test_tampering_with_the_record_is_named(
    published: Published, other_paper: PaperPoll, tamper: Tamper, code: str
) -> None:
    assert code in tampered(published, other_paper, tamper, covered=False).codes()


def test_every_code_is_caused_by_some_tampering(
    published: Published, other_paper: PaperPoll
) -> None:
    caused: set[str] = set()
    for tamper in {tamper for tamper, _code in BY_A_BALLOT + BY_THE_RECORD}:
        caused |= tampered(published, other_paper, tamper, covered=False).codes()
    assert caused == set(SENTENCES)


def values(document: Any) -> Iterator[tuple[Any, Any]]:
    """Every place in a JSON value: what holds it, and under which key or index."""
    if isinstance(document, dict | list):
        for key, inner in document.items() if isinstance(document, dict) else enumerate(document):
            yield document, key
            yield from values(inner)


@pytest.mark.parametrize("which", ["bundle", "manifest", "result"])
def test_no_single_value_can_be_replaced_unseen(published: Published, which: str) -> None:
    """Every leaf and branch of the files, put out one after another."""
    document = getattr(published, which)
    places = list(values(document))
    assert len(places) > 20
    for holder, key in places[:120]:
        kept = holder[key]
        holder[key] = [] if kept != [] else {}
        checked = recount_files(
            [published.files()["ballots"].encode()],
            published.manifest,
            result=published.files()["result"].encode(),
            manifest_sha256=published.paper.manifest.sha256,
        )
        assert not checked.holds, f"{key} was replaced unseen"
        holder[key] = kept
    assert published.codes() == set()


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{", '{"ballots":[1,', '{"ballots":[]} x', '{"ballots":[],"ballots":[]}', "\xff"],
)
def test_what_is_no_json_object_is_named(published: Published, text: str) -> None:
    checked = recount_files([text.encode("latin-1")], published.manifest)
    assert set(checked.counts) == {"bundle-unreadable"}


def test_many_faults_of_a_kind_are_counted_and_the_first_are_named(published: Published) -> None:
    published.bundle["ballots"] = [None] * 1000
    checked = recount(published.bundle, published.manifest)
    assert checked.counts["ballot-malformed"] == 1000
    assert len(checked.faults) < 200
