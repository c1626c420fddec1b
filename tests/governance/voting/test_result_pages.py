"""Pages of results, method by method: the answer in a sentence, how it came about, and ties."""

from __future__ import annotations

import hashlib
import html
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from jsonschema import Draft202012Validator

from governance.voting import words
from governance.voting.models import Poll
from governance.voting.rule import METHODS, MOST_OPTIONS, PollRule
from tests.governance.voting.conftest import result_of
from tests.governance.voting.settled import RULES, Settle, options

pytestmark = pytest.mark.django_db

MANY = options({f"o{number}": f"Option {number}" for number in range(MOST_OPTIONS)})
LONG = "A label that goes on " * 10


def shown(poll: Poll) -> str:
    answer = Client().get(reverse("poll", args=[poll.pk]))
    assert answer.status_code == 200
    return html.unescape(re.sub(r"\s+", " ", answer.content.decode()))


def words_of(page: str) -> str:
    """The text of a page, without its tags."""
    shown_words = re.sub(r"</?bdi>", "", page)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", shown_words))


ANSWERS: list[tuple[str, list[list[str]], dict[str, Any], str]] = [
    ("yes_no", [["yes"], ["no"], ["yes"]], {}, "Adopted: 2 in favour, 1 against."),
    ("approval", [["a", "b"], ["a"]], {}, "Ada Moss and Ben Tal were chosen."),
    ("approval", [["a"], ["a"]], {}, "Ada Moss was chosen. 1 place stays empty."),
    ("approval", [["abstain"]], {}, "everybody who voted abstained"),
    ("approval", [], {}, "nobody voted"),
    (
        "approval",
        [["a"], ["b"]],
        {"rule": PollRule(method="approval", quorum="2/5")},
        "Nothing was chosen: no option has the 2 votes it needed.",
    ),
    (
        "approval",
        [["a"], ["b"], ["c"]],
        {"rule": PollRule(method="approval", quorum="0/1", majority="1/2")},
        "no option has the majority it needed",
    ),
    ("schulze", [["b", "a"], ["b"]], {}, "“Ben Tal” is preferred to every other option."),
    ("schulze", [["further", "a"], ["further"]], {}, "“Further discussion” stands"),
    (
        "schulze",
        [["a", "b", "c"]] * 3 + [["b", "c", "a"]] * 2 + [["c", "a", "b"]] * 2,
        {"rule": PollRule(method="schulze", quorum="0/1"), "voters": 7},
        "preferences went in a circle",
    ),
    (
        "schulze",
        [["a", "b"], ["b", "a"]],
        {"rule": PollRule(method="schulze", quorum="0/1")},
        "is chosen, by lot among equals",
    ),
    ("schulze", [], {"rule": PollRule(method="schulze", quorum="0/1")}, "nobody voted"),
    ("stv", [["a"], ["a", "b"], ["b"], ["b"], ["c"]], {}, "were elected."),
    ("stv", [["a"]], {"rule": PollRule(method="stv", quorum="1/1")}, "1 person voted, and 5 were"),
    ("stv", [["abstain"]], {}, "everybody who voted abstained"),
    ("equal_shares", [["a", "b"]] * 4, {}, "2 of 3 projects are funded: €60.00 of €70.00."),
    ("equal_shares", [["abstain"]], {}, "nobody chose one. €70.00 stays in the fund."),
    (
        "equal_shares",
        [["a"]],
        {"rule": PollRule(method="equal_shares", quorum="1/1", budget=7000, currency="EUR")},
        "1 person voted, and 5 were needed. €70.00 stays in the fund.",
    ),
]


@pytest.mark.parametrize(("method", "ballots", "changes", "sentence"), ANSWERS)
def test_a_result_is_a_sentence_on_page_list_and_api(
    settle: Settle,
    method: str,
    ballots: list[list[str]],
    changes: dict[str, Any],
    sentence: str,
) -> None:
    poll = settle(method, ballots=ballots, **changes)
    answer = words.answer(poll)
    assert sentence in answer
    assert answer in shown(poll)
    listed = html.unescape(Client().get(reverse("poll-list")).content.decode())
    assert answer in re.sub(r"\s+", " ", listed)
    assert Client().get(reverse("api-poll", args=[poll.pk])).json()["answer"] == answer


