"""Awards: their funds, agreements and milestones, and the payments that follow from them."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from funding.grants.award_triggers import AWARDS
from kernel.immutability import Install


class Migration(migrations.Migration):
    dependencies = [
        ("dues", "0005_earning"),
        ("grants", "0001_rounds"),
        ("ledger", "0003_months"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="GrantPayment",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("minor", models.PositiveBigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("preparation", models.PositiveSmallIntegerField(default=1)),
                ("fingerprint", models.CharField(max_length=64)),
                (
                    "stage",
                    models.CharField(
                        choices=[
                            ("requested", "waits for approval"),
                            ("approved", "approved"),
                            ("sent", "given to the bank"),
                            ("paid", "paid"),
                            ("cancelled", "cancelled"),
                        ],
                        default="requested",
                        max_length=9,
                    ),
                ),
                ("prepared_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(null=True)),
                ("bank_reference", models.CharField(blank=True, max_length=120)),
                ("paid_on", models.DateField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Award",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("minor", models.PositiveBigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                (
                    "stage",
                    models.CharField(
                        choices=[
                            ("committed", "the agreement is being written"),
                            ("offered", "the agreement waits to be accepted"),
                            ("agreed", "under way"),
                            ("closed", "finished"),
                            ("declined", "not taken"),
                            ("terminated", "ended early"),
                        ],
                        default="committed",
                        max_length=10,
                    ),
                ),
                ("committed_at", models.DateTimeField()),
                ("agreed_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "application",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="award",
                        to="grants.application",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="AgreementVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("text", models.TextField()),
                ("sha256", models.CharField(max_length=64)),
                ("written_at", models.DateTimeField()),
                (
                    "written_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "award",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="agreements",
                        to="grants.award",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="BankFile",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("message", models.CharField(max_length=35, unique=True)),
                ("sealed", models.BinaryField()),
                ("sha256", models.CharField(max_length=64)),
                ("execute_on", models.DateField()),
                ("made_at", models.DateTimeField()),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Fund",
            fields=[
                (
                    "round",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="fund",
                        serialize=False,
                        to="grants.round",
                    ),
                ),
                ("currency", models.CharField(max_length=3)),
                ("budget_minor", models.PositiveBigIntegerField()),
                ("funded_minor", models.PositiveBigIntegerField(default=0)),
                ("committed_minor", models.PositiveBigIntegerField(default=0)),
                ("paid_minor", models.PositiveBigIntegerField(default=0)),
                ("opened_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("committed_minor__lte", models.F("funded_minor")),
                            ("funded_minor__lte", models.F("budget_minor")),
                            ("paid_minor__gte", 0),
                            ("paid_minor__lte", models.F("committed_minor")),
                        ),
                        name="grants_fund_is_sound",
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="award",
            name="fund",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="awards", to="grants.fund"
            ),
        ),
        migrations.CreateModel(
            name="Reversal",
            fields=[
                (
                    "payment",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="reversal",
                        serialize=False,
                        to="grants.grantpayment",
                    ),
                ),
                ("reason", models.CharField(max_length=200)),
                ("proposed_at", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.AddField(
            model_name="grantpayment",
            name="bank_file",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="payments",
                to="grants.bankfile",
            ),
        ),
        migrations.AddField(
            model_name="grantpayment",
            name="entry",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="ledger.entry",
            ),
        ),
        migrations.AddField(
            model_name="grantpayment",
            name="prepared_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="grantpayment",
            name="sent_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.CreateModel(
            name="Milestone",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.PositiveSmallIntegerField()),
                ("title", models.CharField(max_length=120)),
                ("criteria", models.TextField()),
                ("due_on", models.DateField()),
                ("minor", models.PositiveBigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("on_award", models.BooleanField(default=False)),
                ("final", models.BooleanField(default=False)),
                (
                    "stage",
                    models.CharField(
                        choices=[
                            ("planned", "planned"),
                            ("submitted", "shown, and being looked at"),
                            ("sent_back", "something is missing"),
                            ("accepted", "reached"),
                            ("paid", "reached and paid"),
                            ("dropped", "dropped"),
                        ],
                        default="planned",
                        max_length=10,
                    ),
                ),
                ("reminded_on", models.DateField(null=True)),
                (
                    "award",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="milestones",
                        to="grants.award",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="grantpayment",
            name="milestone",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="payments",
                to="grants.milestone",
            ),
        ),
        migrations.CreateModel(
            name="Evidence",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("url", models.CharField(blank=True, max_length=400)),
                ("file_sha256", models.CharField(blank=True, max_length=64)),
                ("file_type", models.CharField(blank=True, max_length=40)),
                ("file_size", models.PositiveIntegerField(default=0)),
                ("note", models.TextField(blank=True)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "milestone",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="evidence",
                        to="grants.milestone",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "evidence",
            },
        ),
        migrations.CreateModel(
            name="Amendment",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("criteria", models.TextField()),
                ("due_on", models.DateField()),
                ("reason", models.TextField()),
                ("asked_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
                ("accepted", models.BooleanField(null=True)),
                ("answer", models.TextField(blank=True)),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
                    "first_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "milestone",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="amendments",
                        to="grants.milestone",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="MoneyReturned",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("minor", models.PositiveBigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("at", models.DateTimeField()),
                (
                    "award",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="returns",
                        to="grants.award",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "entry",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.entry",
                    ),
                ),
                (
                    "line",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="dues.bankline",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "money returned",
            },
        ),
        migrations.CreateModel(
            name="Movement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("commitment", "commitment"),
                            ("release", "release"),
                            ("payment", "payment"),
                            ("reversal", "reversal"),
                            ("return", "return"),
                        ],
                        max_length=10,
                    ),
                ),
                ("minor", models.PositiveBigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("at", models.DateTimeField()),
                (
                    "award",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="movements",
                        to="grants.award",
                    ),
                ),
                (
                    "entry",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.entry",
                    ),
                ),
                (
                    "fund",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="movements",
                        to="grants.fund",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PayeeAccount",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("sealed", models.BinaryField()),
                ("mark", models.CharField(max_length=64)),
                ("digest", models.CharField(max_length=64)),
                ("masked", models.CharField(max_length=20)),
                ("named_at", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("replaced_at", models.DateTimeField(null=True)),
                ("erased_at", models.DateTimeField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payee_accounts",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="grantpayment",
            name="account",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="payments",
                to="grants.payeeaccount",
            ),
        ),
        migrations.CreateModel(
            name="SanctionsCheck",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "lists",
                    models.CharField(
                        choices=[
                            ("eu", "the EU's consolidated list"),
                            ("eu-un", "the EU's and the United Nations' lists"),
                            ("eu-un-ofac", "the EU's, the United Nations' and the US (OFAC) lists"),
                        ],
                        max_length=12,
                    ),
                ),
                ("found", models.BooleanField()),
                ("at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sanctions_checks",
                        to="grants.payeeaccount",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Approval",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("fingerprint", models.CharField(max_length=64)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "payment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="approvals",
                        to="grants.grantpayment",
                    ),
                ),
                (
                    "checked",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="grants.sanctionscheck",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Termination",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reason", models.TextField()),
                ("proposed_at", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("withdrawn_at", models.DateTimeField(null=True)),
                (
                    "award",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="terminations",
                        to="grants.award",
                    ),
                ),
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
                    "proposed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Verdict",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("accepted", models.BooleanField()),
                ("reasons", models.TextField()),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "milestone",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="verdicts",
                        to="grants.milestone",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Acceptance",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "side",
                    models.CharField(
                        choices=[("project", "the project"), ("commons", "Customer Commons")],
                        max_length=8,
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "agreement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="acceptances",
                        to="grants.agreementversion",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("agreement", "side"), name="grants_acceptance_once_a_side"
                    ),
                    models.UniqueConstraint(
                        fields=("agreement", "by"), name="grants_acceptance_by_two"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("side__in", ["project", "commons"])),
                        name="grants_acceptance_side",
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="agreementversion",
            constraint=models.UniqueConstraint(
                fields=("award", "number"), name="grants_agreement_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="agreementversion",
            constraint=models.CheckConstraint(
                condition=models.Q(("text", ""), _negated=True),
                name="grants_agreement_says_something",
            ),
        ),
        migrations.AddIndex(
            model_name="award",
            index=models.Index(fields=["stage", "committed_at"], name="grants_award_by_stage"),
        ),
        migrations.AddConstraint(
            model_name="award",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "stage__in",
                        ["committed", "offered", "agreed", "closed", "declined", "terminated"],
                    )
                ),
                name="grants_award_stage",
            ),
        ),
        migrations.AddConstraint(
            model_name="award",
            constraint=models.CheckConstraint(
                condition=models.Q(("minor__gt", 0)), name="grants_award_is_something"
            ),
        ),
        migrations.AddConstraint(
            model_name="award",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("stage__in", ["agreed", "closed"]), _negated=True),
                    ("agreed_at__isnull", False),
                    _connector="OR",
                ),
                name="grants_award_agreed_is_dated",
            ),
        ),
        migrations.AddConstraint(
            model_name="award",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at", None), ("stage__in", ("committed", "offered", "agreed"))),
                    models.Q(
                        models.Q(("stage__in", ("committed", "offered", "agreed")), _negated=True),
                        ("ended_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="grants_award_ended_is_dated",
            ),
        ),
        migrations.AddField(
            model_name="reversal",
            name="confirmed_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="reversal",
            name="entry",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="ledger.entry",
            ),
        ),
        migrations.AddField(
            model_name="reversal",
            name="line",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="dues.bankline"
            ),
        ),
        migrations.AddField(
            model_name="reversal",
            name="proposed_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="milestone",
            constraint=models.UniqueConstraint(
                fields=("award", "number"), name="grants_milestone_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="milestone",
            constraint=models.UniqueConstraint(
                condition=models.Q(("final", True)),
                fields=("award",),
                name="grants_milestone_one_is_final",
            ),
        ),
        migrations.AddConstraint(
            model_name="milestone",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "stage__in",
                        ["planned", "submitted", "sent_back", "accepted", "paid", "dropped"],
                    )
                ),
                name="grants_milestone_stage",
            ),
        ),
        migrations.AddConstraint(
            model_name="milestone",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("minor__gt", 0), models.Q(("stage", "paid"), _negated=True), _connector="OR"
                ),
                name="grants_milestone_paid_something",
            ),
        ),
        migrations.AddConstraint(
            model_name="evidence",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("file_sha256", ""),
                        ("file_size", 0),
                        ("file_type", ""),
                        models.Q(("url", ""), _negated=True),
                    ),
                    models.Q(
                        ("file_size__gte", 1),
                        ("url", ""),
                        models.Q(("file_sha256", ""), _negated=True),
                        models.Q(("file_type", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="grants_evidence_is_one_thing",
            ),
        ),
        migrations.AddConstraint(
            model_name="amendment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("decided_at", None)),
                fields=("milestone",),
                name="grants_amendment_one_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="amendment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("first_by", None),
                    models.Q(("first_by", models.F("asked_by")), _negated=True),
                    _connector="OR",
                ),
                name="grants_amendment_first_is_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="amendment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("decided_by", None),
                    models.Q(
                        models.Q(("decided_by", models.F("asked_by")), _negated=True),
                        models.Q(
                            ("first_by", None),
                            models.Q(("decided_by", models.F("first_by")), _negated=True),
                            _connector="OR",
                        ),
                    ),
                    ("accepted", False),
                    _connector="OR",
                ),
                name="grants_amendment_two_people",
            ),
        ),
        migrations.AddConstraint(
            model_name="amendment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("accepted", None), ("decided_at", None), ("decided_by", None)),
                    models.Q(
                        ("accepted", False),
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", False),
                    ),
                    models.Q(
                        ("accepted", True),
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", False),
                        ("first_by__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="grants_amendment_decided_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="moneyreturned",
            constraint=models.CheckConstraint(
                condition=models.Q(("minor__gt", 0)), name="grants_returned_something"
            ),
        ),
        migrations.AddConstraint(
            model_name="movement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind__in", ["commitment", "release", "payment", "reversal", "return"])
                ),
                name="grants_movement_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="movement",
            constraint=models.CheckConstraint(
                condition=models.Q(("minor__gt", 0)), name="grants_movement_moves"
            ),
        ),
        migrations.AddConstraint(
            model_name="movement",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "commitment")),
                fields=("award",),
                name="grants_movement_commits_once",
            ),
        ),
        migrations.AddIndex(
            model_name="payeeaccount",
            index=models.Index(fields=["mark"], name="grants_payee_by_mark"),
        ),
        migrations.AddConstraint(
            model_name="payeeaccount",
            constraint=models.UniqueConstraint(
                condition=models.Q(("replaced_at", None)),
                fields=("person",),
                name="grants_payee_one_account",
            ),
        ),
        migrations.AddConstraint(
            model_name="payeeaccount",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("erased_at", None),
                    models.Q(("masked", ""), ("replaced_at__isnull", False), ("sealed", b"")),
                    _connector="OR",
                ),
                name="grants_payee_erased_is_empty",
            ),
        ),
        migrations.AddConstraint(
            model_name="grantpayment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("stage__in", ["requested", "approved", "sent", "paid", "cancelled"])
                ),
                name="grants_payment_stage",
            ),
        ),
        migrations.AddConstraint(
            model_name="grantpayment",
            constraint=models.CheckConstraint(
                condition=models.Q(("minor__gt", 0)), name="grants_payment_is_something"
            ),
        ),
        migrations.AddConstraint(
            model_name="grantpayment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("stage__in", ("requested", "approved", "sent"))),
                fields=("milestone",),
                name="grants_payment_one_live",
            ),
        ),
        migrations.AddConstraint(
            model_name="grantpayment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("bank_reference", ""), _negated=True),
                fields=("bank_reference",),
                name="grants_payment_reference_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="grantpayment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("stage__in", ["sent", "paid"]),
                        ("sent_at__isnull", False),
                        ("sent_by__isnull", False),
                        models.Q(
                            models.Q(("bank_file__isnull", False), ("bank_reference", "")),
                            models.Q(
                                ("bank_file", None), models.Q(("bank_reference", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                    ),
                    models.Q(
                        models.Q(("stage__in", ["sent", "paid"]), _negated=True),
                        ("bank_file", None),
                        ("bank_reference", ""),
                        ("sent_at", None),
                        ("sent_by", None),
                    ),
                    _connector="OR",
                ),
                name="grants_payment_sent_in_one_way",
            ),
        ),
        migrations.AddConstraint(
            model_name="grantpayment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("entry__isnull", False), ("paid_on__isnull", False), ("stage", "paid")
                    ),
                    models.Q(
                        models.Q(("stage", "paid"), _negated=True),
                        ("entry", None),
                        ("paid_on", None),
                    ),
                    _connector="OR",
                ),
                name="grants_payment_paid_is_booked",
            ),
        ),
        migrations.AddConstraint(
            model_name="sanctionscheck",
            constraint=models.CheckConstraint(
                condition=models.Q(("lists__in", ["eu", "eu-un", "eu-un-ofac"])),
                name="grants_sanctions_lists",
            ),
        ),
        migrations.AddConstraint(
            model_name="approval",
            constraint=models.UniqueConstraint(
                fields=("payment", "fingerprint", "by"), name="grants_approval_once_each"
            ),
        ),
        migrations.AddConstraint(
            model_name="termination",
            constraint=models.UniqueConstraint(
                condition=models.Q(("withdrawn_at", None)),
                fields=("award",),
                name="grants_termination_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="termination",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("confirmed_by", None),
                    models.Q(("confirmed_by", models.F("proposed_by")), _negated=True),
                    _connector="OR",
                ),
                name="grants_termination_two_people",
            ),
        ),
        migrations.AddConstraint(
            model_name="termination",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("confirmed_at", None), ("confirmed_by", None)),
                    models.Q(
                        ("confirmed_at__isnull", False),
                        ("confirmed_by__isnull", False),
                        ("withdrawn_at", None),
                    ),
                    _connector="OR",
                ),
                name="grants_termination_confirmed_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="termination",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True),
                name="grants_termination_has_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="verdict",
            constraint=models.CheckConstraint(
                condition=models.Q(("reasons", ""), _negated=True),
                name="grants_verdict_has_reasons",
            ),
        ),
        migrations.AddConstraint(
            model_name="reversal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("confirmed_by", None),
                    models.Q(("confirmed_by", models.F("proposed_by")), _negated=True),
                    _connector="OR",
                ),
                name="grants_reversal_two_people",
            ),
        ),
        migrations.AddConstraint(
            model_name="reversal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("confirmed_at", None), ("confirmed_by", None), ("entry", None)),
                    models.Q(
                        ("confirmed_at__isnull", False),
                        ("confirmed_by__isnull", False),
                        ("entry__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="grants_reversal_confirmed_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="reversal",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="grants_reversal_has_reason"
            ),
        ),
        Install(AWARDS),
    ]
