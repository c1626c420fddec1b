import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from governance.voting.triggers import OF_THE_LIFE, OF_THE_METHODS
from kernel.immutability import Install, Remove


class Migration(migrations.Migration):
    dependencies = [
        ("voting", "0003_methods"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    # SQLite remakes the table of polls, which several triggers name.
    operations = [
        Remove(OF_THE_METHODS),
        migrations.CreateModel(
            name="NamedFault",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("fault", models.CharField(max_length=20)),
                ("sentence", models.CharField(max_length=300)),
                ("proposed_at", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("record_hash", models.CharField(blank=True, max_length=64)),
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
                    "poll",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="named_faults",
                        to="voting.poll",
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
                            (
                                "fault__in",
                                [
                                    "wrong-text",
                                    "wrong-roll",
                                    "cannot-vote",
                                    "keys-exposed",
                                    "wrong-program",
                                ],
                            )
                        ),
                        name="voting_named_fault_fault",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("confirmed_at__isnull", True),
                                ("confirmed_by__isnull", True),
                                ("record_hash", ""),
                            ),
                            models.Q(
                                ("confirmed_at__isnull", False), ("confirmed_by__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="voting_named_fault_confirmed_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("confirmed_by__isnull", True),
                            models.Q(("confirmed_by", models.F("proposed_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="voting_named_fault_by_two",
                    ),
                    models.UniqueConstraint(
                        fields=("poll", "proposed_by"), name="voting_named_fault_once_per_person"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("confirmed_at__isnull", False)),
                        fields=("poll",),
                        name="voting_named_fault_once_per_poll",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Concern",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "poll",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="concerns",
                        to="voting.poll",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("poll", "person"), name="voting_concern_once"),
                ],
            },
        ),
        migrations.RemoveConstraint(
            model_name="poll",
            name="voting_poll_opened_whole",
        ),
        migrations.AddField(
            model_name="upkeep",
            name="reminded",
            field=models.BooleanField(default=False),
        ),
        migrations.AddConstraint(
            model_name="poll",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("manifest__isnull", True),
                        ("manifest_sha256", ""),
                        ("private_keys__isnull", True),
                        ("record_hash_opened", ""),
                        ("roll_size__isnull", True),
                        ("seed__isnull", True),
                        ("stage__in", ["scheduled", "cancelled"]),
                    ),
                    models.Q(
                        ("manifest__isnull", False),
                        ("roll_size__isnull", False),
                        ("seed__isnull", False),
                        ("stage__in", ["open", "closing", "closed", "cancelled"]),
                        models.Q(("manifest_sha256", ""), _negated=True),
                        models.Q(("record_hash_opened", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="voting_poll_opened_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="poll",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("stage", "cancelled"), _negated=True),
                    ("private_keys__isnull", True),
                    _connector="OR",
                ),
                name="voting_poll_cancelled_without_keys",
            ),
        ),
        Install(OF_THE_LIFE),
    ]
