"""Where allauth asks us how people sign in."""

from allauth.account.adapter import DefaultAccountAdapter


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Sign-in codes are mailed at once, inside the request, so that a dead worker cannot block them."""
