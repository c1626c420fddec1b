from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class LedgerConfig(AppConfig):
    name = "funding.ledger"
    verbose_name = "Ledger"

    def ready(self) -> None:
        """Every app's modules of these names say what is checked, and what is given as CSV."""
        autodiscover_modules("month_findings", "book_lists")
