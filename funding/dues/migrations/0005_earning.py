"""Dues that cover more than a month, and how much of them is earned."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q

from funding.dues.triggers import EARNING
from kernel.immutability import Install


class Migration(migrations.Migration):
    dependencies = [("dues", "0004_kindness"), ("ledger", "0003_months")]

    operations = [
        migrations.CreateModel(
            name="Deferral",
            fields=[
                (
                    "entry",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="ledger.entry",
                    ),
                ),
                (
                    "income",
                    models.CharField(choices=[("dues", "dues"), ("gifts", "gifts")], max_length=40),
                ),
                ("total_minor", models.PositiveBigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("starts_on", models.DateField(null=True)),
                ("months", models.PositiveSmallIntegerField()),
                ("earned_minor", models.PositiveBigIntegerField(default=0)),
                ("taken_back_minor", models.PositiveBigIntegerField(default=0)),
                ("earned_through", models.DateField(null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(total_minor__gte=F("earned_minor") + F("taken_back_minor")),
                        name="dues_deferral_no_more_than_there_was",
                    ),
                    models.CheckConstraint(
                        condition=Q(income__in=["dues", "gifts"]), name="dues_deferral_income"
                    ),
                    models.CheckConstraint(
                        condition=Q(months__gte=1), name="dues_deferral_has_months"
                    ),
                ],
            },
        ),
        Install(EARNING),
    ]
