"""Who proffers and who accepts a term; who follows what."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from governance.proposals.triggers import OF_MOVEMENT
from kernel.immutability import Install


class Migration(migrations.Migration):
    dependencies = [
        ("proposals", "0005_talk"),
        ("terms", "0004_rules_by_meaning"),
        ("voting", "0005_objections"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Organisation",
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
                ("domain", models.CharField(max_length=120)),
                ("form", models.CharField(max_length=20)),
                ("name", models.CharField(blank=True, max_length=120)),
                ("submitted_at", models.DateTimeField()),
                ("next_look_at", models.DateTimeField(null=True)),
                ("looked_at", models.DateTimeField(null=True)),
                ("seen_at", models.DateTimeField(null=True)),
                ("failing_since", models.DateTimeField(null=True)),
                ("failures", models.PositiveIntegerField(default=0)),
                ("problem", models.CharField(blank=True, max_length=40)),
                ("problem_words", models.CharField(blank=True, max_length=300)),
                (
                    "submitted_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="organisations_submitted",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["next_look_at"], name="organisation_due"),
                    models.Index(
                        fields=["submitted_by", "submitted_at"], name="organisation_submitted"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("domain", "form"), name="organisation_once_per_form"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("domain", ""), _negated=True),
                        name="organisation_has_a_domain",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("failing_since", None), ("failures", 0)),
                            models.Q(("failing_since__isnull", False), ("failures__gte", 1)),
                            _connector="OR",
                        ),
                        name="organisation_fails_since",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Acceptance",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("form", models.CharField(max_length=20)),
                ("statement_sha256", models.CharField(max_length=64)),
                ("since", models.DateTimeField()),
                ("record_hash", models.CharField(max_length=64)),
                ("until", models.DateTimeField(null=True)),
                (
                    "ending",
                    models.CharField(
                        blank=True, choices=[("gone", "Gone"), ("changed", "Changed")], max_length=8
                    ),
                ),
                ("record_hash_ended", models.CharField(blank=True, max_length=64)),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="acceptances",
                        to="terms.version",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="acceptances",
                        to="proposals.organisation",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["version", "until"], name="acceptance_of_version"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("until", None)),
                        fields=("organisation", "version"),
                        name="acceptance_once_at_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ending", ""), ("record_hash_ended", ""), ("until", None)),
                            models.Q(
                                ("until__gte", models.F("since")),
                                ("until__isnull", False),
                                ("ending__in", ["gone", "changed"]),
                                models.Q(("record_hash_ended", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="acceptance_ended_whole",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Proffer",
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
                        related_name="proffers",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "term",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="proffers",
                        to="terms.term",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("term", "person"), name="proffer_once_each"),
                ],
            },
        ),
        migrations.CreateModel(
            name="VoteNews",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("claim_token", models.UUIDField(editable=False, null=True)),
                ("claimed_until", models.DateTimeField(editable=False, null=True)),
                ("attempts", models.PositiveIntegerField(default=0, editable=False)),
                (
                    "what",
                    models.CharField(
                        choices=[("opened", "Opened"), ("result", "Result")], max_length=6
                    ),
                ),
                ("at", models.DateTimeField()),
                ("told_to", models.UUIDField(null=True)),
                ("told_at", models.DateTimeField(null=True)),
                (
                    "poll",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="voting.poll",
                    ),
                ),
                (
                    "proposal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="vote_news",
                        to="proposals.proposal",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["told_at", "at"], name="vote_news_waiting"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("poll", "what"), name="vote_news_once"),
                    models.CheckConstraint(
                        condition=models.Q(("what__in", ["opened", "result"])),
                        name="vote_news_what",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Ask",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("domain", models.CharField(max_length=120)),
                ("at", models.DateTimeField()),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="asks",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "term",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="asks",
                        to="terms.term",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["person", "at"], name="ask_of_person"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("term", "domain", "person"), name="ask_once_each"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("domain", ""), _negated=True), name="ask_of_a_domain"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Follow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("on", models.BooleanField()),
                ("at", models.DateTimeField()),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="follows",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "proposal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="follows",
                        to="proposals.proposal",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("proposal", "person"), name="follow_once_each"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Mention",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "comment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="mentions",
                        to="proposals.comment",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="mentions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["person", "-at"], name="mention_of_person"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("comment", "person"), name="mention_once_each"),
                ],
            },
        ),
        Install(OF_MOVEMENT),
    ]
