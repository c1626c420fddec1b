"""Reminders are chosen like any other mail; by itself, as rows were written in the one before."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("members", "0005_choices")]
    operations = [migrations.RemoveField(model_name="person", name="remind_of_votes")]
