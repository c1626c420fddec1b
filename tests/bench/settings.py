"""The site as production runs it, in a scratch folder, with a plain list beside the real one.

The rate limit is off: it would answer instead of the site.
"""

from config.settings.base import *  # noqa: F403
from config.settings.base import DATABASES, REST_FRAMEWORK, VAR_DIR

SECRET_KEY = "a key for the bench only"
PUBLIC_ORIGIN = SITE_ORIGIN = "http://localhost:8000"
ALLOWED_HOSTS = ["localhost"]
KEYS_DIR = VAR_DIR / "keys"
SEALING_KEYS = [str(KEYS_DIR / "sealing")]
ROOT_URLCONF = "tests.bench.plain"
REST_FRAMEWORK = {**REST_FRAMEWORK, "DEFAULT_THROTTLE_CLASSES": []}
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
assert DATABASES
