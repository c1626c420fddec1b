"""Writes of the accounts that money goes to: named, confirmed by mail, checked, forgotten.

Details are encrypted before they reach the database and are never shown whole again. What was
approved for an account is void as soon as its owner names another.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from funding.grants import (
    account_links,
    award_mails,
    award_stages,
    payee_details,
    payment_stages,
    permissions,
)
from funding.grants.actions.award_moves import prepare_again, tell_person
from funding.grants.actions.interests import mark_payout
from funding.grants.models import (
    Award,
    Event,
    GrantPayment,
    PayeeAccount,
    PayoutMark,
    SanctionsCheck,
)
from funding.grants.payee_details import Details, NotPayable
from kernel.refusal import Refused
from kernel.sealed import fingerprint, seal
from members.models import Author, Person, subject_of

_PROBLEMS = {
    "iban": gettext_lazy("This IBAN has a mistake in it. Please compare it with your bank's."),
    "not-sepa": gettext_lazy("We can pay to accounts in the SEPA countries only."),
    "bic": gettext_lazy("This BIC has a mistake in it. You can leave it out."),
    "bic-iban": gettext_lazy("The BIC and the IBAN are of different countries."),
    "name": gettext_lazy("Please give the name on the account, in at most 70 letters."),
    "street": gettext_lazy("Please give the street in at most 70 letters."),
    "building": gettext_lazy("Please give the house number in at most 16 letters."),
    "postcode": gettext_lazy("Please give the postcode in at most 16 letters."),
    "town": gettext_lazy("Please give the town, in at most 35 letters: banks ask for it."),
    "country": gettext_lazy("Please give the country as two letters, such as DE."),
}


@transaction.atomic
def name_account(
    *, name: str, iban: str, bic: str, address: payee_details.Address, by: Person, at: datetime
) -> PayeeAccount:
    """Name the account that one's own awards are paid to; a mail asks to confirm it.

    Raises ``Refused`` for whoever has no award, and for details that no bank takes. The same
    details again change nothing.
    """
    if not Award.objects.filter(application__applicant=by).exists():
        raise Refused("no-award", _("Whoever is given money names an account for it."))
    try:
        details = payee_details.checked(name=name, iban=iban, bic=bic, address=address)
    except NotPayable as problem:
        raise Refused(f"payee-{problem.code}", _PROBLEMS[problem.code]) from None
    # One after the other, so that two of one person's windows replace one another in order.
    Person.objects.select_for_update().get(pk=by.pk)
    digest = fingerprint(details.as_bytes()).hex()
    before = by.payee_accounts.current().first()
    if before and before.digest == digest:
        return before
    if before:
        PayeeAccount.objects.filter(pk=before.pk).update(replaced_at=at)
        void_approvals(account=before, by=by, at=at)
    mark = fingerprint(b"iban:" + details.iban.encode()).hex()
    account = PayeeAccount.objects.create(
        person=by,
        sealed=seal(details.as_bytes()),
        mark=mark,
        digest=digest,
        masked=payee_details.masked(details.iban),
        named_at=at,
    )
    mark_payout(person=by, fingerprint=mark, by=by, at=at)
    Event.record("account.named", subject=subject_of(account), by=by, at=at)
    write = partial(
        award_mails.confirm_account,
        masked=account.masked,
        link=account_links.link(account, at),
        until=at + payee_details.CONFIRM_WITHIN,
    )
    tell_person(by, write, key=f"account:{account.pk}:confirm", at=at)
    return account


@transaction.atomic
def void_approvals(*, account: PayeeAccount, by: Author, at: datetime) -> int:
    """What was approved for an account that was replaced is approved no longer; how many."""
    approved = GrantPayment.objects.select_for_update().filter(
        account=account, stage__in=payment_stages.sources_of("void")
    )
    voided = list(approved.order_by("pk"))
    for payment in voided:
        prepare_again(payment, "void", by=by, at=at)
    return len(voided)


@transaction.atomic
def confirm_account(*, account: PayeeAccount, at: datetime) -> PayeeAccount:
    """Confirm, by the link in the mail, that an account is one's own; again changes nothing.

    Raises ``Refused`` for one that was replaced. Nothing is paid to it for a while yet.
    """
    fresh = PayeeAccount.objects.filter(pk=account.pk, confirmed_at=None, replaced_at=None)
    if fresh.update(confirmed_at=at):
        account.refresh_from_db()
        Event.record("account.confirmed", subject=subject_of(account), by=account.person, at=at)
        write = partial(
            award_mails.account_confirmed,
            masked=account.masked,
            payable_from=payee_details.payable_from(at),
        )
        tell_person(account.person, write, key=f"account:{account.pk}:confirmed", at=at)
        return account
    account.refresh_from_db()
    if account.replaced_at:
        raise Refused("account-replaced", _("You have named another account since."))
    return account


@transaction.atomic
def note_sanctions_check(
    *, award: Award, account: PayeeAccount, lists: str, found: bool, by: Person, at: datetime
) -> SanctionsCheck:
    """Note that ``by`` looked for the payee in the sanctions lists, and what they found.

    Raises ``Refused`` for who does not decide about the project, and for another's account.
    """
    permissions.check_can_decide(award.application, by, at)
    if account.person_id != award.application.applicant_id or account.replaced_at:
        raise Refused("account-replaced", _("This is not the account that the project names."))
    if lists not in dict(SanctionsCheck.LISTS):
        raise Refused("no-lists", _("Please say in which lists you looked."))
    noted = SanctionsCheck.objects.create(account=account, lists=lists, found=found, by=by, at=at)
    Event.record("account.checked", subject=subject_of(account), by=by, at=at, found=found)
    return noted


@transaction.atomic
def forget_accounts(*, person: Person, by: Author, at: datetime) -> None:
    """Forget the details of somebody's accounts, once nothing is to be paid to them any more."""
    if Award.objects.filter(application__applicant=person, stage__in=award_stages.LIVE).exists():
        return
    theirs = PayeeAccount.objects.filter(person=person, erased_at=None)
    theirs.filter(replaced_at=None).update(replaced_at=at)
    for account in theirs:
        PayeeAccount.objects.filter(pk=account.pk).update(
            sealed=b"", masked="", mark="", erased_at=at
        )
        Event.record("account.forgotten", subject=subject_of(account), by=by, at=at)
    marks = PayoutMark.objects.filter(person=person, erased_at=None)
    marks.update(fingerprint="", erased_at=at)


@transaction.atomic
def reveal_for_check(*, award: Award, by: Person, at: datetime) -> Details:
    """The payee's name and address, for whoever looks in the sanctions lists; noted as an event.

    Raises ``Refused`` as noting the check does.
    """
    permissions.check_can_decide(award.application, by, at)
    account = award.application.applicant.payee_accounts.current().first()
    if account is None:
        raise Refused("no-account", _("The project has not named an account yet."))
    Event.record("account.revealed", subject=subject_of(account), by=by, at=at)
    return account.details()
