"""What the apps declare of triggers."""

from __future__ import annotations

import importlib

from django.apps import apps

from kernel.immutability import Trigger


def declared_triggers() -> list[Trigger]:
    """Every trigger that an installed app declares in its ``triggers`` module."""
    found: list[Trigger] = []
    for app in apps.get_app_configs():
        if importlib.util.find_spec(f"{app.name}.triggers"):
            found += importlib.import_module(f"{app.name}.triggers").TRIGGERS
    return found
