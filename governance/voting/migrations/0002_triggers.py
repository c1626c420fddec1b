from django.db import migrations

from governance.voting.triggers import FROM_THE_BEGINNING
from kernel.immutability import Install


class Migration(migrations.Migration):
    dependencies = [("voting", "0001_initial")]
    operations = [Install(FROM_THE_BEGINNING)]
