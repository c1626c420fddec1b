"""What everyone attests who pays dues, word for word. A changed text is a new version."""

from django.utils.translation import gettext_lazy as _

VERSION = "2026-11"

TEXT = _(
    "I am a natural person, not a company, and I join for myself. I pay my dues with my own money, "
    "and nobody pays me back: no employer, no business, no organisation. If that changes, I will "
    "say so."
)
