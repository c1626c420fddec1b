from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0002_triggers"),
    ]

    operations = [
        migrations.AddField(
            model_name="person",
            name="remind_of_votes",
            field=models.BooleanField(default=False),
        ),
    ]
