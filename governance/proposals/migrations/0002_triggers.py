from django.db import migrations

from governance.proposals.triggers import FROM_THE_BEGINNING, OF_COMMENTS_AT_FIRST, OF_WORDINGS
from kernel.immutability import Install


class Migration(migrations.Migration):
    dependencies = [("proposals", "0001_initial")]
    operations = [Install((*FROM_THE_BEGINNING, *OF_WORDINGS, *OF_COMMENTS_AT_FIRST))]
