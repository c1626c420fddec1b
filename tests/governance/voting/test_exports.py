"""Ballots of closed polls in the formats that others read: the same bytes, the same winners."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from governance.record.public_files import public_path
from governance.voting import actions, exports
from governance.voting.formats import preflib
from governance.voting.models import Poll
from governance.voting.rule import METHODS, PollRule
from governance.voting.tally.election import Candidate, Election
from tests.governance.voting.conftest import result_of
from tests.governance.voting.settled import OPTIONS, RULES, Settle

pytestmark = pytest.mark.django_db

CASES = [(method, ending) for method in METHODS for ending in exports.ENDINGS[method]]


def address(poll: Poll, ending: str) -> str:
    return reverse("poll-export", args=[poll.pk, ending])


def test_every_method_has_an_export() -> None:
    assert set(exports.ENDINGS) == set(METHODS)


@pytest.mark.parametrize(("method", "ending"), CASES)
def test_the_export_counts_to_the_same_winners(
    settle: Settle, method: str, ending: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    poll = settle(method)
    answer = Client().get(address(poll, ending))
    assert answer.status_code == 200
    (tmp_path / f"ballots.{ending}").write_bytes(answer.content)
    options = [option["id"] for option in poll.options]
    command = exports.command(poll.rule, options, ending, poll.rule.needed(poll.roll_size or 0))
    # The command as the page shows it, and nothing that it does not show.
    assert command in " ".join(
        Client().get(reverse("poll", args=[poll.pk])).content.decode().split()
    )
    _python, _manage, name, file, *rest = shlex.split(command)
    call_command(name, str(tmp_path / file), *rest, "--json")
    counted = json.loads(capsys.readouterr().out)
    by_name = {one["id"]: one["name"] for one in counted["candidates"]}
    result = result_of(poll)
    if method == "yes_no":
        assert counted["counts"] == result["counts"]
        assert counted["outcome"] == result["outcome"] == "adopted"
    else:
        winners = [by_name[one["id"]] for one in counted["winners"]]
        assert winners == result["winners"] != []


@pytest.mark.parametrize(("method", "ending"), CASES)
def test_no_label_and_no_name_is_in_it(settle: Settle, method: str, ending: str) -> None:
    content = Client().get(address(settle(method), ending)).content.decode()
    for option in OPTIONS[method]:
        assert option.label not in content


@pytest.mark.parametrize(("method", "ending"), CASES)
def test_it_is_published_for_ever_and_served_with_django_stopped(
    settle: Settle, method: str, ending: str
) -> None:
    poll = settle(method)
    path = public_path(f"polls/{poll.pk}/ballots.{ending}")
    published = path.read_bytes()
    answer = Client().get(address(poll, ending))
    assert answer.content == published
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert "immutable" in answer["Cache-Control"]
    assert answer["Access-Control-Allow-Origin"] == "*"
    again = Client().get(address(poll, ending), headers={"if-none-match": answer["ETag"]})
    assert again.status_code == 304
    # It is made again, the same, where it is missing; and published with all else.
    path.unlink()
    assert Client().get(address(poll, ending)).content == published
    assert dict(actions.public_files(poll))[f"polls/{poll.pk}/ballots.{ending}"] == published
    assert Path(settings.PUBLIC_ROOT) in path.parents


def test_a_superseded_ballot_is_not_in_it(settle: Settle, now: datetime) -> None:
    content = Client().get(address(settle("stv", revote=["c"]), "blt")).content.decode()
    # Everybody voted once, and the first of them again: that one counts.
    lines = content.splitlines()
    ballots = lines[1 : lines.index("0")]
    assert sum(int(line.split()[0]) for line in ballots) == 5
    assert "1 3 0" in ballots


@pytest.mark.parametrize(
    ("method", "ending", "there"),
    [
        ("stv", "pb", "ballots.blt and ballots.soi"),
        ("equal_shares", "blt", "ballots.pb"),
        ("approval", "cat", "ballots.toi"),
    ],
)
def test_another_format_is_not_found_and_says_which_there_are(
    settle: Settle, method: str, ending: str, there: str
) -> None:
    answer = Client().get(address(settle(method), ending))
    assert answer.status_code == 404
    assert there in answer.content.decode()
    assert answer["Content-Type"] == "text/plain; charset=utf-8"


def test_an_open_poll_has_none(make_open: Callable[..., Poll]) -> None:
    poll = make_open(rule=RULES["stv"], options=OPTIONS["stv"])
    answer = Client().get(address(poll, "blt"))
    assert answer.status_code == 404
    assert "once this vote has closed" in answer.content.decode()
    assert not public_path(f"polls/{poll.pk}/ballots.blt").exists()


def test_money_is_in_whole_units(settle: Settle) -> None:
    content = Client().get(address(settle("equal_shares"), "pb")).content.decode()
    assert "budget;70\n" in content
    assert "currency;EUR\n" in content
    assert "a;30;a\n" in content


def test_a_file_is_of_the_kind_its_ending_names() -> None:
    people = tuple(Candidate(one, one) for one in "ab")
    strict = Election(people, rankings={(("a",), ("b",)): 2})
    tied = Election(people, rankings={(("a", "b"),): 2})
    assert "# DATA TYPE: toi\n" in preflib.write(strict, "ballots", "toi")
    assert "# DATA TYPE: soc\n" in preflib.write(strict)
    with pytest.raises(ValueError, match=r"a \.soi file does not hold"):
        list(preflib.write(tied, "ballots", "soi"))


def test_the_default_option_is_named_by_its_number() -> None:
    rule = PollRule(method="schulze", quorum="1/10", majority="2/3", default="z")
    assert exports.command(rule, ["a", "z"], "toi", 4) == (
        "python manage.py count ballots.toi --method schulze --default 2 --quorum 4 --majority 2/3"
    )


@pytest.mark.parametrize("method", METHODS)
def test_an_empty_poll_has_its_files_too(settle: Settle, method: str) -> None:
    poll = settle(method, ballots=[])
    for ending in exports.ENDINGS[method]:
        assert Client().get(address(poll, ending)).status_code == 200
