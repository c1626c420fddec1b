from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "funding.ledger"
    verbose_name = "Ledger"
