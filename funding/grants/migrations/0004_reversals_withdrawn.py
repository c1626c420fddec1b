"""What was proposed to be undone, and is not undone, can be taken back."""

from django.db import migrations

from funding.grants.award_triggers import AWARDS
from kernel.immutability import Install


class Migration(migrations.Migration):
    dependencies = [("grants", "0003_forgotten_accounts")]

    operations = [Install(AWARDS)]
