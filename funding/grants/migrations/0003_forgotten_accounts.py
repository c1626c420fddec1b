"""An account that is forgotten keeps no digest of its number either."""

from django.db import migrations, models

from funding.grants.award_triggers import AWARDS
from funding.grants.triggers import MARKS
from kernel.immutability import Install, Remove


class Migration(migrations.Migration):
    dependencies = [("grants", "0002_awards")]

    operations = [
        Remove(MARKS),
        migrations.RemoveConstraint(model_name="payoutmark", name="grants_payout_mark_once"),
        migrations.AddField(
            model_name="payoutmark", name="erased_at", field=models.DateTimeField(null=True)
        ),
        migrations.AddConstraint(
            model_name="payoutmark",
            constraint=models.UniqueConstraint(
                condition=models.Q(("erased_at", None)),
                fields=("person", "fingerprint"),
                name="grants_payout_mark_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="payoutmark",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("erased_at", None), models.Q(("fingerprint", ""), _negated=True)),
                    models.Q(("erased_at__isnull", False), ("fingerprint", "")),
                    _connector="OR",
                ),
                name="grants_payout_mark_erased_is_empty",
            ),
        ),
        Install(MARKS),
        migrations.RemoveConstraint(model_name="payeeaccount", name="grants_payee_erased_is_empty"),
        migrations.AddConstraint(
            model_name="payeeaccount",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("erased_at", None),
                    models.Q(
                        ("mark", ""),
                        ("masked", ""),
                        ("replaced_at__isnull", False),
                        ("sealed", b""),
                    ),
                    _connector="OR",
                ),
                name="grants_payee_erased_is_empty",
            ),
        ),
        Install(AWARDS),
    ]
