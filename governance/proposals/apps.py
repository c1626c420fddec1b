from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class ProposalsConfig(AppConfig):
    name = "governance.proposals"

    def ready(self) -> None:
        """Every app's ``proposal_kinds`` module registers the kinds of proposals it brings."""
        autodiscover_modules("proposal_kinds")
