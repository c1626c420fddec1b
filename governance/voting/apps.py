from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from members import mail_kinds


class VotingConfig(AppConfig):
    name = "governance.voting"

    def ready(self) -> None:
        mail_kinds.register(
            "votes",
            _("Reminders of votes"),
            _("One mail in each vote, towards its end, if you have not taken your ballot."),
            optional=True,
            wanted=False,
        )
