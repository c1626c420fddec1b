from django.db import migrations

from governance.record.triggers import TRIGGERS
from kernel.immutability import Install


class Migration(migrations.Migration):
    dependencies = [("record", "0001_initial")]
    operations = [Install(TRIGGERS)]
