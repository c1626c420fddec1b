"""Months, other expenses, opening balances, daily digests."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import funding.ledger.models.leaves
from funding.ledger.triggers import MONTHS
from kernel.immutability import Install


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0002_triggers"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PaymentLeaf",
            fields=[
                (
                    "entry",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="leaf",
                        serialize=False,
                        to="ledger.entry",
                    ),
                ),
                (
                    "salt",
                    models.CharField(
                        default=funding.ledger.models.leaves.new_salt,
                        editable=False,
                        max_length=64,
                        unique=True,
                    ),
                ),
                ("minor", models.PositiveBigIntegerField()),
                ("currency", models.CharField(max_length=3)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("minor__gt", 0)), name="ledger_leaf_paid_something"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Digest",
            fields=[
                ("day", models.DateField(primary_key=True, serialize=False)),
                ("first_position", models.PositiveBigIntegerField(unique=True)),
                ("last_position", models.PositiveBigIntegerField(unique=True)),
                ("chain_head", models.CharField(max_length=64)),
                ("root", models.CharField(max_length=64)),
                ("payments", models.PositiveIntegerField()),
                ("content", models.JSONField()),
                ("leaf_hash", models.CharField(max_length=64, unique=True)),
                ("made_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("last_position__gte", models.F("first_position"))),
                        name="ledger_digest_has_entries",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Month",
            fields=[
                ("first", models.DateField(primary_key=True, serialize=False)),
                ("ends_on", models.DateField(unique=True)),
                ("locked_at", models.DateTimeField()),
                ("entries", models.PositiveIntegerField()),
                ("chain_head", models.CharField(max_length=64)),
                ("report", models.BinaryField()),
                ("report_sha256", models.CharField(max_length=64)),
                ("leaf_hash", models.CharField(max_length=64, unique=True)),
                (
                    "locked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends_on__gt", models.F("first"))),
                        name="ledger_month_has_days",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Voucher",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("expense", "Expense"),
                            ("transfer", "Payment of what we owed, or move of money"),
                            ("opening", "Opening balance"),
                            ("reversal", "Reversal"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("prepared", "waits for approval"),
                            ("posted", "in the books"),
                            ("rejected", "rejected"),
                            ("withdrawn", "withdrawn"),
                        ],
                        default="prepared",
                        max_length=10,
                    ),
                ),
                ("description", models.CharField(max_length=200)),
                ("on", models.DateField()),
                ("minor", models.PositiveBigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("document_sha256", models.CharField(max_length=64)),
                ("document_type", models.CharField(max_length=40)),
                ("document_size", models.PositiveIntegerField()),
                ("prepared_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
                ("reason", models.CharField(blank=True, max_length=400)),
                (
                    "credit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.account",
                    ),
                ),
                (
                    "debit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.account",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "entry",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="voucher",
                        to="ledger.entry",
                    ),
                ),
                (
                    "reverses",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="undoings",
                        to="ledger.entry",
                    ),
                ),
                (
                    "prepared_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["expense", "transfer", "opening", "reversal"])
                        ),
                        name="ledger_voucher_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["prepared", "posted", "rejected", "withdrawn"])
                        ),
                        name="ledger_voucher_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("minor__gt", 0)), name="ledger_voucher_moves_something"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("debit", models.F("credit")), _negated=True),
                        name="ledger_voucher_two_accounts",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided_by", None),
                            models.Q(("decided_by", models.F("prepared_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="ledger_voucher_two_people",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("decided_by__isnull", False),
                                ("entry__isnull", False),
                                ("state", "posted"),
                            ),
                            models.Q(models.Q(("state", "posted"), _negated=True), ("entry", None)),
                            _connector="OR",
                        ),
                        name="ledger_voucher_posted_is_approved",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "rejected"), _negated=True),
                            models.Q(
                                ("decided_by__isnull", False),
                                models.Q(("reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="ledger_voucher_rejected_for_a_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "reversal"), ("reverses__isnull", False)),
                            models.Q(
                                models.Q(("kind", "reversal"), _negated=True), ("reverses", None)
                            ),
                            _connector="OR",
                        ),
                        name="ledger_voucher_reversal_undoes_something",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["prepared", "posted"])),
                        fields=("reverses",),
                        name="ledger_voucher_one_reversal",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="entry",
            name="concerns_on",
            field=models.DateField(null=True),
        ),
        Install(MONTHS),
    ]
