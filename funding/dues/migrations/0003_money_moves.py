"""Refunds, disputes, payouts, bank statements, and what waits for a person."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from funding.dues.triggers import MONEY_MOVES
from kernel.immutability import Install


class Migration(migrations.Migration):
    dependencies = [
        ("dues", "0002_triggers"),
        ("ledger", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="BalanceTransaction",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("stripe_id", models.CharField(max_length=120, unique=True)),
                ("category", models.CharField(max_length=60)),
                ("minor", models.BigIntegerField()),
                ("fee_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("source_id", models.CharField(blank=True, max_length=120)),
                ("happened_at", models.DateTimeField()),
                ("seen_at", models.DateTimeField()),
                (
                    "entry",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.entry",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("entry", None)),
                        fields=["happened_at"],
                        name="dues_unbooked",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BankStatement",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("sha256", models.CharField(max_length=64, unique=True)),
                (
                    "format",
                    models.CharField(
                        choices=[("camt.053", "camt.053"), ("csv", "CSV")], max_length=8
                    ),
                ),
                ("first_on", models.DateField()),
                ("last_on", models.DateField()),
                ("imported_at", models.DateTimeField()),
                (
                    "imported_by",
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
                        condition=models.Q(("format__in", ["camt.053", "csv"])),
                        name="dues_statement_format",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("last_on__gte", models.F("first_on"))),
                        name="dues_statement_days",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BankLine",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "reference",
                    models.CharField(max_length=120, unique=True, verbose_name="bank's reference"),
                ),
                ("booked_on", models.DateField()),
                ("minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("text", models.CharField(blank=True, max_length=140)),
                ("explained", models.TextField(blank=True)),
                (
                    "entry",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.entry",
                    ),
                ),
                (
                    "statement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="dues.bankstatement",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("minor", 0), _negated=True),
                        name="dues_bank_line_moves_something",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CardSeen",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("card_hash", models.BinaryField(max_length=32)),
                ("seen_at", models.DateTimeField()),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("card_hash", "person"), name="dues_card_seen_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Case",
            fields=[
                ("claim_token", models.UUIDField(editable=False, null=True)),
                ("claimed_until", models.DateTimeField(editable=False, null=True)),
                ("attempts", models.PositiveIntegerField(default=0, editable=False)),
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("kind", models.CharField(max_length=30)),
                ("key", models.CharField(max_length=160, unique=True)),
                ("stripe_id", models.CharField(blank=True, max_length=120)),
                ("details", models.JSONField(default=dict)),
                ("opened_at", models.DateTimeField()),
                ("asked_at", models.DateTimeField(null=True)),
                ("answered_at", models.DateTimeField(null=True)),
                ("answer", models.JSONField(default=dict)),
                ("closed_at", models.DateTimeField(null=True)),
                ("way", models.CharField(blank=True, max_length=30)),
                ("reason", models.TextField(blank=True)),
                (
                    "closed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "payment",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cases",
                        to="dues.payment",
                    ),
                ),
                ("people", models.ManyToManyField(related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("closed_at", None)),
                        fields=["opened_at"],
                        name="dues_case_open",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "dispute",
                                    "one-card",
                                    "business",
                                    "attestation",
                                    "refund-failed",
                                    "unbooked",
                                    "changed",
                                    "balance",
                                    "dead-letter",
                                    "api-version",
                                    "payout-late",
                                    "payout-failed",
                                    "bank-line",
                                ],
                            )
                        ),
                        name="dues_case_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at", None), ("way", "")),
                            models.Q(
                                ("closed_at__isnull", False), models.Q(("way", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="dues_case_closed_somehow",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Dispute",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("stripe_id", models.CharField(max_length=120, unique=True)),
                ("minor", models.PositiveBigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("status", models.CharField(max_length=40)),
                ("reason", models.CharField(max_length=60)),
                ("opened_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(null=True)),
                ("lost_minor", models.PositiveBigIntegerField(default=0)),
                (
                    "payment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="disputes",
                        to="dues.payment",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("lost_minor__lte", models.F("minor"))),
                        name="dues_dispute_lost",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Ending",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("state", models.CharField(default="proposed", max_length=10)),
                ("reason", models.TextField()),
                ("proposed_at", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("resolution", models.UUIDField(null=True)),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="endings",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "proposed_by",
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
                            ("state__in", ["proposed", "confirmed", "withdrawn", "lifted"])
                        ),
                        name="dues_ending_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("person", models.F("proposed_by")), _negated=True),
                            models.Q(
                                ("confirmed_by", None),
                                models.Q(("person", models.F("confirmed_by")), _negated=True),
                                _connector="OR",
                            ),
                        ),
                        name="dues_ending_not_ones_own",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["confirmed", "lifted"]), _negated=True),
                            models.Q(
                                ("confirmed_at__isnull", False), ("confirmed_by__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="dues_ending_confirmed_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("confirmed_by", None),
                            models.Q(("confirmed_by", models.F("proposed_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="dues_ending_two_people",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("resolution__isnull", False), ("state", "lifted")),
                            models.Q(
                                models.Q(("state", "lifted"), _negated=True), ("resolution", None)
                            ),
                            _connector="OR",
                        ),
                        name="dues_ending_lifted_by_resolution",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["proposed", "confirmed"])),
                        fields=("person",),
                        name="dues_ending_one_at_a_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Payout",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("stripe_id", models.CharField(max_length=120, unique=True)),
                ("minor", models.PositiveBigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("status", models.CharField(max_length=40)),
                ("arrives_on", models.DateField()),
                (
                    "bank_line",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payout",
                        to="dues.bankline",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Reconciliation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(unique=True)),
                ("seen_until", models.DateTimeField()),
                ("events", models.PositiveIntegerField()),
                ("missed_events", models.PositiveIntegerField()),
                ("movements", models.PositiveIntegerField()),
                ("unbooked", models.PositiveIntegerField()),
                ("differences", models.PositiveIntegerField()),
                ("balance_minor", models.BigIntegerField(null=True)),
                ("books_minor", models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="Refund",
            fields=[
                ("claim_token", models.UUIDField(editable=False, null=True)),
                ("claimed_until", models.DateTimeField(editable=False, null=True)),
                ("attempts", models.PositiveIntegerField(default=0, editable=False)),
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "cause",
                    models.CharField(
                        choices=[
                            ("steward", "decided by a steward"),
                            ("cap", "above the yearly cap"),
                            ("surplus", "paid twice"),
                            ("cancelled", "charged after cancelling"),
                            ("ending", "membership ended"),
                            ("gift", "gift not accepted"),
                            ("dashboard", "made at Stripe"),
                        ],
                        max_length=10,
                    ),
                ),
                ("minor", models.PositiveBigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("reason", models.TextField(blank=True)),
                ("state", models.CharField(default="proposed", max_length=10)),
                (
                    "idempotency_key",
                    models.UUIDField(default=uuid.uuid4, editable=False, unique=True),
                ),
                ("proposed_at", models.DateTimeField()),
                ("stripe_id", models.CharField(max_length=120, null=True, unique=True)),
                ("last_error", models.TextField(blank=True)),
                (
                    "approved_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="approved_refunds",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "payment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="refunds",
                        to="dues.payment",
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="proposed_refunds",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                ["proposed", "due", "sent", "returned", "failed", "withdrawn"],
                            )
                        ),
                        name="dues_refund_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "cause__in",
                                [
                                    "steward",
                                    "cap",
                                    "surplus",
                                    "cancelled",
                                    "ending",
                                    "gift",
                                    "dashboard",
                                ],
                            )
                        ),
                        name="dues_refund_cause",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("minor__gt", 0)), name="dues_refund_is_something"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("approved_by", None),
                            models.Q(("approved_by", models.F("proposed_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="dues_refund_two_people",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["sent", "returned"]), _negated=True),
                            ("stripe_id__isnull", False),
                            _connector="OR",
                        ),
                        name="dues_refund_sent_has_id",
                    ),
                ],
            },
        ),
        migrations.RemoveConstraint(
            model_name="inboxobject",
            name="dues_inbox_kind",
        ),
        migrations.AddField(
            model_name="inboxobject",
            name="given_up_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddConstraint(
            model_name="inboxobject",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind__in", ["subscription", "session", "charge", "payout", "customer"])
                ),
                name="dues_inbox_kind",
            ),
        ),
        Install(MONEY_MOVES),
    ]
