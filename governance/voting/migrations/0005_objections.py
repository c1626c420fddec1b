import django.db.models.deletion
from django.db import migrations, models

from governance.voting.triggers import OF_THE_LIFE, TRIGGERS
from kernel.immutability import Install


class Migration(migrations.Migration):
    dependencies = [
        ("voting", "0004_life"),
    ]

    operations = [
        migrations.CreateModel(
            name="ObjectionCount",
            fields=[
                (
                    "poll",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="objection_count",
                        serialize=False,
                        to="voting.poll",
                    ),
                ),
                ("counts", models.JSONField()),
                ("record_hash", models.CharField(max_length=64, unique=True)),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Objection",
            fields=[
                (
                    "entry",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="objection",
                        serialize=False,
                        to="voting.rollentry",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("took-none", "I took no ballot, and you say that I did."),
                            ("took-one", "I took a ballot, and you say that I did not."),
                            (
                                "receipt-missing",
                                "I have a receipt, and its hash is not among the published "
                                "ballots.",
                            ),
                        ],
                        max_length=20,
                    ),
                ),
                ("at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["took-none", "took-one", "receipt-missing"])
                        ),
                        name="voting_objection_kind",
                    ),
                ],
            },
        ),
        Install(TRIGGERS[len(OF_THE_LIFE) :]),
    ]
