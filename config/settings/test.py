"""The test suite. Nothing is read from or written to ``var/``."""

import tempfile
from pathlib import Path

from config.settings.base import *  # noqa: F403
from config.settings.base import DATABASES
from kernel import sealed

_scratch = Path(tempfile.mkdtemp(prefix="customer-commons-test-"))

SECRET_KEY = "a key for tests only"  # noqa: S105 - it keeps no secret
PUBLIC_ORIGIN = "http://localhost:8000"
SITE_ORIGIN = PUBLIC_ORIGIN
ALLOWED_HOSTS = ["localhost", "testserver", "127.0.0.1"]
PUBLIC_ROOT = _scratch / "public"
KEYS_DIR = _scratch / "keys"
KEYS_DIR.mkdir()
GRANTS_DIR = _scratch / "grants"
BOOKS_DIR = _scratch / "books"
STATIC_ROOT = _scratch / "static"
STATIC_ROOT.mkdir()
SEALING_KEYS = [str(KEYS_DIR / "sealing")]
Path(SEALING_KEYS[0]).write_bytes(sealed.new_key())
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
STRIPE_API_KEY = "sk_test_for_the_suite"
STRIPE_WEBHOOK_SECRETS = ["whsec_for_the_suite"]
API_RATE = "100000/min"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # A file, not memory: tests use threads, processes and servers. One for each xdist worker.
    DATABASES["default"]["CONN_MAX_AGE"] = 0
    DATABASES["default"]["NAME"] = str(_scratch / "db.sqlite3")
    # Tests kill processes, never the machine: the disk need not be waited for.
    DATABASES["default"]["OPTIONS"]["init_command"] += "; PRAGMA synchronous=OFF"
    DATABASES["default"]["TEST"] = {"NAME": str(_scratch / "test.sqlite3")}
