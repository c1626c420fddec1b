"""How the demo's members give money away: a round from its call to what is paid, and an open one.

A project has a milestone refused and then paid; another's payment waits for its second approval;
a third is next in line.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from itertools import cycle
from typing import TYPE_CHECKING, Any

from config.demo import crowd, grant_plans
from config.demo.grant_plans import APPLICATIONS, FAR_OFF, LOYALTY, RECEIPTS, REFUSER, Plan
from config.demo.people import GUISES
from funding.dues.actions import import_statement
from funding.dues.models import Payout
from funding.grants import actions
from funding.grants.actions import agreeing, delivering, payees, paying
from funding.grants.models import Application, Award, GrantPayment, Milestone, Round
from funding.grants.payee_details import Address
from kernel.money import Money
from members.models import Person

if TYPE_CHECKING:
    from config.demo.story import Happening, Story

STEWARD, SECOND, RECUSED, TREASURER = "Sam", "Paula", "Karim", "Tova"
REVIEWERS = ("Hana", "Ivo")
SPONSORS = ("Otto", "Olga", "Rosa")
# Which of the three projects each voter approves of, in turn.
_WAYS = ((0, 1), (0,), (1,), (0, 1), (0, 2), (1,), (0,), (1, 2), ())
_IBANS = {"Elif": "IT60X0542811101000000123456", "Goran": "AT611904300234573201"}
_DAY = timedelta(days=1)


def happenings(story: Story) -> Iterator[Happening]:
    """Everything about grants but how members adopt the rounds, each with its moment."""
    told = (
        (168, _bank_shows_the_payout),
        (139.5, _begins),
        (119.5, _screens),
        (115, _reviews),
        (112, _shortlists),
        (108, _puts_to_vote),
        (107.5, _votes),
        (100, _counts),
        (98, _agrees),
        (70, _shows),
        (58, _pays),
        (53, _bank_shows_the_payment),
        (17, _asks_to_pay_another),
        (16.5, _opens_the_second),
        (1, _shows_the_rest),
    )
    for days, happen in told:
        yield story.ago(days), partial(happen, story, story.ago(days))
    for place, plan in enumerate(APPLICATIONS):
        at = story.ago(136 - 4 * place)
        yield at, partial(_apply, story, plan, at)


def _bank_shows_the_payout(story: Story, at: datetime) -> None:
    """The bank's first statement: what the founders put in, and what Stripe paid out."""
    payout = Payout.objects.in_transit().earliest("arrives_on")
    _statement(
        story,
        [
            (story.ago(178), Money(150_000, "EUR"), "FOUNDERS-1", "What the founders put in"),
            (at - _DAY, payout.amount, "STRIPE-1", "Stripe payout"),
        ],
        at,
    )


def _begins(story: Story, at: datetime) -> None:
    story.run("grants.rounds", at)
    for name in REVIEWERS:
        actions.name_reviewer(
            round=_first(), person=story.member(name), by=story.member(STEWARD), at=at
        )


def _apply(story: Story, plan: Plan, at: datetime) -> None:
    person = story.member(plan.by)
    typed = plan.typed()
    for milestone, days in zip(typed["milestones"], (60, 5), strict=True):
        milestone["due"] = f"{story.ago(days):%Y-%m-%d}"
    _send(_first(), person, typed, at)


def _send(round: Round, person: Person, typed: dict[str, Any], at: datetime) -> None:
    begun = actions.begin_application(round=round, by=person, at=at)
    draft = actions.save_draft(
        application=begun, content=typed, seen=begun.draft.number, by=person, at=at
    )
    actions.submit_application(
        application=begun, seen=draft.number, by=person, at=at + timedelta(minutes=20)
    )


def _screens(story: Story, at: datetime) -> None:
    """The call is over: who looks after it says what they have to do with each, and begins."""
    story.run("grants.rounds", at)
    for application in _first().applications.order_by("begun_at"):
        for name in (STEWARD, SECOND, RECUSED, *REVIEWERS):
            theirs = name == RECUSED and application.applicant.display_name == LOYALTY.by
            actions.declare_interest(
                application=application,
                conflicted=theirs,
                why="We share a workshop." if theirs else "",
                by=story.member(name),
                at=at,
            )
        how: dict[str, Any] = {"application": application, "by": story.member(STEWARD), "at": at}
        if application.applicant.display_name == FAR_OFF.by:
            reasons = "The round is for tools that customers use. This is an investment."
            actions.find_ineligible(reasons=reasons, **how)
        else:
            actions.find_eligible(reasons="It is what the call asks for.", **how)


