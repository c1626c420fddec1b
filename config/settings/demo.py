"""``make run``: everything on this machine, with sample people and a Stripe sandbox."""

import secrets

from config.settings.base import *  # noqa: F403
from config.settings.base import SITE_ORIGIN, env

DEMO = True
# ``make run`` gives all its processes one. A command by itself, as ``manage.py count``, needs none
# that lasts.
SECRET_KEY = env.str("SECRET_KEY", default="") or secrets.token_urlsafe(50)
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
# The companies of the demo are on this machine: nothing is read from the internet.
OUTBOUND_TO_LOOPBACK = True
ACCEPTANCE_FILE = SITE_ORIGIN + "/demo/companies/{domain}.json"
# An example's account, to which no bank belongs: files for the bank can be made.
PAYING_ACCOUNT = {
    "name": "Customer Commons",
    "iban": "DE02120300000000202051",
    "town": "Berlin",
    "country": "DE",
}
# Mail that would be sent is kept in a folder, and a page shows it.
EMAIL_BACKEND = "config.demo.mail.FolderBackend"
