"""Two projects with a canary in every word, file, score and amount of theirs, and who they concern.

``read`` is in a round that is being read and is named nowhere; ``given`` has an award that is under
way. Each of the recused holds an office or reviews, and is recused from both in one way; a
``shadow`` of each way stands in the same relation to them and holds no office.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.test import override_settings

from funding.grants import account_links, actions, asking
from funding.grants.actions import Call, agreeing, delivering, ending, funds, payees, paying
from funding.grants.models import (
    Application,
    ApplicationVersion,
    Award,
    PayoutMark,
    Relation,
    Reviewer,
    Round,
    TeamMember,
)
from funding.grants.payee_details import Address
from funding.grants.rubric import Criterion
from kernel.money import Money
from members.models import Claim, Person, Program, RoleGrant
from tests.funding.grants.awards_acting import PAYING_ACCOUNT, a_line
from tests.funding.grants.awards_scene import a_round, fill_bank

_BY = Program("test")
# Nobody else in the story is paid into it.
IBAN = "BE68539007547034"
WAYS = ("word", "team", "relation", "account")
OFFICES = ("steward", "reviewer")
# 1 and 2 by these weights make 1.37: no other mean does.
CRITERIA = (
    Criterion("reach", "Who it helps", "1: nobody, 5: many", 63),
    Criterion("craft", "Whether it can be done", "1: hardly, 5: surely", 37),
)
SCORES = {"reach": 1, "craft": 2}


class Canaries:
    """Words that stand nowhere else, by where they were planted."""

    def __init__(self) -> None:
        self.planted: dict[str, str] = {}

    def __call__(self, where: str) -> str:
        word = f"quetzal{len(self.planted):02d}x{where}"
        self.planted[where] = word
        return word

    def also(self, where: str, text: str) -> None:
        """Something that is unmistakable without being a word of ours."""
        self.planted[where] = text

    def told_in(self, body: str) -> set[str]:
        return {where for where, word in self.planted.items() if word in body}


@dataclass(frozen=True, slots=True)
class Planted:
    """Everything that the crawl goes to."""

    canaries: Canaries
    applicant: Person
    colleague: Person
    fellow: Person
    treasurer: Person
    recused: dict[tuple[str, str], Person]
    shadows: dict[str, Person]
    read: Application
    given: Application
    award: Award
    # What an address can name, by the word before it in the address.
    there: dict[str, list[Any]] = field(default_factory=dict)
    tokens: list[str] = field(default_factory=list)


def plant(people: list[Person], now: datetime) -> Planted:
    """``people`` are fifteen members without an office."""
    canaries = Canaries()
    others = iter(people)
    applicant, colleague, second, fellow, treasurer = (next(others) for _five in range(5))
    for person, role in (
        (colleague, "steward"),
        (second, "steward"),
        (treasurer, "treasurer"),
    ):
        _office(person, role, now)
    shadows = {way: next(others) for way in WAYS}
    recused = {(way, office): next(others) for way in WAYS for office in OFFICES}
    reading, finished = _round_to_read(now), a_round(large=True, hold_back=10)
    reviewers = [fellow, *(recused[way, "reviewer"] for way in WAYS)]
    for way in WAYS:
        _office(recused[way, "steward"], "steward", now)
    for person in reviewers:
        actions.name_reviewer(round=reading, person=person, by=colleague, at=now)
        Reviewer.objects.create(
            round=finished, person=person, named_by=colleague, named_at=finished.opens_at
        )
    read = _sent(reading, applicant, canaries, now)
    given = _chosen(finished, applicant, canaries, now)
    for application in (read, given):
        _relate(application, recused, shadows, canaries)
    actions.end_call(round=reading, by=_BY, at=now)
    actions.begin_screening(application=read, by=_BY, at=now)
    for application in (read, given):
        for person in (colleague, second, fellow):
            actions.declare_interest(
                application=application, conflicted=False, why="", by=person, at=now
            )
        for office in OFFICES:
            actions.declare_interest(
                application=application,
                conflicted=True,
                why=canaries(f"{office}-why-{application.stage}"),
                by=recused["word", office],
                at=now,
            )
    _panel(read, colleague, fellow, canaries, now)
    fill_bank(10_000_000, key="planted:settled")
    award = funds.commit_award(
        application=given, amount=given.ask, by=_BY, at=now - timedelta(days=30)
    )
    there, tokens = _paid(award, applicant, (colleague, second), treasurer, canaries, now)
    mark = applicant.payout_marks.get().fingerprint
    for person in (shadows["account"], *(recused["account", office] for office in OFFICES)):
        PayoutMark.objects.create(person=person, fingerprint=mark, marked_at=now)
    for kind, thing in (("screening", read), ("shortlist", read), ("agreement", award)):
        Claim.objects.get_or_create(
            key=f"{kind}:{thing.pk}", defaults={"person": colleague, "claimed_at": now}
        )
    there["applications"] = there["projects"] = there["mine"] = [read, given]
    there["rounds"] = [reading, finished]
    return Planted(
        canaries=canaries,
        applicant=applicant,
        colleague=colleague,
        fellow=fellow,
        treasurer=treasurer,
        recused=recused,
        shadows=shadows,
        read=Application.objects.get(pk=read.pk),
        given=given,
        award=award,
        there=there,
        tokens=tokens,
    )


def _office(person: Person, role: str, now: datetime) -> None:
    since = now.date() - timedelta(days=90)
    RoleGrant.objects.create(person=person, role=role, starts_on=since, basis="planted")


def _round_to_read(now: datetime) -> Round:
    euros = settings.CURRENCY
    opens = now - timedelta(days=30)
    round = actions.open_round(
        call=Call(
            title="A round with a recused panel",
            purpose="Tools.",
            small=False,
            budget=Money(1_000_000, euros),
            smallest=Money(10_000, euros),
            largest=Money(500_000, euros),
            criteria=CRITERIA,
            hold_back=10,
            opens_at=opens,
            closes_at=now - timedelta(days=1),
            hear_by=now + timedelta(days=1),
            vote_days=7,
            vote_quorum="1/10",
            sponsors_needed=3,
        ),
        basis=f"{settings.PUBLIC_ORIGIN}/proposals/recused/",
        by=_BY,
        at=opens,
    )
    return actions.begin_call(round=round, by=_BY, at=opens)


def _sent(round: Round, applicant: Person, canaries: Canaries, now: datetime) -> Application:
    at = now - timedelta(days=5)
    begun = actions.begin_application(round=round, by=applicant, at=at)
    content = {
        **{name: canaries(f"read-{name}") for name in ("title", "summary", "who", "how")},
        "website": f"https://{canaries('read-website')}.example/",
        "done": "It runs.",
        "ask": "2517.43",
        "done_by": "2099-06-30",
        "budget": [{"what": canaries("read-budget"), "amount": "2517.43"}],
        "milestones": [
            {
                "title": canaries("read-milestone"),
                "criteria": canaries("read-criteria"),
                "due": "2099-06-30",
                "amount": "2517.43",
            }
        ],
    }
    canaries.also("read-ask", "2,517.43")
    canaries.also("read-ask-minor", "251743")
    draft = actions.save_draft(application=begun, content=content, seen=1, by=applicant, at=at)
    actions.attach_file(
        application=begun,
        name=f"{canaries('read-file-name')}.txt",
        data=canaries("read-file").encode(),
        by=applicant,
        at=at,
    )
    actions.submit_application(application=begun, seen=draft.number, by=applicant, at=at)
    return Application.objects.with_version().get(pk=begun.pk)


def _chosen(round: Round, applicant: Person, canaries: Canaries, now: datetime) -> Application:
    """A project that members chose: its words are public from the shortlist on."""
    at = now - timedelta(days=60)
    parts = 5
    asked = asking.Ask(
        title=canaries("given-title"),
        summary=canaries("given-summary"),
        answers={"who": canaries("given-who"), "how": canaries("given-how")},
        amount=Money(123_455, settings.CURRENCY),
        budget=(),
        milestones=tuple(
            asking.Milestone(
                canaries(f"given-part-{number}"),
                canaries(f"given-criteria-{number}"),
                (now + timedelta(days=200 + number)).date(),
                123_455 // parts,
            )
            for number in range(parts)
        ),
        terms=(),
    )
    application = Application.objects.create(round=round, applicant=applicant, begun_at=at)
    version = ApplicationVersion.objects.create(
        application=application,
        number=1,
        title=asked.title,
        summary=asked.summary,
        content=asked.as_content(),
        sha256=asked.sha256(application=str(application.pk), number=1),
        ask_minor=asked.amount.minor,
        currency=asked.amount.currency,
        sent_at=at,
    )
    Application.objects.filter(pk=application.pk).update(
        version=version, stage="awarded", named_at=now
    )
    return Application.objects.with_version().get(pk=application.pk)


def _relate(
    application: Application,
    recused: dict[tuple[str, str], Person],
    shadows: dict[str, Person],
    canaries: Canaries,
) -> None:
    """Put the recused and their shadows on the team, and name them as related."""
    TeamMember.objects.create(
        application=application,
        name=canaries(f"team-{application.stage}"),
        email=f"{canaries(f'team-address-{application.stage}')}@example.org",
        role=canaries(f"team-role-{application.stage}"),
    )
    what = canaries(f"relation-{application.stage}")
    for way, people in (
        ("team", [shadows["team"], *(recused["team", office] for office in OFFICES)]),
        ("relation", [shadows["relation"], *(recused["relation", office] for office in OFFICES)]),
    ):
        for person in people:
            if way == "team":
                TeamMember.objects.create(application=application, email=person.email)
            else:
                Relation.objects.create(application=application, person=person, what=what)


def _panel(
    read: Application, colleague: Person, fellow: Person, canaries: Canaries, now: datetime
) -> None:
    """What the panel says of the one that is being read."""
    actions.find_eligible(application=read, reasons=canaries("read-reasons"), by=colleague, at=now)
    actions.review(
        application=read, scores=SCORES, comment=canaries("read-review"), by=fellow, at=now
    )
    canaries.also("read-score", "1.4 of 5")
    for person in (fellow, colleague):
        actions.remark(
            application=read, text=canaries(f"read-remark-{person.pk}"), by=person, at=now
        )


def _paid(
    award: Award,
    applicant: Person,
    stewards: tuple[Person, Person],
    treasurer: Person,
    canaries: Canaries,
    now: datetime,
) -> tuple[dict[str, list[Any]], list[str]]:
    """Take the award as far as the bank; answers what there is to go to."""
    one, two = stewards
    then = now - timedelta(days=20)
    text = f"{agreeing.suggested_agreement(award)}\n\n{canaries('given-agreement')}"
    offered = agreeing.offer_agreement(award=award, text=text, by=one, at=then)
    for person in (applicant, two):
        award = agreeing.accept_agreement(award=award, sha256=offered.sha256, by=person, at=then)
    account = payees.name_account(
        name=canaries("given-payee"),
        iban=IBAN,
        bic="",
        address=Address(town=canaries("given-town"), country="BE"),
        by=applicant,
        at=then,
    )
    canaries.also("given-iban", IBAN)
    canaries.also("given-masked", account.masked)
    payees.confirm_account(account=account, at=then)
    payees.note_sanctions_check(
        award=award, account=account, lists="eu-un", found=False, by=one, at=now
    )
    parts = list(award.milestones.in_order())
    for number, milestone in enumerate(parts[:4]):
        delivering.show_evidence(
            milestone=milestone,
            name="report.txt",
            data=canaries(f"given-evidence-file-{number}").encode(),
            note=canaries(f"given-note-{number}"),
            by=applicant,
            at=then,
        )
        if number:
            delivering.judge_milestone(
                milestone=milestone,
                accepted=True,
                reasons=canaries(f"given-verdict-{number}"),
                by=one,
                at=then,
            )
    delivering.show_evidence(
        milestone=parts[0],
        url=f"https://{canaries('given-link')}.example/",
        note="",
        by=applicant,
        at=then,
    )
    delivering.ask_amendment(
        milestone=parts[4],
        criteria=canaries("given-amended"),
        due_on=parts[4].due_on,
        reason=canaries("given-amendment-reason"),
        by=applicant,
        at=then,
    )
    waiting, filed, paid = (
        paying.prepare_payment(milestone=milestone, by=treasurer, at=now)
        for milestone in (parts[1], parts[2], parts[3])
    )
    for payment in (filed, paid):
        for person in stewards:
            paying.approve_payment(
                payment=payment, fingerprint=payment.fingerprint, by=person, at=now
            )
    with override_settings(PAYING_ACCOUNT=PAYING_ACCOUNT):
        file = paying.make_bank_file(payments=[filed], execute_on=now.date(), by=treasurer, at=now)
    paid.refresh_from_db()
    reference = canaries("given-reference")
    paying.record_transfer(
        payment=paid, fingerprint=paid.fingerprint, reference=reference, by=treasurer, at=now
    )
    a_line(treasurer, -paid.amount, reference=reference, on=now.date())
    if not paying.match_payment(payment=paid, by=_BY, at=now):
        raise ValueError("the bank's line is the payment")
    ending.propose_termination(award=award, reason=canaries("given-termination"), by=one, at=now)
    evidence = [shown for milestone in parts for shown in milestone.evidence.all()]
    return {
        "awards": [award],
        "milestones": parts,
        "evidence": evidence,
        "payments": [waiting, filed, paid],
        "bank-files": [file],
        "amendments": [shown for part in parts for shown in part.amendments.all()],
    }, [account_links.token(account, now)]
