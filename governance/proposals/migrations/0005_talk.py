"""Co-authors, amendments, threads, flags; and the words by which proposals are found."""

import uuid
from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from governance.proposals.search_words import weighed
from governance.proposals.triggers import OF_COMMENTS_AT_FIRST, OF_TALK, OF_WORDINGS
from kernel.immutability import Install, Remove


def index_proposals(apps: Any, schema_editor: Any) -> None:
    """What was proposed before is found by its words too."""
    word = apps.get_model("proposals", "SearchWord")
    for proposal in apps.get_model("proposals", "Proposal").objects.select_related(
        "wording__revision"
    ):
        wording, revision = proposal.wording, proposal.wording.revision
        said = [revision.plain] if revision else [str(text) for text in wording.content.values()]
        weights = weighed(wording.title, wording.summary, wording.problem, *said)
        word.objects.bulk_create(
            word(proposal=proposal, stem=stem, weight=weight) for stem, weight in weights.items()
        )


class Migration(migrations.Migration):
    dependencies = [
        ("proposals", "0004_offices"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        # SQLite makes these tables anew, and their triggers with them.
        Remove((*OF_COMMENTS_AT_FIRST, *OF_WORDINGS)),
        migrations.CreateModel(
            name="Amendment",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("reason", models.CharField(max_length=240)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "open"),
                            ("left", "left to the vote"),
                            ("accepted", "accepted"),
                            ("withdrawn", "withdrawn"),
                            ("option", "option of the vote"),
                            ("closed", "too few sponsors"),
                        ],
                        default="open",
                        max_length=9,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("settled_at", models.DateTimeField(null=True)),
                ("answer", models.CharField(blank=True, max_length=500)),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="amendments",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "base",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="amended_by",
                        to="proposals.wording",
                    ),
                ),
                (
                    "proposal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="amendments",
                        to="proposals.proposal",
                    ),
                ),
                (
                    "replaces",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replaced_by",
                        to="proposals.amendment",
                    ),
                ),
                (
                    "wording",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="amendment",
                        to="proposals.wording",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("proposal", "number"), name="amendment_number_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                ["open", "left", "accepted", "withdrawn", "option", "closed"],
                            )
                        ),
                        name="amendment_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("settled_at", None), ("state", "open")),
                            models.Q(
                                models.Q(("state", "open"), _negated=True),
                                ("settled_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="amendment_settled_at_a_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AmendmentSupport",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "amendment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="supports",
                        to="proposals.amendment",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="amendment_supports",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("amendment", "person"), name="amendment_support_once_each"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Manuscript",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("kind", models.CharField(max_length=40)),
                ("data", models.JSONField(default=dict)),
                ("number", models.PositiveIntegerField(default=0)),
                ("published_number", models.PositiveIntegerField(default=0)),
                ("saved_at", models.DateTimeField()),
                ("discarded_at", models.DateTimeField(null=True)),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="manuscripts",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "proposal",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="manuscript",
                        to="proposals.proposal",
                    ),
                ),
                (
                    "saved_by",
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
                        condition=models.Q(("published_number__lte", models.F("number"))),
                        name="manuscript_published_what_was_saved",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CoAuthor",
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
                        related_name="co_authored",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "manuscript",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="co_authors",
                        to="proposals.manuscript",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("manuscript", "person"), name="co_author_once_each"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CommentEdit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("body", models.TextField()),
                ("until", models.DateTimeField()),
                (
                    "comment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="edits",
                        to="proposals.comment",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("comment", "number"), name="comment_edit_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Echo",
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
                        related_name="echoes",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "proposal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="echoes",
                        to="proposals.proposal",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("proposal", "person"), name="echo_once_each"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Flag",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("unkind", "It attacks somebody"),
                            ("private", "It tells what is private"),
                            ("spam", "It advertises, or repeats itself"),
                            ("unlawful", "It may be against the law"),
                            ("other", "Something else"),
                        ],
                        max_length=8,
                    ),
                ),
                ("words", models.CharField(blank=True, max_length=300)),
                ("at", models.DateTimeField()),
                ("settled_at", models.DateTimeField(null=True)),
                ("outcome", models.CharField(blank=True, max_length=6)),
                (
                    "comment",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="flags",
                        to="proposals.comment",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="flags",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "proposal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="flags",
                        to="proposals.proposal",
                    ),
                ),
                (
                    "settled_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="flags_settled",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["settled_at", "at"], name="flag_waiting"),
                    models.Index(fields=["person", "at"], name="flag_of_person"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("comment__isnull", False)),
                        fields=("comment", "person"),
                        name="flag_comment_once_each",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("comment__isnull", True)),
                        fields=("proposal", "person"),
                        name="flag_idea_once_each",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("outcome", ""), ("settled_at", None), ("settled_by", None)),
                            models.Q(
                                ("outcome__in", ["hidden", "kept"]),
                                ("settled_at__isnull", False),
                                ("settled_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="flag_settled_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("reason__in", ["unkind", "private", "spam", "unlawful", "other"])
                        ),
                        name="flag_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HiddenIdea",
            fields=[
                (
                    "proposal",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="hidden_idea",
                        serialize=False,
                        to="proposals.proposal",
                    ),
                ),
                ("at", models.DateTimeField()),
                ("reason", models.CharField(max_length=300)),
                ("record_hash", models.CharField(max_length=64)),
                ("restored_at", models.DateTimeField(null=True)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="ideas_hidden",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "restored_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="ideas_restored",
                        to="proposals.proposal",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True),
                        name="idea_hidden_with_a_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("restored_at", None), ("restored_by", None)),
                            models.Q(
                                ("restored_at__isnull", False), ("restored_by__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="idea_restored_by_a_decision",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CoAuthorInvitation",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("token_sha256", models.CharField(max_length=64, unique=True)),
                ("at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("answered_at", models.DateTimeField(null=True)),
                ("accepted", models.BooleanField(null=True)),
                (
                    "answered_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
                    "person",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="invitations_to_write",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "manuscript",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="invitations",
                        to="proposals.manuscript",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("accepted", None), ("answered_at", None), ("answered_by", None)
                            ),
                            models.Q(
                                ("accepted__isnull", False),
                                ("answered_at__isnull", False),
                                ("answered_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="invitation_answered_by_somebody",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ManuscriptSave",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("began_at", models.DateTimeField()),
                ("at", models.DateTimeField()),
                ("data", models.JSONField()),
                ("aside", models.BooleanField(default=False)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "manuscript",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="saves",
                        to="proposals.manuscript",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("manuscript", "number"), name="manuscript_save_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Reaction",
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
                        related_name="reactions",
                        to="proposals.comment",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reactions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("comment", "person"), name="reaction_once_each"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SearchWord",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("stem", models.CharField(max_length=40)),
                ("weight", models.PositiveSmallIntegerField()),
                (
                    "proposal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="words",
                        to="proposals.proposal",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("stem", "proposal"), name="search_word_once"),
                    models.CheckConstraint(
                        condition=models.Q(("weight__gte", 1)), name="search_word_weighs"
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="comment",
            name="edited_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="comment",
            name="parent",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="answers",
                to="proposals.comment",
            ),
        ),
        migrations.AddField(
            model_name="comment",
            name="restored_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="comment",
            name="restored_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="comments_restored",
                to="proposals.proposal",
            ),
        ),
        migrations.AddField(
            model_name="comment",
            name="stance",
            field=models.CharField(
                choices=[
                    ("remark", "Remark"),
                    ("for", "Reason for it"),
                    ("against", "Reason against it"),
                    ("question", "Question to the author"),
                ],
                default="remark",
                max_length=8,
            ),
        ),
        migrations.AddField(
            model_name="comment",
            name="thread",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="replies",
                to="proposals.comment",
            ),
        ),
        migrations.AddField(
            model_name="wording",
            name="by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="wordings",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddIndex(
            model_name="comment",
            index=models.Index(fields=["thread", "at", "id"], name="comment_in_thread"),
        ),
        migrations.AddIndex(
            model_name="comment",
            index=models.Index(fields=["author", "at"], name="comment_of_author"),
        ),
        migrations.AddConstraint(
            model_name="comment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("restored_at", None), ("restored_by", None)),
                    models.Q(
                        ("hidden_at__isnull", False),
                        ("restored_at__isnull", False),
                        ("restored_by__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="comment_restored_by_a_decision",
            ),
        ),
        migrations.AddConstraint(
            model_name="comment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("parent", None), ("thread", None)),
                    models.Q(
                        ("parent__isnull", False), ("stance", "remark"), ("thread__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="comment_in_a_thread",
            ),
        ),
        migrations.AddConstraint(
            model_name="comment",
            constraint=models.CheckConstraint(
                condition=models.Q(("stance__in", ["remark", "for", "against", "question"])),
                name="comment_stance",
            ),
        ),
        migrations.AddField(
            model_name="wording",
            name="credit",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="taken_into",
                to="proposals.amendment",
            ),
        ),
        Install((*OF_WORDINGS, *OF_TALK)),
        migrations.RunPython(index_proposals, migrations.RunPython.noop),
    ]
