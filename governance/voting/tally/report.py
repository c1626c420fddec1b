"""A count told in plain text, round by round. Pure: a count and names in, lines out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from governance.voting.rule import YES_NO
from governance.voting.tally import approval, equal_shares, greedy, schulze, stv, yes_no
from governance.voting.tally.outcome import DEFAULT, NO_QUORUM, NOBODY, Count

Names = Mapping[str, str]
# A matrix with more columns than this is no longer read.
WIDEST = 12

_NOBODY = {
    NO_QUORUM: "Nobody: the quorum was not met.",
    NOBODY: "Nobody: no ballot decided for anybody.",
    yes_no.REJECTED: "Rejected.",
    yes_no.NO_QUORUM: "Not adopted: the quorum was not met.",
}


def lines(count: Count, names: Names) -> Iterator[str]:
    """The report of ``count``; ``names`` are what people read, by id."""
    yield from _answer(count, names)
    yield ""
    yield from TOLD[count.method](count, names)
    if count.ties:
        yield ""
        yield "Ties:"
    for tie in count.ties:
        yield (
            f"  {tie.where}, step {tie.step}: {_list(tie.candidates, names)} were equal; "
            f"by {tie.how}: {_list(tie.order, names, ' > ')}."
        )


def _name(option: str, names: Names) -> str:
    name = names.get(option, option)
    return name if name == option else f"{name} ({option})"


def _list(options: Iterable[str], names: Names, between: str = ", ") -> str:
    return between.join(_name(option, names) for option in options) or "nobody"


def _answer(count: Count, names: Names) -> Iterator[str]:
    if count.method == YES_NO and count.winners:
        yield "Adopted."
    elif not count.winners:
        yield _NOBODY[count.outcome]
    elif count.outcome == DEFAULT:
        yield f"The default option wins: {_name(count.winners[0], names)}."
    else:
        yield ("Winner:" if len(count.winners) == 1 else "Winners, in order:")
        for place, option in enumerate(count.winners, 1):
            yield f"  {place}. {_name(option, names)}"


def _yes_no(count: Count, names: Names) -> Iterator[str]:
    counts = count.figures["counts"]
    yield ", ".join(f"{choice} {votes}" for choice, votes in counts.items())
    for rule in count.rounds:
        met = "met" if rule["met"] else "not met"
        if rule["check"] == "quorum":
            yield f"quorum {met}: {rule['inFavour']} in favour, {rule['needed']} needed"
        else:
            yield f"majority of {rule['share']} {met}: {rule['inFavour']} to {rule['against']}"


def _approval(count: Count, names: Names) -> Iterator[str]:
    figures = count.figures
    yield f"{figures['cast']} ballots, {figures['abstained']} of them approving of nothing"
    for row in count.rounds:
        short = [] if row["quorumMet"] else ["under the quorum"]
        short += [] if row["majorityMet"] else ["no majority"]
        yield _row(row["votes"], _name(row["candidate"], names), *short)


def _schulze(count: Count, names: Names) -> Iterator[str]:
    figures = count.figures
    yield f"{figures['cast']} ballots, {figures['abstained']} of them ranking nothing"
    for step in count.rounds:
        if step["step"] == "default":
            for check in step["checks"]:
                why = "" if check["quorumMet"] else ", under the quorum"
                why += "" if check["majorityMet"] else ", no majority"
                yield (
                    f"{_name(check['candidate'], names)} against the default option: "
                    f"{check['above']} to {check['below']}{why}"
                    f"{': dropped' if check['dropped'] else ''}"
                )
        else:
            yield f"Schwartz set: {_list(step['set'], names)}"
            for fall in step["dropped"]:
                yield (
                    f"  weakest defeat dropped: {_name(fall['winner'], names)} over "
                    f"{_name(fall['loser'], names)}, {fall['for']} to {fall['against']}"
                )
    yield f"Order of finish: {_list(figures['order'], names, ' > ')}"
    table = figures["pairwise"]
    if len(table) <= WIDEST:
        yield ""
        yield "How many prefer the option of the row to that of the column:"
        width = max(len(str(one)) for one in (*table, figures["cast"])) + 2
        yield " " * width + "".join(other.rjust(width) for other in table)
        for one, row in table.items():
            cells = (str(row.get(other, "")).rjust(width) for other in table)
            yield (one.rjust(width) + "".join(cells)).rstrip()


def _stv(count: Count, names: Names) -> Iterator[str]:
    figures = count.figures
    yield (
        f"{figures['valid']} of {figures['cast']} ballots are valid; seats: {figures['seats']}; "
        f"the quota is {figures['quota']}"
    )
    told = {
        "first": "first preferences",
        "surplus": "the surplus of {} is passed on",
        "exclusion": "{} is excluded",
    }
    gone: set[str] = set()
    for stage in count.rounds:
        who = _name(stage["candidate"], names) if stage["candidate"] else ""
        yield ""
        yield f"Stage {stage['stage']}: {told[stage['action']].format(who)}"
        if stage["action"] == "exclusion":
            gone.add(stage["candidate"])
        for option, votes in stage["votes"].items():
            if option not in gone:
                marks = ["elected"] if option in stage["elected"] else []
                marks += ["elected to a place that is left"] if option in stage["filled"] else []
                got = stage["transfers"].get(option)
                yield _row(votes, _name(option, names), *([f"+{got}"] if got else []), *marks)
        yield _row(stage["nonTransferable"], "not transferable")
        yield _row(stage["lost"], "lost to cut-off decimals")


def _equal_shares(count: Count, names: Names) -> Iterator[str]:
    figures = count.figures
    yield (
        f"{figures['cast']} ballots share {figures['budget']}; {figures['spent']} is spent and "
        f"{figures['left']} stays in the fund"
    )
    if "raisedBy" in figures:
        yield (
            f"Each share, {figures['share']}, was raised by {figures['raisedBy']} % "
            f"to {figures['raisedShare']}"
        )
    for buy in count.rounds:
        yield ""
        yield f"{buy['step']}. {_name(buy['project'], names)} costs {buy['cost']}"
        yield f"   {buy['payment']} each from {buy['paidInFull']} of {buy['supporters']} supporters"
        if buy["paidAllTheyHad"]:
            yield f"   {buy['fromThem']} in all from {buy['paidAllTheyHad']} who had no more left"
    if figures["notFunded"]:
        yield ""
        yield "Not funded, in the order of how near they came:"
    for one in figures["notFunded"]:
        yield (
            f"  {_name(one['project'], names)} costs {one['cost']}; its {one['supporters']} "
            f"supporters have {one['supportersHadLeft']} left"
        )
    yield ""
    yield f"The greedy rule would fund: {_list(figures['greedy']['winners'], names)}"


def _greedy(count: Count, names: Names) -> Iterator[str]:
    figures = count.figures
    yield f"{figures['spent']} of {figures['budget']} is spent"
    for row in count.rounds:
        funded = "funded" if row["funded"] else f"not funded, with {row['left']} left"
        yield _row(row["votes"], _name(row["project"], names), f"costs {row['cost']}", funded)


def _row(number: object, *words: str) -> str:
    return f"  {number!s:>12}  {', '.join(words)}"


TOLD: Mapping[str, Callable[[Count, Names], Iterator[str]]] = {
    YES_NO: _yes_no,
    approval.METHOD: _approval,
    schulze.METHOD: _schulze,
    stv.METHOD: _stv,
    equal_shares.METHOD: _equal_shares,
    greedy.METHOD: _greedy,
}
