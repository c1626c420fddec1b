"""What was done to rounds, applications and what follows from them."""

from members.models import AbstractEvent


class Event(AbstractEvent):
    """What was done in grants. Never a name, never what somebody wrote."""
