from django.apps import AppConfig
from django.core import checks
from django.utils.translation import gettext_lazy as _

from funding.dues.checks import demo_never_takes_money
from members import awaiting, desk, mail_kinds


class DuesConfig(AppConfig):
    name = "funding.dues"
    verbose_name = "Dues"

    def ready(self) -> None:
        # This needs the tables, which are not there before every app's models are.
        from funding.dues.desk import SOURCE, places
        from funding.dues.waiting import dues_waiting

        checks.register(demo_never_takes_money)
        awaiting.register("dues", dues_waiting)
        desk.register(SOURCE)
        desk.register_places("dues", places)
        mail_kinds.register(
            "dues",
            _("Your dues"),
            _("Receipts, renewals, and when a payment did not go through."),
            optional=False,
        )
