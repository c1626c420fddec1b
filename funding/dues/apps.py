from django.apps import AppConfig
from django.core import checks

from funding.dues.checks import demo_never_takes_money


class DuesConfig(AppConfig):
    name = "funding.dues"
    verbose_name = "Dues"

    def ready(self) -> None:
        checks.register(demo_never_takes_money)
