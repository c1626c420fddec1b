"""The house as drawn: what points where, and what stands where."""

from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db.models import ForeignObject

# From the ground up; apps in one tuple stand beside each other and may not see each other.
FLOORS = (
    ("members",),
    ("governance.record",),
    ("governance.terms", "governance.voting"),
    ("governance.proposals",),
    ("funding.ledger",),
    ("funding.dues",),
    ("funding.grants",),
)
FLOOR = {app: floor for floor, beside in enumerate(FLOORS) for app in beside}
KERNEL = {"refusal", "money", "sweeps", "immutability", "sealed", "outbound"}


def test_no_foreign_key_points_up_or_sideways() -> None:
    wrong, seen = [], 0
    for model in apps.get_models():
        here = model._meta.app_config.name
        for field in model._meta.get_fields():
            if here not in FLOOR or not isinstance(field, ForeignObject) or field.auto_created:
                continue
            there = field.related_model._meta.app_config.name
            seen += 1
            if there != here and not FLOOR.get(there, len(FLOORS)) < FLOOR[here]:
                wrong.append(f"{model._meta.label}.{field.name} → {there}")
    assert wrong == []
    assert seen > 10


def test_the_kernel_holds_exactly_what_it_is_for() -> None:
    modules = {path.stem for path in Path(settings.BASE_DIR, "kernel").glob("*.py")}
    assert modules - {"__init__"} == KERNEL


def test_nothing_is_called_a_drawer() -> None:
    drawers = {"utils", "helpers", "common", "misc"}
    found = [
        path
        for root in ("config", "kernel", "members", "governance", "funding", "tests", "clients")
        for path in Path(settings.BASE_DIR, root).rglob("*")
        if path.stem in drawers
    ]
    assert found == []
