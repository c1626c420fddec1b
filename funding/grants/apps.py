from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from members import mail_kinds


class GrantsConfig(AppConfig):
    name = "funding.grants"
    verbose_name = "Grants"

    def ready(self) -> None:
        mail_kinds.register(
            "grants",
            _("Your application for a grant"),
            _("What becomes of an application of yours, and what is asked of you."),
            optional=False,
        )