@pytest.mark.parametrize("method", METHODS)
def test_every_page_has_its_picture_and_its_table(settle: Settle, method: str) -> None:
    page = shown(settle(method))
    assert page.count("<svg viewBox=") >= 3
    assert "<table>" in page
    assert "could vote" in page
    assert "The ballots for other counting programs" in page


@pytest.mark.parametrize("method", METHODS)
def test_nobody_voted_is_a_page_too(settle: Settle, method: str) -> None:
    page = words_of(shown(settle(method, ballots=[])))
    assert "The result" in page
    assert "None" not in page


def test_the_quorum_is_told_in_words(settle: Settle) -> None:
    assert "At least 1 had to, so the quorum is met." in words_of(shown(settle("stv")))


def test_a_quorum_that_was_missed_is_told_in_words(settle: Settle) -> None:
    rule = PollRule(method="stv", quorum="1/1", seats=2)
    page = words_of(shown(settle("stv", rule=rule, ballots=[["a"]])))
    assert "At least 5 had to, so the quorum is not met" in page
    assert "Votes at the end of each stage" not in page


def test_the_winner_and_the_second_are_compared(settle: Settle) -> None:
    page = words_of(shown(settle("schulze", ballots=[["a", "b"], ["a", "b"], ["b", "a"]])))
    assert "Why “Ada Moss” comes before “Ben Tal”" in page
    assert "2 prefer “Ada Moss” to “Ben Tal”, and 1 the other way round." in page
    assert "✕ dropped" in page


def test_stages_say_who_and_why(settle: Settle) -> None:
    ballots = [["a", "b"]] * 4 + [["b"], ["c", "b"], ["c", "b"]]
    page = words_of(shown(settle("stv", ballots=ballots, voters=7)))
    assert "Ada Moss has 1 beyond the quota, which go on." in page
    assert "Ada Moss reaches the quota and is elected." in page


def test_who_paid_for_what(settle: Settle) -> None:
    page = words_of(shown(settle("equal_shares")))
    assert "Ada Moss: €30.00" in page
    assert "3 supporters paid €10.00 each" in page
    assert "Its 1 supporter had" in page


def test_the_lot_can_be_drawn_again_from_the_page(settle: Settle) -> None:
    rule = PollRule(method="approval", quorum="0/1")
    poll = settle("approval", rule=rule, ballots=[["a"], ["b"]])
    [tie] = result_of(poll)["ties"]
    page = shown(poll)
    assert "The lot decided" in page
    numbers = re.findall(r'<td class="hash">([0-9a-f]{64})</td>', page)
    assert len(numbers) == 2
    assert numbers == sorted(numbers)
    seed, root = re.findall(r"(?:Seed|Root over the ballots):.*?<code>([0-9a-f]{64})</code>", page)
    drawn = {
        one: hashlib.sha256(bytes.fromhex(seed + root) + one.encode()).hexdigest()
        for one in tie["candidates"]
    }
    assert sorted(drawn.values()) == numbers
    assert min(drawn, key=drawn.__getitem__) == result_of(poll)["winners"][0]


def test_without_a_tie_there_is_no_lot(settle: Settle) -> None:
    assert "The numbers that the lot drew" not in shown(settle("stv"))


@pytest.mark.parametrize("method", ["approval", "schulze", "stv"])
def test_a_hundred_options_with_long_labels(settle: Settle, method: str) -> None:
    offered = [*MANY[1:], *options({"o0": LONG[:200]})]
    rule = (
        PollRule(method="schulze", quorum="0/1")
        if method == "schulze"
        else PollRule(method=method, quorum="0/1", seats=8)
    )
    page = shown(settle(method, rule=rule, options=offered, ballots=[["o1", "o0"], ["o0"]]))
    assert LONG[:200].strip() in page
    assert len(page) < 3_000_000


@pytest.mark.parametrize("projects", [1, MOST_OPTIONS])
def test_one_project_and_a_hundred(settle: Settle, projects: int) -> None:
    offered = options({f"o{number}": f"Project {number}" for number in range(projects)}, cost=70)
    poll = settle("equal_shares", options=offered, ballots=[["o0"], ["abstain"]])
    # Half of the voters hold half of the budget, and shares are raised for as long as it lasts.
    assert result_of(poll)["winners"] == ["o0"]
    page = words_of(shown(poll))
    assert "1 supporter paid €0.70" in page
    assert page.count("Nobody approved of it.") == projects - 1


