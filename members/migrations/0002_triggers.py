from django.db import migrations

from kernel.immutability import Install
from members.triggers import TRIGGERS


class Migration(migrations.Migration):
    dependencies = [("members", "0001_initial")]
    operations = [Install(TRIGGERS)]
