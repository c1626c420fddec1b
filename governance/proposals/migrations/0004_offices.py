"""Kinds: nominations, elections, offices, ratification."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from governance.proposals.triggers import FROM_THE_BEGINNING, OF_CANCELLED_VOTES, OF_OFFICES
from kernel.immutability import Install, Remove

_BEFORE = (*FROM_THE_BEGINNING, *OF_CANCELLED_VOTES)


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0004_leaving"),
        ("proposals", "0003_vote_again"),
    ]

    operations = [
        # SQLite makes a table anew for a column with a default, and loses its triggers.
        Remove(_BEFORE),
        migrations.CreateModel(
            name="AdvisoryNote",
            fields=[
                (
                    "proposal",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="advisory_note",
                        serialize=False,
                        to="proposals.proposal",
                    ),
                ),
                ("lawyer", models.CharField(max_length=120)),
                ("admitted", models.CharField(max_length=200)),
                ("interests", models.CharField(max_length=500)),
                ("body", models.TextField()),
                ("text_sha256", models.CharField(max_length=64)),
                ("sha256", models.CharField(max_length=64)),
                ("at", models.DateTimeField()),
                ("record_hash", models.CharField(max_length=64)),
                (
                    "entered_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Interest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("text", models.CharField(blank=True, max_length=1000)),
                ("at", models.DateTimeField()),
                ("frozen_at", models.DateTimeField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="interests",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "proposal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="interests",
                        to="proposals.proposal",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("proposal", "person"), name="interest_once_each"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("frozen_at", None), ("frozen_at__gte", models.F("at")), _connector="OR"
                        ),
                        name="interest_frozen_after_it_was_said",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Nomination",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "stage",
                    models.CharField(
                        choices=[
                            ("asked", "asked"),
                            ("standing", "stands"),
                            ("declined", "declined"),
                            ("withdrawn", "stepped back"),
                        ],
                        max_length=10,
                    ),
                ),
                ("statement", models.TextField(blank=True)),
                ("interests", models.TextField(blank=True)),
                ("place", models.CharField(max_length=32)),
                ("asked_at", models.DateTimeField()),
                ("answered_at", models.DateTimeField(null=True)),
                ("name", models.CharField(blank=True, max_length=60)),
                ("salt", models.CharField(blank=True, max_length=64)),
                ("sha256", models.CharField(blank=True, max_length=64)),
                ("erased_at", models.DateTimeField(null=True)),
                (
                    "nominated_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "nominee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="nominations",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "proposal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="nominations",
                        to="proposals.proposal",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["proposal", "stage", "place"], name="nomination_in_order"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("proposal", "nominee"), name="nomination_once_each"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("stage__in", ["asked", "standing", "declined", "withdrawn"])
                        ),
                        name="nomination_stage",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("sha256", ""), ("stage", "standing"), _connector="OR"),
                        name="nomination_frozen_where_it_stands",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("stage", "standing"), _negated=True),
                            models.Q(
                                models.Q(("statement", ""), _negated=True),
                                models.Q(("interests", ""), _negated=True),
                            ),
                            ("erased_at__isnull", False),
                            _connector="OR",
                        ),
                        name="nomination_stands_with_its_words",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Provisional",
            fields=[
                (
                    "decision",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="provisional",
                        serialize=False,
                        to="proposals.proposal",
                    ),
                ),
                (
                    "stage",
                    models.CharField(
                        choices=[
                            ("provisional", "provisional"),
                            ("ratified", "ratified"),
                            ("lapsed", "lapsed"),
                        ],
                        max_length=11,
                    ),
                ),
                ("decided_at", models.DateTimeField()),
                ("settled_at", models.DateTimeField(null=True)),
                ("record_hash", models.CharField(max_length=64)),
                (
                    "ratification",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="ratifies",
                        to="proposals.proposal",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("stage__in", ["provisional", "ratified", "lapsed"])),
                        name="provisional_stage",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("settled_at__isnull", True), ("stage", "provisional")),
                            models.Q(
                                models.Q(("stage", "provisional"), _negated=True),
                                ("ratification__isnull", False),
                                ("settled_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="provisional_settled_by_a_vote",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Reopening",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveSmallIntegerField()),
                ("candidates", models.PositiveIntegerField()),
                ("at", models.DateTimeField()),
                ("record_hash", models.CharField(max_length=64)),
                (
                    "proposal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reopenings",
                        to="proposals.proposal",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("proposal", "number"), name="reopening_number_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Seat",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("term_ends_on", models.DateField(null=True)),
                ("record_hash", models.CharField(blank=True, max_length=64)),
                ("ended_record_hash", models.CharField(blank=True, max_length=64)),
                (
                    "election",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="seats",
                        to="proposals.proposal",
                    ),
                ),
                (
                    "grant",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="seat",
                        to="members.rolegrant",
                    ),
                ),
                (
                    "recall",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="recalled_seat",
                        to="proposals.proposal",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("election", None),
                            models.Q(("record_hash", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="seat_elected_on_record",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("recall", None),
                            models.Q(("ended_record_hash", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="seat_recalled_on_record",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="adoptedrule",
            name="petition",
            field=models.CharField(blank=True, default="", max_length=9),
        ),
        migrations.AddField(
            model_name="proposal",
            name="sponsors_needed",
            field=models.PositiveIntegerField(null=True),
        ),
        Install((*_BEFORE, *OF_OFFICES)),
    ]
