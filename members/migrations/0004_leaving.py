"""Leaving, choices of mail, invitations, and what ended a role."""

import uuid
from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q

from kernel.immutability import Install
from members.triggers import STANDING


def of_a_person(related_name: str) -> "models.ForeignKey[Any, Any]":
    return models.ForeignKey(
        on_delete=django.db.models.deletion.PROTECT,
        related_name=related_name,
        to=settings.AUTH_USER_MODEL,
    )


def of_one_person(related_name: str) -> "models.OneToOneField[Any, Any]":
    return models.OneToOneField(
        on_delete=django.db.models.deletion.PROTECT,
        related_name=related_name,
        to=settings.AUTH_USER_MODEL,
    )


def number() -> "models.BigAutoField[Any, Any]":
    return models.BigAutoField(
        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
    )


class Migration(migrations.Migration):
    dependencies = [("members", "0003_reminders")]

    operations = [
        migrations.AddField(
            model_name="person",
            name="digested_to",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="person",
            name="left_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(
                condition=Q(is_active=True), fields=["digested_to"], name="person_digested_to"
            ),
        ),
        migrations.AddConstraint(
            model_name="person",
            constraint=models.CheckConstraint(
                condition=Q(left_at=None)
                | Q(display_name="", email__endswith="@left.invalid", is_active=False),
                name="person_left_is_nameless",
            ),
        ),
        migrations.AddField(
            model_name="rolegrant",
            name="ended_by",
            field=models.CharField(blank=True, default="", max_length=120),
            preserve_default=False,
        ),
        migrations.AddConstraint(
            model_name="rolegrant",
            constraint=models.CheckConstraint(condition=~Q(basis=""), name="role_grant_has_basis"),
        ),
        migrations.AddConstraint(
            model_name="rolegrant",
            constraint=models.CheckConstraint(
                condition=Q(ended_by="") | Q(ends_on__isnull=False),
                name="role_grant_ended_has_end",
            ),
        ),
        migrations.CreateModel(
            name="MailChoice",
            fields=[
                ("id", number()),
                ("person", of_a_person("mail_choices")),
                ("kind", models.CharField(max_length=40)),
                ("wanted", models.BooleanField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=["person", "kind"], name="mail_choice_once_per_kind"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LeavingCode",
            fields=[
                ("id", number()),
                ("person", of_one_person("leaving_code")),
                ("fingerprint", models.CharField(max_length=64)),
                ("sent_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("tries_left", models.PositiveSmallIntegerField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(expires_at__gt=F("sent_at")), name="leaving_code_has_time"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Leaving",
            fields=[
                ("id", number()),
                ("claim_token", models.UUIDField(editable=False, null=True)),
                ("claimed_until", models.DateTimeField(editable=False, null=True)),
                ("attempts", models.PositiveIntegerField(default=0, editable=False)),
                ("person", of_one_person("leaving")),
                ("asked_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(finished_at=None) | Q(finished_at__gte=F("asked_at")),
                        name="leaving_finished_after_asked",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("person", of_a_person("invitations")),
                ("named", models.BooleanField()),
                ("made_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(null=True)),
                ("joined", models.PositiveIntegerField(default=0)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=Q(revoked_at=None),
                        fields=["person"],
                        name="invitation_one_at_a_time",
                    ),
                ],
            },
        ),
        # Days of standing can be taken back, where money is returned.
        Install(STANDING),
    ]
