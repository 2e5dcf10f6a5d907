"""Settings for tests: the real ones, on a throw-away data directory, with a fast password hasher."""

from __future__ import annotations

import atexit
import os
import shutil
import string
import tempfile
from pathlib import Path


def _throw_away(name: str) -> None:
    """A directory that is gone when this process ends; one that another process gave us is left to it."""
    if name not in os.environ:
        os.environ[name] = tempfile.mkdtemp(prefix="wd-")
        atexit.register(shutil.rmtree, os.environ[name], ignore_errors=True)


os.environ.setdefault("DEMO", "true")
_throw_away("DATA_DIR")
_throw_away("KEYS_DIR")

from helpdesk.settings import *  # noqa: E402, F403
from helpdesk.settings import CELERY_BROKER_TRANSPORT_OPTIONS, DATABASES, TEMPLATES  # noqa: E402

DEMO = False
SECRET_KEY = "only-for-tests-" + string.ascii_letters
HTTPS = False
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
CELERY_BROKER_URL = "memory://"
CELERY_BROKER_TRANSPORT_OPTIONS.clear()
MAIL_DOMAINS = ["help.example"]
MAIL_IN = [f"maildir://{Path(os.environ['DATA_DIR']) / 'inbox'}"]
MAIL_OUT = f"maildir://{Path(os.environ['DATA_DIR']) / 'outbox'}"
WHITENOISE_AUTOREFRESH = True
# Without it coverage cannot tell which lines of a template were used, and says so at each of them.
_options = TEMPLATES[0]["OPTIONS"]
assert isinstance(_options, dict)
_options["debug"] = True
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["TEST"] = {"NAME": str(Path(os.environ["DATA_DIR"]) / "test.sqlite3")}
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 0
