from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _

from members import awaiting, desk, mail_kinds


class MembersConfig(AppConfig):
    name = "members"
    verbose_name = "Members"

    def ready(self) -> None:
        """Every app's ``leaving_part`` module registers what that app holds about people."""
        # This needs the tables, which are not there before every app's models are.
        from members import desk_sources

        autodiscover_modules("leaving_part")
        awaiting.register("desk", desk_sources.desk_waiting)
        desk.register(desk_sources.SWEEPS)
        desk.register_places("members", desk_sources.places)
        mail_kinds.register(
            "account",
            _("Your account"),
            _("When something about your account or your roles changes, and codes you ask for."),
            optional=False,
        )
        mail_kinds.register(
            "digest",
            _("The week in one mail"),
            _("On Mondays, what is new among proposals and votes. No mail when nothing is."),
            optional=True,
        )
