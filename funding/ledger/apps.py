from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules

from members import desk


class LedgerConfig(AppConfig):
    name = "funding.ledger"
    verbose_name = "Ledger"

    def ready(self) -> None:
        """Every app's modules of these names say what is checked, and what is given as CSV."""
        # This needs the tables, which are not there before every app's models are.
        from funding.ledger.desk import SOURCE, places

        desk.register(SOURCE)
        desk.register_places("books", places)
        autodiscover_modules("month_findings", "book_lists")
