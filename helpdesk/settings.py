"""Settings, all from the environment or a `.env` file beside manage.py; README.md explains each one."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import environ
from csp.constants import NONE, SELF

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
env.read_env(BASE_DIR / ".env")

# --- What an admin sets -------------------------------------------------------------------------------------------

DEMO = env.bool("DEMO", default=not (BASE_DIR / ".env").exists())
"""The newcomer's desk: invented reports, known passwords, plain HTTP on this machine only."""

DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / "var")))
KEYS_DIR = Path(env.str("KEYS_DIR", default=str(DATA_DIR / "keys")))
"""Epoch keys and the look-up key. Never in the same backup as the database."""
BLOBS_DIR = Path(env.str("BLOBS_DIR", default=str(DATA_DIR / "blobs")))
GNUPG_HOME = Path(env.str("GNUPG_HOME", default=str(DATA_DIR / "gnupg")))
DEMO_DIR = DATA_DIR / "demo"

SECRET_KEY = env.str("SECRET_KEY", default="demo-only-" + "x" * 50 if DEMO else "")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"] if DEMO else [])
HTTPS = env.bool("HTTPS", default=not DEMO)
"""False only where the browser reaches us without TLS: the demo, or an onion service."""

DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'db.sqlite3'}")}
REDIS_URL = env.str("REDIS_URL", default="")

MAIL_IN = env.list("MAIL_IN", default=[f"maildir://{DEMO_DIR / 'inbox'}"] if DEMO else [])
MAIL_OUT = env.str("MAIL_OUT", default=f"maildir://{DEMO_DIR / 'outbox'}" if DEMO else "")
MAIL_CA_FILE = env.str("MAIL_CA_FILE", default="")
MAIL_DOMAINS = env.list("MAIL_DOMAINS", default=[])
MAIL_POLL_SECONDS = env.int("MAIL_POLL_SECONDS", default=5 if DEMO else 60)

FORGET_AFTER_DAYS = env.int("FORGET_AFTER_DAYS", default=90)
BACKUP_LIFE_DAYS = env.int("BACKUP_LIFE_DAYS", default=14)
TICKET_LANGUAGES = tuple(
    env.list(
        "TICKET_LANGUAGES",
        default=[
            "en",
            "fr",
            "es",
            "it",
            "de",
            "pt",
            "ru",
            "fa",
            "ar",
            "zh",
            "tr",
            "ca",
            "id",
            "uk",
            "pl",
            "nl",
        ],
    )
)

LANGUAGE_CODE = env.str("LANGUAGE_CODE", default="en")
TIME_ZONE = env.str("TIME_ZONE", default="UTC")

# --- What follows from it -----------------------------------------------------------------------------------------

DEBUG = False
ROOT_URLCONF = "helpdesk.urls"
WSGI_APPLICATION = "helpdesk.wsgi.application"
AUTH_USER_MODEL = "helpdesk.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
LANGUAGES = [("en", "English"), ("fa", "فارسی")]
LOCALE_PATHS = [BASE_DIR / "helpdesk" / "locale"]

INSTALLED_APPS = [
    "helpdesk",
    "stats",
    "tickets",
    "crypto",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "js_lib_bootstrap5",
    "allauth",
    "allauth.account",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_filters",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "helpdesk.lib.http.PrivacyHeadersMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "helpdesk.lib.sessions.IdleMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "helpdesk.lib.http.OwnLanguageMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "helpdesk.context.desk",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

# Signing in: allauth brings the rate limits now and second factors later. Keys of the limits are hashed by it.
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "front"
ACCOUNT_ADAPTER = "helpdesk.lib.accounts.ClosedAccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_RATE_LIMITS = {"login_failed": "5/5m/key", "login": "60/m/ip", "change_password": "5/m/user"}
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 8 * 60 * 60
SESSION_IDLE_SECONDS = 30 * 60
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Strict"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = ("__Host-session", "__Host-csrf") if HTTPS else ("session", "csrf")
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "helpdesk.views.csrf_failure"
SECURE_SSL_REDIRECT = False
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if HTTPS else 0
SECURE_REFERRER_POLICY = "no-referrer"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "require-trusted-types-for": ["'script'"],
    }
}

# Uploads never touch the disk in clear.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
DATA_UPLOAD_MAX_MEMORY_SIZE = FILE_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
WHITENOISE_USE_FINDERS = True

CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"}
}

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # IMMEDIATE: two writers wait for each other instead of failing half-way. secure_delete: what is deleted is
    # overwritten in the file (and gone from the log at the next checkpoint).
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON; PRAGMA foreign_keys=ON;",
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 600
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True

# --- Work in the background: the rows of the database are the queue, the broker carries only ids --------------------

# There is no time limit for tasks: the worker's solo pool (helpdesk/Procfile) knows none. Every piece of work ends by
# itself: gpg after 30 seconds, the reading of a mail after 20, each step of IMAP and SMTP after 60. The leases on rows
# (tickets/mail/line.py, send.py) are longer than the longest of them.

CELERY_BROKER_URL = REDIS_URL or "filesystem://localhost"
BROKER_DIR = DATA_DIR / "broker"
BROKER_PATIENCE = {"max_retries": 1, "interval_start": 0, "interval_step": 0, "interval_max": 0}
"""Who tells the workers of a row does not wait for a broker that is down: the sweep tells them later."""
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {
        "visibility_timeout": 600,
        "unacked_restore_interval": 1,
        "unacked_restore_throttle": 1,
        **BROKER_PATIENCE,
    }
    if REDIS_URL
    else {
        "data_folder_in": str(BROKER_DIR / "messages"),
        "data_folder_out": str(BROKER_DIR / "messages"),
        "control_folder": str(BROKER_DIR / "control"),
        "polling_interval": 0.2,
    }
)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_STORE_ERRORS_EVEN_IF_IGNORED = False
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "beat")
CELERY_BEAT_SCHEDULE = {
    "poll": {"task": "tickets.tasks.poll", "schedule": timedelta(seconds=MAIL_POLL_SECONDS)},
    "sweep": {"task": "tickets.tasks.sweep", "schedule": timedelta(seconds=min(60, MAIL_POLL_SECONDS))},
    "rotate epoch keys": {"task": "tickets.tasks.rotate_epoch_keys", "schedule": timedelta(hours=24)},
    "purge": {"task": "tickets.tasks.purge", "schedule": timedelta(hours=1)},
}

# --- Logs: numbers and ids, never an address, subject, name or text ---------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "helpdesk.lib.logs.QuietFormatter",
            "format": "{levelname} {name}: {message}",
            "style": "{",
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "tickets": {"level": "INFO"},
        "gnupg": {"level": "CRITICAL"},
        "django.request": {"level": "ERROR"},
        "django.security": {"level": "ERROR"},
    },
}
DEFAULT_EXCEPTION_REPORTER = "helpdesk.lib.reports.SilentReporter"
SILENCED_SYSTEM_CHECKS: list[str] = []
