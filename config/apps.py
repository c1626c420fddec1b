from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class CustomerCommonsConfig(AppConfig):
    name = "config"

    def ready(self) -> None:
        """Every app's ``sweeps`` module registers its sweeps as it is read."""
        autodiscover_modules("sweeps")