def _reviews(story: Story, at: datetime) -> None:
    scores = {RECEIPTS: (5, 4), LOYALTY: (4, 4), REFUSER: (4, 2)}
    for plan, (use, craft) in scores.items():
        for place, name in enumerate(REVIEWERS):
            actions.review(
                application=_of(plan),
                scores={"use": use, "craft": max(craft - place, 1)},
                comment="I would use it." if use == 5 else "I would like to see it run.",
                by=story.member(name),
                at=at + timedelta(hours=place),
            )


def _shortlists(story: Story, at: datetime) -> None:
    """Two are shortlisted. The third asks members, and enough of them want it on the ballot."""
    by = story.member(STEWARD)
    for plan in (RECEIPTS, LOYALTY):
        reasons = "Many need it, and whoever writes it has written such before."
        actions.shortlist(application=_of(plan), reasons=reasons, by=by, at=at)
    third = _of(REFUSER)
    actions.decline(application=third, reasons="It may break each week.", by=by, at=at)
    actions.ask_members(application=third, by=third.applicant, at=at + _DAY)
    for place, name in enumerate(SPONSORS, start=1):
        asked = at + _DAY + timedelta(hours=place)
        actions.sponsor(application=third, by=story.member(name), at=asked)


def _puts_to_vote(story: Story, at: datetime) -> None:
    actions.put_to_vote(round=_first(), by=story.member(STEWARD), at=at)
    story.run("voting.open", at)


def _votes(story: Story, at: datetime) -> None:
    poll = _first().poll
    assert poll is not None  # noqa: S101 - it was put to the vote
    projects = [str(_of(plan).pk) for plan in (RECEIPTS, LOYALTY, REFUSER)]
    visitors = [guise.email for guise in GUISES]
    entries = poll.roll.exclude(person__email__in=visitors).select_related("person")
    for entry, way in zip(entries.order_by("person__email"), cycle(_WAYS), strict=False):
        if way and not poll.concerns.filter(person=entry.person).exists():
            wanted = {projects[place] for place in way}
            choices = [option.id for option in poll.choices if option.id in wanted]
            crowd.cast(poll, *choices, by=entry.person, at=at)


def _counts(story: Story, at: datetime) -> None:
    story.run("grants.rounds", at)
    for application in _first().applications.filter(stage="balloted"):
        for name in (STEWARD, SECOND):
            actions.confirm(application=application, by=story.member(name), at=at)
    story.run("grants.funds", at)


def _agrees(story: Story, at: datetime) -> None:
    for award in Award.objects.order_by("application__begun_at"):
        recipient, later = award.application.applicant, at + timedelta(hours=9)
        text = agreeing.offer_agreement(
            award=award,
            text=agreeing.suggested_agreement(award),
            by=story.member(STEWARD),
            at=at,
        )
        for person in (recipient, story.member(SECOND)):
            agreeing.accept_agreement(award=award, sha256=text.sha256, by=person, at=later)
        account = payees.name_account(
            name=recipient.display_name,
            iban=_IBANS[recipient.display_name],
            bic="",
            address=Address(town="Trieste", country="IT"),
            by=recipient,
            at=later,
        )
        payees.confirm_account(account=account, at=later)


def _shows(story: Story, at: datetime) -> None:
    """A first half is shown and sent back, and shown again."""
    milestone, steward = _half(RECEIPTS, 1), story.member(SECOND)
    _show(milestone, "It reads receipts of five shops.", at)
    delivering.judge_milestone(
        milestone=milestone,
        accepted=False,
        reasons="Of twenty receipts it read seventeen. Those of the baker have no sum.",
        by=steward,
        at=at + 2 * _DAY,
    )
    _show(milestone, "The baker's are read now: all twenty, in the table.", at + 9 * _DAY)
    delivering.judge_milestone(
        milestone=milestone,
        accepted=True,
        reasons="We read all twenty ourselves.",
        by=steward,
        at=at + 11 * _DAY,
    )


