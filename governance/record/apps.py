from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class RecordConfig(AppConfig):
    name = "governance.record"

    def ready(self) -> None:
        """Every app's ``record_types`` module registers the types of entry it writes."""
        autodiscover_modules("record_types")
