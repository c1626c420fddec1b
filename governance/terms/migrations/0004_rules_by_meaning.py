from typing import Any

from django.db import migrations

from governance.terms.comparison import identity
from governance.terms.rulebook import Rule

POINTS = ("kind", "party", "action", "purpose", "data", "recipient", "retention", "storage")


def by_meaning(apps: Any, schema_editor: Any) -> None:
    """Name the rules in force by what they mean, where they were named by how they are written.

    Of terms that turn out to mean the same, all but the first keep the name they had: from now on
    no further one can be published.
    """
    Term = apps.get_model("terms", "Term")
    for term in Term.objects.exclude(rules_in_force=None).order_by("pk"):
        rules = term.latest.rules.order_by("position").values(*POINTS)
        name = identity(Rule(**rule) for rule in rules)
        if not Term.objects.filter(rules_in_force=name).exists():
            Term.objects.filter(pk=term.pk).update(rules_in_force=name)


class Migration(migrations.Migration):
    dependencies = [
        ("terms", "0003_afterwards"),
    ]

    operations = [migrations.RunPython(by_meaning, migrations.RunPython.noop, elidable=True)]
