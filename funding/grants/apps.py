from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from members import awaiting, desk, leaving, mail_kinds


class GrantsConfig(AppConfig):
    name = "funding.grants"
    verbose_name = "Grants"

    def ready(self) -> None:
        # These need the tables, which are not there before every app's models are.
        from funding.grants import award_desk
        from funding.grants.award_leaving_part import PART
        from funding.grants.desk import SOURCE, places
        from funding.grants.option_texts import texts_of_projects
        from funding.grants.waiting import grants_waiting
        from governance.voting import option_texts

        awaiting.register("grants", grants_waiting)
        desk.register(SOURCE)
        desk.register(award_desk.SOURCE)
        desk.register_places("grants", places)
        leaving.register(PART)
        option_texts.register(texts_of_projects)
        mail_kinds.register(
            "grants",
            _("Your application for a grant"),
            _("What becomes of an application of yours, and what is asked of you."),
            optional=False,
        )
