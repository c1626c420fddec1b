"""Whoever asked to be reminded of votes has chosen mail of that kind."""

from typing import Any

from django.db import migrations


def keep_choices(apps: Any, schema_editor: Any) -> None:
    person, choice = apps.get_model("members", "Person"), apps.get_model("members", "MailChoice")
    asked = person.objects.filter(remind_of_votes=True).order_by("pk")
    choice.objects.bulk_create(choice(person=one, kind="votes", wanted=True) for one in asked)


def give_back(apps: Any, schema_editor: Any) -> None:
    person, choice = apps.get_model("members", "Person"), apps.get_model("members", "MailChoice")
    chosen = choice.objects.filter(kind="votes")
    wanted = chosen.filter(wanted=True).values("person")
    person.objects.filter(pk__in=wanted).update(remind_of_votes=True)
    chosen.delete()


class Migration(migrations.Migration):
    dependencies = [("members", "0004_leaving")]
    operations = [migrations.RunPython(keep_choices, give_back)]
