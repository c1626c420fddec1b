"""Rounds, applications, and what leads from one to the other: interests, reviews, decisions."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from funding.grants.triggers import ROUNDS
from kernel.immutability import Install


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("terms", "0004_rules_by_meaning"),
        ("voting", "0005_objections"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Application",
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
                            ("draft", "being written"),
                            ("submitted", "sent"),
                            ("screening", "being checked"),
                            ("asked_more", "something is missing"),
                            ("ineligible", "not eligible"),
                            ("in_review", "being reviewed"),
                            ("declined", "not shortlisted"),
                            ("shortlisted", "shortlisted"),
                            ("balloted", "on the ballot"),
                            ("awarded", "chosen"),
                            ("reserve", "next in line"),
                            ("not_chosen", "not chosen"),
                            ("withdrawn", "withdrawn"),
                        ],
                        default="draft",
                        max_length=11,
                    ),
                ),
                ("begun_at", models.DateTimeField()),
                ("asked_until", models.DateTimeField(null=True)),
                ("named_at", models.DateTimeField(null=True)),
                ("sponsored", models.BooleanField(default=False)),
                ("told_late_at", models.DateTimeField(null=True)),
                (
                    "applicant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="applications",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Draft",
            fields=[
                (
                    "application",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="draft",
                        serialize=False,
                        to="grants.application",
                    ),
                ),
                ("content", models.JSONField(default=dict)),
                ("number", models.PositiveIntegerField(default=1)),
                ("saved_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="ApplicationVersion",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("title", models.CharField(max_length=120)),
                ("summary", models.CharField(max_length=600)),
                ("content", models.JSONField()),
                ("sha256", models.CharField(max_length=64)),
                ("ask_minor", models.PositiveBigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("sent_at", models.DateTimeField()),
                ("erased_at", models.DateTimeField(null=True)),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="grants.application",
                    ),
                ),
                (
                    "terms",
                    models.ManyToManyField(related_name="grant_applications", to="terms.term"),
                ),
            ],
        ),
        migrations.AddField(
            model_name="application",
            name="version",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="current_of",
                to="grants.applicationversion",
            ),
        ),
        migrations.CreateModel(
            name="Attachment",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(max_length=100)),
                ("type", models.CharField(max_length=40)),
                ("size", models.PositiveIntegerField()),
                ("sha256", models.CharField(max_length=64)),
                ("added_at", models.DateTimeField()),
                ("removed_at", models.DateTimeField(null=True)),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="files",
                        to="grants.application",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Event",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("verb", models.CharField(max_length=60)),
                ("subject", models.CharField(max_length=120)),
                ("at", models.DateTimeField()),
                ("program", models.CharField(blank=True, max_length=60)),
                ("details", models.JSONField(default=dict)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Finding",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "name",
                    models.CharField(
                        choices=[
                            ("ask_more", "asked for something"),
                            ("find_eligible", "found eligible"),
                            ("find_ineligible", "found not eligible"),
                            ("shortlist", "shortlisted"),
                            ("decline", "not shortlisted"),
                        ],
                        max_length=20,
                    ),
                ),
                ("reasons", models.TextField()),
                ("at", models.DateTimeField()),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="findings",
                        to="grants.application",
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
            name="Interest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("conflicted", models.BooleanField()),
                ("why", models.CharField(blank=True, max_length=400)),
                ("declared_at", models.DateTimeField()),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="interests",
                        to="grants.application",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="grant_interests",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PayoutMark",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("fingerprint", models.CharField(max_length=64)),
                ("marked_at", models.DateTimeField()),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payout_marks",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Relation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("what", models.CharField(blank=True, max_length=200)),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="relations",
                        to="grants.application",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="grant_relations",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Remark",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("text", models.TextField()),
                ("at", models.DateTimeField()),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="remarks",
                        to="grants.application",
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
            name="Review",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("scores", models.JSONField()),
                ("comment", models.TextField()),
                ("at", models.DateTimeField()),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reviews",
                        to="grants.application",
                    ),
                ),
                (
                    "reviewer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="grant_reviews",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Round",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("title", models.CharField(max_length=120)),
                ("purpose", models.TextField()),
                (
                    "form",
                    models.CharField(
                        choices=[
                            ("small", "small: five questions, one milestone"),
                            ("large", "large: team, budget, milestones and files"),
                        ],
                        max_length=5,
                    ),
                ),
                (
                    "stage",
                    models.CharField(
                        choices=[
                            ("announced", "announced"),
                            ("open", "takes applications"),
                            ("reviewing", "applications are read"),
                            ("voting", "members choose"),
                            ("deciding", "being decided"),
                            ("decided", "decided"),
                        ],
                        default="announced",
                        max_length=10,
                    ),
                ),
                ("budget_minor", models.PositiveBigIntegerField()),
                ("smallest_minor", models.PositiveBigIntegerField()),
                ("largest_minor", models.PositiveBigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("criteria", models.JSONField()),
                ("hold_back", models.PositiveSmallIntegerField(default=0)),
                ("opens_at", models.DateTimeField()),
                ("closes_at", models.DateTimeField()),
                ("hear_by", models.DateTimeField()),
                ("vote_days", models.PositiveSmallIntegerField()),
                ("vote_quorum", models.CharField(max_length=20)),
                ("sponsors_needed", models.PositiveSmallIntegerField()),
                ("basis", models.CharField(max_length=200, unique=True)),
                ("adopted_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
                (
                    "poll",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="round",
                        to="voting.poll",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Reviewer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("named_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "named_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="grant_reviewing",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reviewers",
                        to="grants.round",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="application",
            name="round",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="applications",
                to="grants.round",
            ),
        ),
        migrations.CreateModel(
            name="Sponsorship",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sponsorships",
                        to="grants.application",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="grant_sponsorships",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="TeamMember",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(blank=True, max_length=60)),
                ("email", models.EmailField(blank=True, max_length=254)),
                ("role", models.CharField(blank=True, max_length=80)),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="team",
                        to="grants.application",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="grant_teams",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Correction",
            fields=[
                (
                    "application",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="correction",
                        serialize=False,
                        to="grants.application",
                    ),
                ),
                ("of", models.CharField(max_length=11)),
                ("text", models.TextField()),
                ("at", models.DateTimeField()),
                ("upheld", models.BooleanField(null=True)),
                ("answer", models.TextField(blank=True)),
                ("answered_at", models.DateTimeField(null=True)),
                (
                    "answered_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Determination",
            fields=[
                (
                    "application",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="determination",
                        serialize=False,
                        to="grants.application",
                    ),
                ),
                ("outcome", models.CharField(max_length=11)),
                ("rank", models.PositiveIntegerField(null=True)),
                ("reasons", models.TextField()),
                ("result_sha256", models.CharField(max_length=64)),
                ("read_at", models.DateTimeField()),
                ("determined_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("outcome__in", ["awarded", "reserve", "not_chosen"])),
                        name="grants_determination_outcome",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("outcome", "reserve"), ("rank__gte", 1)),
                            models.Q(
                                models.Q(("outcome", "reserve"), _negated=True), ("rank", None)
                            ),
                            _connector="OR",
                        ),
                        name="grants_determination_rank_of_reserve",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Confirmation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "determination",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="confirmations",
                        to="grants.determination",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="applicationversion",
            constraint=models.UniqueConstraint(
                fields=("application", "number"), name="grants_version_number_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="applicationversion",
            constraint=models.CheckConstraint(
                condition=models.Q(("ask_minor__gte", 1)), name="grants_version_asks"
            ),
        ),
        migrations.AddConstraint(
            model_name="applicationversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("erased_at", None), models.Q(("summary", ""), ("title", "")), _connector="OR"
                ),
                name="grants_version_erased_is_empty",
            ),
        ),
        migrations.AddConstraint(
            model_name="attachment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("removed_at", None)),
                fields=("application", "sha256"),
                name="grants_file_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="attachment",
            constraint=models.CheckConstraint(
                condition=models.Q(("size__gte", 1)), name="grants_file_holds_something"
            ),
        ),
        migrations.AddConstraint(
            model_name="attachment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("removed_at", None), ("removed_at__gte", models.F("added_at")), _connector="OR"
                ),
                name="grants_file_removed_after_added",
            ),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["subject", "at"], name="grants_event_subject"),
        ),
        migrations.AddConstraint(
            model_name="event",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("by__isnull", False), ("program", "")),
                    models.Q(("by__isnull", True), models.Q(("program", ""), _negated=True)),
                    _connector="OR",
                ),
                name="grants_event_one_author",
            ),
        ),
        migrations.AddIndex(
            model_name="finding",
            index=models.Index(fields=["application", "at"], name="grants_finding_in_time"),
        ),
        migrations.AddConstraint(
            model_name="finding",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "name__in",
                        ["ask_more", "find_eligible", "find_ineligible", "shortlist", "decline"],
                    )
                ),
                name="grants_finding_name",
            ),
        ),
        migrations.AddConstraint(
            model_name="finding",
            constraint=models.CheckConstraint(
                condition=models.Q(("reasons", ""), _negated=True),
                name="grants_finding_has_reasons",
            ),
        ),
        migrations.AddConstraint(
            model_name="interest",
            constraint=models.UniqueConstraint(
                fields=("application", "person"), name="grants_interest_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="interest",
            constraint=models.CheckConstraint(
                condition=models.Q(("conflicted", True), ("why", ""), _connector="OR"),
                name="grants_interest_why_of_one",
            ),
        ),
        migrations.AddIndex(
            model_name="payoutmark",
            index=models.Index(fields=["fingerprint"], name="grants_payout_mark_shared"),
        ),
        migrations.AddConstraint(
            model_name="payoutmark",
            constraint=models.UniqueConstraint(
                fields=("person", "fingerprint"), name="grants_payout_mark_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="relation",
            constraint=models.UniqueConstraint(
                fields=("application", "person"), name="grants_relation_person_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="remark",
            constraint=models.CheckConstraint(
                condition=models.Q(("text", ""), _negated=True), name="grants_remark_says"
            ),
        ),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.UniqueConstraint(
                fields=("application", "reviewer"), name="grants_review_once"
            ),
        ),
        migrations.AddIndex(
            model_name="round",
            index=models.Index(fields=["stage", "closes_at"], name="grants_round_by_stage"),
        ),
        migrations.AddConstraint(
            model_name="round",
            constraint=models.CheckConstraint(
                condition=models.Q(("form__in", ["small", "large"])), name="grants_round_form"
            ),
        ),
        migrations.AddConstraint(
            model_name="round",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "stage__in",
                        ["announced", "open", "reviewing", "voting", "deciding", "decided"],
                    )
                ),
                name="grants_round_stage",
            ),
        ),
        migrations.AddConstraint(
            model_name="round",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("largest_minor__lte", models.F("budget_minor")),
                    ("smallest_minor__gte", 1),
                    ("smallest_minor__lte", models.F("largest_minor")),
                ),
                name="grants_round_amounts_in_order",
            ),
        ),
        migrations.AddConstraint(
            model_name="round",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("closes_at__gt", models.F("opens_at")), ("hear_by__gt", models.F("closes_at"))
                ),
                name="grants_round_dates_in_order",
            ),
        ),
        migrations.AddConstraint(
            model_name="round",
            constraint=models.CheckConstraint(
                condition=models.Q(("hold_back__lte", 50)),
                name="grants_round_holds_half_back_at_most",
            ),
        ),
        migrations.AddConstraint(
            model_name="round",
            constraint=models.CheckConstraint(
                condition=models.Q(("sponsors_needed__gte", 1), ("vote_days__gte", 1)),
                name="grants_round_vote_lasts",
            ),
        ),
        migrations.AddConstraint(
            model_name="round",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("poll__isnull", False),
                    ("stage__in", ["announced", "open", "reviewing", "decided"]),
                    _connector="OR",
                ),
                name="grants_round_voting_has_poll",
            ),
        ),
        migrations.AddConstraint(
            model_name="round",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_at__isnull", False), ("stage", "decided")),
                    models.Q(models.Q(("stage", "decided"), _negated=True), ("decided_at", None)),
                    _connector="OR",
                ),
                name="grants_round_decided_is_dated",
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewer",
            constraint=models.UniqueConstraint(
                fields=("round", "person"), name="grants_reviewer_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewer",
            constraint=models.CheckConstraint(
                condition=models.Q(("person", models.F("named_by")), _negated=True),
                name="grants_reviewer_named_by_another",
            ),
        ),
        migrations.AddIndex(
            model_name="application",
            index=models.Index(fields=["round", "stage"], name="grants_application_by_stage"),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "stage__in",
                        [
                            "draft",
                            "submitted",
                            "screening",
                            "asked_more",
                            "ineligible",
                            "in_review",
                            "declined",
                            "shortlisted",
                            "balloted",
                            "awarded",
                            "reserve",
                            "not_chosen",
                            "withdrawn",
                        ],
                    )
                ),
                name="grants_application_stage",
            ),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("version__isnull", False),
                    ("stage__in", ["draft", "withdrawn"]),
                    _connector="OR",
                ),
                name="grants_application_sent_has_version",
            ),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        (
                            "stage__in",
                            ["shortlisted", "balloted", "awarded", "reserve", "not_chosen"],
                        ),
                        _negated=True,
                    ),
                    ("named_at__isnull", False),
                    _connector="OR",
                ),
                name="grants_application_on_ballot_is_named",
            ),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("asked_until__isnull", False), ("stage", "asked_more")),
                    models.Q(
                        models.Q(("stage", "asked_more"), _negated=True), ("asked_until", None)
                    ),
                    _connector="OR",
                ),
                name="grants_application_asked_has_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="sponsorship",
            constraint=models.UniqueConstraint(
                fields=("application", "person"), name="grants_sponsorship_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="teammember",
            constraint=models.UniqueConstraint(
                condition=models.Q(("email", ""), _negated=True),
                fields=("application", "email"),
                name="grants_team_address_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="correction",
            constraint=models.CheckConstraint(
                condition=models.Q(("of__in", ["ineligible", "declined"])),
                name="grants_correction_of_an_answer",
            ),
        ),
        migrations.AddConstraint(
            model_name="correction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("answer", ""),
                        ("answered_at", None),
                        ("answered_by", None),
                        ("upheld", None),
                    ),
                    models.Q(
                        ("answered_at__isnull", False),
                        ("answered_by__isnull", False),
                        ("upheld__isnull", False),
                        models.Q(("answer", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="grants_correction_answered_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="confirmation",
            constraint=models.UniqueConstraint(
                fields=("determination", "person"), name="grants_confirmation_once"
            ),
        ),
        Install(ROUNDS),
    ]
