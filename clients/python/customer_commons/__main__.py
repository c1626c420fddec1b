"""``python -m customer_commons`` is the command ``customer-commons``."""

import sys

from customer_commons.command import main

if __name__ == "__main__":
    sys.exit(main())