def _pays(story: Story, at: datetime) -> None:
    payment = _prepare(story, _half(RECEIPTS, 1), at)
    for name in (STEWARD, SECOND):
        _approve(story, payment, name, at + _DAY)
    payment.refresh_from_db()
    paying.make_bank_file(
        payments=[payment],
        execute_on=(at + 3 * _DAY).date(),
        by=story.member(TREASURER),
        at=at + 2 * _DAY,
    )


def _bank_shows_the_payment(story: Story, at: datetime) -> None:
    payment = GrantPayment.objects.get(stage="sent")
    _statement(
        story,
        [
            (story.ago(150), Money(-21_500, "EUR"), "NOTARY-1", "Registration"),
            (story.ago(95), Money(-18_000, "EUR"), "SERVERS-1", "Servers, April to September"),
            (at - _DAY, -payment.amount, "GRANT-1", payment.pk.hex),
        ],
        at,
    )
    story.run("grants.payments", at)


def _asks_to_pay_another(story: Story, at: datetime) -> None:
    """Another project's half is reached; of the two who approve its payment one has."""
    milestone = _half(LOYALTY, 1)
    _show(milestone, "The stamped cards of three shops.", at - 3 * _DAY)
    delivering.judge_milestone(
        milestone=milestone,
        accepted=True,
        reasons="Three cards, stamped.",
        by=story.member(STEWARD),
        at=at - _DAY,
    )
    _approve(story, _prepare(story, milestone, at), SECOND, at + _DAY)


def _opens_the_second(story: Story, at: datetime) -> None:
    story.run("grants.rounds", at)
    typed = {**grant_plans.SMALL_THING, "done_by": f"{story.now + 90 * _DAY:%Y-%m-%d}"}
    _send(Round.objects.get(form=Round.Form.SMALL), story.member("Chen"), typed, at + 4 * _DAY)


def _shows_the_rest(story: Story, at: datetime) -> None:
    story.run("grants.funds", at)
    _show(_half(RECEIPTS, 2), "Everything leaves as plain files now, photographs too.", at)


def _first() -> Round:
    return Round.objects.get(form=Round.Form.LARGE)


def _of(plan: Plan) -> Application:
    return Application.objects.get(applicant__display_name=plan.by, round=_first())


def _half(plan: Plan, number: int) -> Milestone:
    return Milestone.objects.get(award__application=_of(plan), number=number)


def _show(milestone: Milestone, note: str, at: datetime) -> None:
    milestone.refresh_from_db()
    delivering.show_evidence(
        milestone=milestone,
        url="https://example.org/what-was-made",
        note=note,
        by=milestone.award.application.applicant,
        at=at,
    )


def _prepare(story: Story, milestone: Milestone, at: datetime) -> GrantPayment:
    """Somebody looks in the sanctions lists, and the treasurer asks to pay."""
    recipient = milestone.award.application.applicant
    payees.note_sanctions_check(
        award=milestone.award,
        account=recipient.payee_accounts.current().get(),
        lists="eu-un",
        found=False,
        by=story.member(SECOND),
        at=at,
    )
    milestone.refresh_from_db()
    return paying.prepare_payment(milestone=milestone, by=story.member(TREASURER), at=at)


def _approve(story: Story, payment: GrantPayment, name: str, at: datetime) -> None:
    paying.approve_payment(
        payment=payment, fingerprint=payment.fingerprint, by=story.member(name), at=at
    )


def _statement(story: Story, lines: list[tuple[datetime, Money, str, str]], at: datetime) -> None:
    """The treasurer imports what the bank says, as a CSV file."""
    rows = [
        f"{day:%Y-%m-%d},{amount.major},{amount.currency},{reference},{text.replace(',', ';')}"
        for day, amount, reference, text in lines
    ]
    body = "\n".join(["date,amount,currency,reference,text", *rows]).encode()
    import_statement(body=body, by=story.member(TREASURER), at=at)
