from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from members import desk, mail_kinds


class VotingConfig(AppConfig):
    name = "governance.voting"

    def ready(self) -> None:
        # This needs the tables, which are not there before every app's models are.
        from governance.voting.desk import SOURCE

        desk.register(SOURCE)
        mail_kinds.register(
            "votes",
            _("Reminders of votes"),
            _("One mail in each vote, towards its end, if you have not taken your ballot."),
            optional=True,
            wanted=False,
        )
