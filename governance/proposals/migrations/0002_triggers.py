from django.db import migrations

from governance.proposals.triggers import TRIGGERS
from kernel.immutability import Install


class Migration(migrations.Migration):
    dependencies = [("proposals", "0001_initial")]
    operations = [Install(TRIGGERS)]
