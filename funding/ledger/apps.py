from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules

from members import awaiting


class LedgerConfig(AppConfig):
    name = "funding.ledger"
    verbose_name = "Ledger"

    def ready(self) -> None:
        """Every app's modules of these names say what is checked, and what is given as CSV."""
        # This needs the tables, which are not there before every app's models are.
        from funding.ledger.waiting import books_waiting

        awaiting.register("books", books_waiting)
        autodiscover_modules("month_findings", "book_lists")