def test_a_long_list_of_names_is_cut_in_the_sentence(settle: Settle) -> None:
    rule = PollRule(method="approval", quorum="0/1", seats=10)
    ballot = [f"o{number}" for number in range(10)]
    poll = settle("approval", rule=rule, options=MANY, ballots=[ballot])
    assert words.answer(poll).endswith("and 5 others were chosen.")
    assert words.answer(poll).count("Option") == 5


@pytest.mark.parametrize("method", ["approval", "schulze", "stv"])
def test_no_label_is_markup(settle: Settle, method: str) -> None:
    offered = options({"a": "<script>alert(1)</script>", "b": "{0} & {name}"})
    rule = PollRule(method=method, quorum="0/1")
    poll = settle(method, rule=rule, options=offered, ballots=[["b"], ["a", "b"]])
    page = Client().get(reverse("poll", args=[poll.pk])).content.decode()
    assert "<script>alert" not in page
    assert "{0} &amp; {name}" in page


# The list


def test_the_list_says_what_kind_of_vote(settle: Settle) -> None:
    settle("stv")
    page = Client().get(reverse("poll-list")).content.decode()
    assert page.count("Rank the candidates") == 2  # the card, and the filter
    nothing = Client().get(reverse("poll-list"), {"method": "schulze"}).content.decode()
    assert "No such vote." in nothing


def test_two_hundred_polls_have_eight_pages(make_poll: Any) -> None:
    for number in range(200):
        make_poll(title=f"Question {number}")
    with CaptureQueriesContext(connection) as asked:
        page = Client().get(reverse("poll-list"), {"page": "8"}).content.decode()
    assert "Page 8 of 8" in page
    assert page.count("<article>") == 25
    assert len(asked) == 2  # how many, and the polls


def test_a_result_takes_few_queries(settle: Settle) -> None:
    poll = settle("schulze")
    with CaptureQueriesContext(connection) as asked:
        shown(poll)
    assert len(asked) <= 4, [one["sql"] for one in asked]


# The API


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("ballots", [None, []])
def test_results_are_as_they_are_described(
    settle: Settle, client: Client, method: str, ballots: list[list[str]] | None
) -> None:
    poll = settle(method, ballots=ballots)
    answer = client.get(reverse("api-poll", args=[poll.pk])).json()
    described = client.get("/api/v1/schema/").json()
    name = {
        "yes_no": "YesNoResult",
        "approval": "ApprovalResult",
        "schulze": "SchulzeResult",
        "stv": "StvResult",
        "equal_shares": "EqualSharesResult",
    }[method]
    for schema in (name, "PollResult"):
        reference = {"$ref": f"#/components/schemas/{schema}"} | {
            "components": described["components"]
        }
        Draft202012Validator(reference).validate(answer["result"])
    # Nothing in a result is left without a description.
    known = described["components"]["schemas"][name]["properties"]
    assert set(answer["result"]) <= set(known)


def test_the_list_is_filtered_by_method(settle: Settle) -> None:
    poll = settle("stv")
    address = reverse("api-polls")

    def found(**asked: str) -> list[str]:
        return [one["id"] for one in Client().get(address, asked).json()["results"]]

    assert found(method="stv", stage="closed") == [str(poll.pk)]
    assert found(method="approval") == []
    assert Client().get(address, {"method": "dice"}).status_code == 400


def test_exports_are_named_once_there_are_any(settle: Settle, make_poll: Any) -> None:
    poll = settle("schulze")
    answer = Client().get(reverse("api-poll", args=[poll.pk])).json()
    assert [one["format"] for one in answer["exports"]] == ["toi", "blt"]
    for one in answer["exports"]:
        assert Client().get(one["url"]).status_code == 200
    coming = make_poll(rule=RULES["stv"], options=options({"a": "A", "b": "B"}))
    answer = Client().get(reverse("api-poll", args=[coming.pk])).json()
    assert (answer["exports"], answer["answer"], answer["result"]) == ([], "", None)
