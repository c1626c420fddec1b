from django.apps import AppConfig
from django.core import checks
from django.utils.module_loading import autodiscover_modules

from governance.record.checks import published_name_is_an_origin


class RecordConfig(AppConfig):
    name = "governance.record"

    def ready(self) -> None:
        """Every app's ``record_types`` module registers the types of entry it writes."""
        autodiscover_modules("record_types")
        checks.register(published_name_is_an_origin)
