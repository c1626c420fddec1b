from django.db import migrations

from governance.terms.triggers import TRIGGERS
from kernel.immutability import Install


class Migration(migrations.Migration):
    dependencies = [("terms", "0001_initial")]
    operations = [Install(TRIGGERS)]
