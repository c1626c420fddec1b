from django.db import migrations

from funding.ledger.triggers import FROM_THE_BEGINNING
from kernel.immutability import Install


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]
    operations = [Install(FROM_THE_BEGINNING)]
