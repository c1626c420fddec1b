import django.db.models.deletion
from django.db import migrations, models

from governance.proposals.triggers import OF_TALK_ABOUT_AMENDMENTS
from kernel.immutability import Install


class Migration(migrations.Migration):
    dependencies = [
        ("proposals", "0006_movement"),
    ]

    operations = [
        # SQLite adds a column that may be empty without remaking the table: its triggers stay.
        migrations.AddField(
            model_name="comment",
            name="amendment",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="comments",
                to="proposals.amendment",
            ),
        ),
        Install(OF_TALK_ABOUT_AMENDMENTS),
    ]
