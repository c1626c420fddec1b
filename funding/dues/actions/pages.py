"""Pages of Stripe's that we send somebody to: their card, and an invoice that is still open.

Each calls Stripe, so never inside a transaction. Their addresses open for anybody who has them:
they are asked for when they are needed, and kept nowhere.
"""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from funding.dues import stripe_gateway
from funding.dues.models import Subscription
from funding.dues.permissions import check_can_manage_dues
from kernel.refusal import Refused
from members.models import Author


def card_page(*, subscription: Subscription, by: Author) -> str:
    """Where one changes one's card, or stops. Raises ``Refused``."""
    check_can_manage_dues(subscription.person, by)
    try:
        return stripe_gateway.create_portal_session(
            customer=subscription.customer_id,
            return_url=settings.SITE_ORIGIN + reverse("my-dues"),
        )
    except (stripe_gateway.Unavailable, stripe_gateway.Declined) as problem:
        raise _no_page() from problem


def mend_page(*, subscription: Subscription) -> str:
    """Where the open invoice of a subscription is paid, by whoever has the link to it.

    Only what is owed is shown there. Raises ``Refused`` where nothing is owed, and without a page.
    """
    try:
        remote = stripe_gateway.fetch_subscription(subscription.stripe_id)
        invoice = stripe_gateway.fetch_invoice(remote.latest_invoice)
    except (stripe_gateway.Unavailable, stripe_gateway.Declined) as problem:
        raise _no_page() from problem
    if invoice.status != "open" or not invoice.pay_page:
        raise Refused("nothing-owed", _("Nothing is open any more: it is paid, or has ended."))
    return invoice.pay_page


def _no_page() -> Refused:
    return Refused(
        "payments-unavailable",
        _("The payment page could not be opened. Nothing was charged; please try again shortly."),
    )
