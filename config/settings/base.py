"""What every way of running has in common; ``demo``, ``production`` and ``test`` differ."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import environ
from csp.constants import NONCE, NONE, SELF
from django.utils.translation import gettext_lazy as _

env = environ.Env()

BASE_DIR = Path(__file__).resolve().parent.parent.parent
VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var")))

# The name for our address: published identifiers begin with it, whatever port the site is served
# on. It is fixed when a site is first set up.
PUBLIC_ORIGIN = env.str("PUBLIC_ORIGIN", default="http://localhost:8000")
# Where the site is served now; links in mail begin with it.
SITE_ORIGIN = env.str("SITE_ORIGIN", default=PUBLIC_ORIGIN)
# Published bytes that never change are also files under this folder, laid out as their URLs.
PUBLIC_ROOT = Path(env.str("PUBLIC_ROOT", default=str(VAR_DIR / "public")))
# Private keys are files in this folder, made by ``manage.py keys``; never rows, never in backups.
KEYS_DIR = Path(env.str("KEYS_DIR", default=str(VAR_DIR / "keys")))
SEALING_KEYS = [str(path) for path in env.list("SEALING_KEYS", default=[str(KEYS_DIR / "sealing")])]
# Bills and statements behind the books, encrypted; never under what a web server serves.
GRANTS_DIR = Path(env.str("GRANTS_DIR", default=str(VAR_DIR / "grants")))
BOOKS_DIR = Path(env.str("BOOKS_DIR", default=str(VAR_DIR / "books")))
# The account that grants are paid from: name, iban, bic, street, building, postcode, town, country.
PAYING_ACCOUNT = env.json("PAYING_ACCOUNT", default={})
# What open data of grants is published under: 360Giving assigns each publisher a prefix, and an
# organisation that is registered has an identifier (org-id.guide). Ours, until both are there.
GIVING_PREFIX = env.str("GIVING_PREFIX", default="360G-CustomerCommons")
GIVING_ORGANISATION = env.str("GIVING_ORGANISATION", default=f"{GIVING_PREFIX}-ORG")

DEMO = False
DEBUG = False
ALLOWED_HOSTS = [urlsplit(SITE_ORIGIN).hostname or "localhost"]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "config",
    "funding.grants",
    "funding.dues",
    "funding.ledger",
    "governance.proposals",
    "governance.terms",
    "governance.voting",
    "governance.record",
    "members",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "csp",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.staticfiles",
    "django.forms",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.middleware.casting_is_nobodys",
    "config.middleware.published_bytes",
    "config.middleware.api_validators",
    "config.middleware.Documents",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "config.context.site",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# Databases: SQLite for `make run`, PostgreSQL for production; every test passes on both.
DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'db.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA recursive_triggers=ON; "
            # What was deleted is overwritten: the order in which ballots came stays in no page.
            "PRAGMA secure_delete=ON"
        ),
    }
else:
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
# Opening one anew is a third of the work of a short answer.
DATABASES["default"]["CONN_MAX_AGE"] = 60

# People and sessions
AUTH_USER_MODEL = "members.Person"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "my-home"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"

# Sign-in: a code by e-mail, and passkeys; no passwords.
ACCOUNT_ADAPTER = "members.adapters.AccountAdapter"
ACCOUNT_FORMS = {
    "add_email": "members.forms.AddAddressForm",
    "confirm_email_verification_code": "members.forms.AddressCodeForm",
    "confirm_login_code": "members.forms.SignInCodeForm",
    "login": "members.forms.SignInForm",
    "signup": "members.forms.SignUpForm",
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_SIGNUP_REDIRECT_URL = "join"
ACCOUNT_SESSION_REMEMBER = True
# Six digits, three tries, a quarter of an hour.
ALLAUTH_USER_CODE_FORMAT = {"numeric": True, "length": 6, "dashed": False}
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 15 * 60
# Twenty codes a day for one address: whoever guesses has 60 tries a day at a million codes.
ACCOUNT_RATE_LIMITS = {"request_login_code": "20/m/ip,3/m/key,20/d/key"}
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_MAX_EMAIL_ADDRESSES = 5
# Whoever has a passkey is asked for it before their addresses or passkeys change.
ACCOUNT_REAUTHENTICATION_REQUIRED = True
MFA_ADAPTER = "members.adapters.MFAAdapter"
MFA_FORMS = {
    "add_webauthn": "members.forms.AddPasskeyForm",
    "authenticate": "members.forms.RecoveryCodeForm",
    "authenticate_webauthn": "members.forms.UsePasskeyForm",
    "edit_webauthn": "members.forms.RenamePasskeyForm",
    "login_webauthn": "members.forms.SignInWithPasskeyForm",
    "reauthenticate": "members.forms.ConfirmByRecoveryCodeForm",
    "reauthenticate_webauthn": "members.forms.ConfirmByPasskeyForm",
}
MFA_SUPPORTED_TYPES = ["webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
# How many proxies of ours stand in front: their X-Forwarded-For is believed, nobody else's.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXIES", default=0)

# Mail
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Customer Commons <hello@localhost>")
EMAIL_CONFIG = env.email_url("EMAIL_URL", default="consolemail://")
vars().update(EMAIL_CONFIG)
# The mail sweep sends twenty within its lease of ten minutes.
EMAIL_TIMEOUT = 10

# Languages and time
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English"))]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# Files
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# Where Checkout and the Billing Portal live: a form of ours may end up there, nowhere else.
CHECKOUT_ORIGINS = env.list(
    "CHECKOUT_ORIGINS", default=["https://checkout.stripe.com", "https://billing.stripe.com"]
)

# What a browser may do: only what we serve ourselves.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF, *CHECKOUT_ORIGINS],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# The API
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "members.authentication.PersonalTokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["config.api.parsers.ShallowJSONParser"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "config.api.pagination.Cursor",
    "DEFAULT_THROTTLE_CLASSES": ["config.api.throttling.Throttle"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "NUM_PROXIES": ALLAUTH_TRUSTED_PROXY_COUNT,
    "EXCEPTION_HANDLER": "config.api.problems.handle",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
API_RATE = env.str("API_RATE", default="300/min")
# For each ballot's token; whoever casts it is not known.
CAST_RATE = env.str("CAST_RATE", default="30/min")
SPECTACULAR_SETTINGS = {
    "TITLE": "Customer Commons",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_PUBLIC": True,
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "config.api.description.complete",
    ],
    "ENUM_NAME_OVERRIDES": {
        "ComparedAnswer": "governance.terms.api_compare.SAYS",
        "MatrixAnswer": "governance.terms.serializers.ANSWERS",
        "ProposalStage": "governance.proposals.models.Stage",
        "PollStage": "governance.voting.models.Poll.Stage",
        "AmendmentState": "governance.proposals.models.AmendmentState",
        "VoucherKind": "funding.ledger.models.Voucher.KINDS",
        "WrittenVoucherKind": "funding.ledger.vouchers.WRITTEN",
        "VoucherState": "funding.ledger.models.Voucher.STATES",
    },
}

# Whether the one guarded fetch may reach this machine itself, and without TLS: tests and the demo.
OUTBOUND_TO_LOOPBACK = False
# Where the file is in which the organisation at a domain says what it accepts.
ACCEPTANCE_FILE = "https://{domain}/.well-known/customer-commons.json"

# Dues
CURRENCY = env.str("CURRENCY", default="EUR")
STRIPE_API_KEY = env.str("STRIPE_API_KEY", default="")
STRIPE_WEBHOOK_SECRETS = env.list("STRIPE_WEBHOOK_SECRETS", default=[])
# The account this site is for ("acct_…"): reconciliation refuses a key that opens another.
STRIPE_ACCOUNT = env.str("STRIPE_ACCOUNT", default="")
# Up to this, in minor units, one steward returns money alone; above it a second one approves.
REFUND_ALONE_MINOR = env.int("REFUND_ALONE_MINOR", default=10_000)
# From so many members who pay by one card on, a person looks at it.
CARD_MEMBERS_TOO_MANY = env.int("CARD_MEMBERS_TOO_MANY", default=3)
STRIPE_API_BASE = env.str("STRIPE_API_BASE", default="https://api.stripe.com")

# The rules of the demo, in minutes.
DEMO_RULES = BASE_DIR / "config/demo/rules.toml"

# Which file the decision rules of the founding come from.
FOUNDING_RULES = Path(
    env.str("FOUNDING_RULES", default=str(BASE_DIR / "governance/proposals/founding.toml"))
)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
}
CSRF_FAILURE_VIEW = "config.views.csrf_failure"
