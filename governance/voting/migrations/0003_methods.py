from django.db import migrations, models

from governance.voting.triggers import OF_THE_METHODS
from kernel.immutability import Install, Remove


class Migration(migrations.Migration):
    dependencies = [
        ("voting", "0002_triggers"),
    ]

    # SQLite remakes the table of polls, which several triggers name.
    operations = [
        Remove(OF_THE_METHODS),
        migrations.RemoveConstraint(
            model_name="poll",
            name="voting_poll_method",
        ),
        migrations.AddField(
            model_name="poll",
            name="budget",
            field=models.PositiveBigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="poll",
            name="currency",
            field=models.CharField(blank=True, max_length=3),
        ),
        migrations.AddField(
            model_name="poll",
            name="default_option",
            field=models.CharField(blank=True, max_length=40),
        ),
        migrations.AddField(
            model_name="poll",
            name="seats",
            field=models.PositiveSmallIntegerField(default=1),
        ),
        migrations.AlterField(
            model_name="poll",
            name="majority",
            field=models.CharField(blank=True, max_length=20),
        ),
        migrations.AddConstraint(
            model_name="poll",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("method__in", ("yes_no", "approval", "schulze", "stv", "equal_shares"))
                ),
                name="voting_poll_method",
            ),
        ),
        migrations.AddConstraint(
            model_name="poll",
            constraint=models.CheckConstraint(
                condition=models.Q(("seats__gte", 1)), name="voting_poll_seats"
            ),
        ),
        migrations.AddConstraint(
            model_name="poll",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("budget__gte", 1),
                        ("method", "equal_shares"),
                        models.Q(("currency", ""), _negated=True),
                    ),
                    models.Q(
                        models.Q(("method", "equal_shares"), _negated=True),
                        ("budget", None),
                        ("currency", ""),
                    ),
                    _connector="OR",
                ),
                name="voting_poll_budget_where_money_is_divided",
            ),
        ),
        Install(OF_THE_METHODS),
    ]
