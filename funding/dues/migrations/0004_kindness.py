"""Gifts, waivers, the pot, prices by resolution, and the end of a standing."""

import uuid
from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from funding.dues.triggers import FROM_THE_BEGINNING, KINDNESS
from kernel.immutability import Install, Remove

_STATES = ["prepared", "open", "paid", "replaced", "expired", "failed"]
_PAYMENT = [trigger for trigger in FROM_THE_BEGINNING if trigger.table == "dues_payment"]
_CANCELLATION = [one for one in FROM_THE_BEGINNING if one.table == "dues_cancellation"]


def name_payments(apps: Any, schema_editor: Any) -> None:
    """Give each payment its public id, and the name of its movement as far as we know one."""
    for payment in apps.get_model("dues", "Payment").objects.all():
        payment.uuid = uuid.uuid4()
        payment.intent_id = f"of:{payment.invoice_id}"
        payment.save(update_fields=["uuid", "intent_id"])


class Migration(migrations.Migration):
    dependencies = [("dues", "0003_money_moves"), ("ledger", "0003_months")]

    operations = [
        migrations.CreateModel(
            name="OneOff",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "purpose",
                    models.CharField(
                        choices=[("gift", "Gift"), ("pot", "Pay-it-forward pot")], max_length=4
                    ),
                ),
                ("minor", models.PositiveBigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                (
                    "idempotency_key",
                    models.UUIDField(default=uuid.uuid4, editable=False, unique=True),
                ),
                ("state", models.CharField(default="prepared", max_length=10)),
                ("created_at", models.DateTimeField()),
                ("session_id", models.CharField(max_length=120, null=True, unique=True)),
                ("session_url", models.TextField(blank=True)),
                ("expires_at", models.DateTimeField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="one_offs",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("purpose__in", ["gift", "pot"])),
                        name="dues_one_off_purpose",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("minor__gt", 0)), name="dues_one_off_is_something"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", _STATES)), name="dues_one_off_state"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "open"), _negated=True),
                            models.Q(("expires_at__isnull", False), ("session_id__isnull", False)),
                            _connector="OR",
                        ),
                        name="dues_one_off_open_has_session",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["prepared", "open"])),
                        fields=("person", "purpose"),
                        name="dues_one_off_one_unfinished",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Gift",
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
                ("email", models.EmailField(blank=True, max_length=254)),
                ("message", models.CharField(blank=True, max_length=300)),
                (
                    "otherwise",
                    models.CharField(
                        choices=[
                            ("return", "give the money back to me"),
                            ("pot", "put the money into the pay-it-forward pot"),
                        ],
                        max_length=6,
                    ),
                ),
                ("state", models.CharField(default="prepared", max_length=10)),
                ("offered_at", models.DateTimeField(null=True)),
                ("ends_at", models.DateTimeField(null=True)),
                ("told_at", models.DateTimeField(null=True)),
                ("starts_on", models.DateField(null=True)),
                ("ends_on", models.DateField(null=True)),
                ("settled_at", models.DateTimeField(null=True)),
                (
                    "one_off",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="gift",
                        to="dues.oneoff",
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="dues.plan",
                    ),
                ),
                (
                    "recipient",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="gifts_accepted",
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
                                ["prepared", "offered", "accepted", "returned", "passed_on"],
                            )
                        ),
                        name="dues_gift_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("otherwise__in", ["return", "pot"])),
                        name="dues_gift_otherwise",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("offered_at", None), ("state", "prepared")),
                            models.Q(
                                ("ends_at__gt", models.F("offered_at")),
                                ("offered_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="dues_gift_offer_has_end",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("ends_on__gt", models.F("starts_on")),
                                ("recipient__isnull", False),
                                ("settled_at__isnull", False),
                                ("state", "accepted"),
                            ),
                            models.Q(
                                models.Q(("state", "accepted"), _negated=True),
                                ("ends_on", None),
                                ("recipient", None),
                                ("starts_on", None),
                            ),
                            _connector="OR",
                        ),
                        name="dues_gift_accepted_by_somebody",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PlanChange",
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
                ("requested_at", models.DateTimeField()),
                ("done_at", models.DateTimeField(null=True)),
                ("refused", models.BooleanField(default=False)),
                ("last_error", models.TextField(blank=True)),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="dues.plan",
                    ),
                ),
                (
                    "subscription",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="plan_changes",
                        to="dues.subscription",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("done_at", None)),
                        fields=("subscription",),
                        name="dues_plan_change_one_waiting",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Pot",
            fields=[
                ("currency", models.CharField(max_length=3, primary_key=True, serialize=False)),
                ("free_minor", models.BigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="Scale",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("basis", models.CharField(blank=True, max_length=200, unique=True)),
                ("adopted_at", models.DateTimeField()),
                ("waivers_each_year", models.PositiveIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="Waiver",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField()),
                ("cost_minor", models.PositiveBigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("granted_on", models.DateField()),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="waivers",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends_on__gt", models.F("starts_on"))),
                        name="dues_waiver_has_days",
                    ),
                    models.UniqueConstraint(
                        fields=("person", "starts_on"), name="dues_waiver_once_from_a_day"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="WaiverWish",
            fields=[
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("asked_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="WaiverYear",
            fields=[
                ("year", models.PositiveSmallIntegerField(primary_key=True, serialize=False)),
                ("granted", models.PositiveIntegerField(default=0)),
                ("most", models.PositiveIntegerField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("granted__lte", models.F("most"))),
                        name="dues_waivers_no_more_than_there_are",
                    ),
                ],
            },
        ),
        Remove(_PAYMENT),
        migrations.RemoveConstraint(model_name="payment", name="dues_payment_has_days"),
        migrations.AddField("payment", "intent_id", models.CharField(max_length=120, null=True)),
        migrations.AddField("payment", "uuid", models.UUIDField(null=True, editable=False)),
        migrations.RunPython(name_payments, migrations.RunPython.noop),
        migrations.AlterField(
            "payment", "intent_id", models.CharField(max_length=120, unique=True)
        ),
        migrations.AlterField(
            "payment",
            "uuid",
            models.UUIDField(default=uuid.uuid4, editable=False, unique=True),
        ),
        migrations.AlterField("payment", "starts_on", models.DateField(null=True)),
        migrations.AlterField("payment", "ends_on", models.DateField(null=True)),
        migrations.AlterField(
            "payment", "invoice_id", models.CharField(max_length=120, null=True, unique=True)
        ),
        migrations.AlterField(
            "payment",
            "subscription",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="payments",
                to="dues.subscription",
            ),
        ),
        migrations.AddField(
            "payment",
            "one_off",
            models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="payment",
                to="dues.oneoff",
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("ends_on__gt", models.F("starts_on")),
                        ("invoice_id__isnull", False),
                        ("one_off", None),
                        ("subscription__isnull", False),
                    ),
                    models.Q(
                        ("ends_on", None),
                        ("invoice_id", None),
                        ("one_off__isnull", False),
                        ("starts_on", None),
                        ("subscription", None),
                    ),
                    _connector="OR",
                ),
                name="dues_payment_is_one_thing",
            ),
        ),
        Remove(_CANCELLATION),
        migrations.AddField(
            model_name="cancellation",
            name="resumed_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="cancellation",
            name="withdrawn_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AlterField(
            model_name="cancellation",
            name="subscription",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="cancellations",
                to="dues.subscription",
            ),
        ),
        migrations.AddConstraint(
            model_name="cancellation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("withdrawn_at", None)),
                fields=("subscription",),
                name="dues_cancellation_one_standing",
            ),
        ),
        migrations.AddConstraint(
            model_name="cancellation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("resumed_at", None), ("withdrawn_at", None)),
                    models.Q(("at_once", False), ("withdrawn_at__isnull", False)),
                    _connector="OR",
                ),
                name="dues_cancellation_withdrawn",
            ),
        ),
        Install((*_PAYMENT, *_CANCELLATION, *KINDNESS)),
    ]
