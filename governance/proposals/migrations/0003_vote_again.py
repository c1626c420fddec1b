import django.db.models.deletion
from django.db import migrations, models

from governance.proposals.triggers import FROM_THE_BEGINNING, OF_CANCELLED_VOTES
from kernel.immutability import Install


class Migration(migrations.Migration):
    dependencies = [
        ("proposals", "0002_triggers"),
        ("voting", "0004_life"),
    ]

    operations = [
        migrations.CreateModel(
            name="CancelledVote",
            fields=[
                (
                    "poll",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="cancelled_vote",
                        serialize=False,
                        to="voting.poll",
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "proposal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cancelled_votes",
                        to="proposals.proposal",
                    ),
                ),
            ],
        ),
        # Whether a proposal keeps its poll is another trigger's now: all are put in anew.
        Install((*FROM_THE_BEGINNING, *OF_CANCELLED_VOTES)),
    ]
