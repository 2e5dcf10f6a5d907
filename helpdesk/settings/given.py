"""What an admin sets, from the environment or a `.env` file beside manage.py; README.md explains each one."""

from __future__ import annotations

import re
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parents[2]

env = environ.Env()
env.read_env(BASE_DIR / ".env")

_WORDS = {
    "true": True,
    "yes": True,
    "1": True,
    "on": True,
    "false": False,
    "no": False,
    "0": False,
    "off": False,
}


def _switch(name: str, *, default: bool) -> bool:
    """A word that is neither true nor false is refused: taken for false, a typing error would switch TLS off."""
    given = env.str(name, default=str(default)).strip().lower()
    if given not in _WORDS:
        raise ImproperlyConfigured(f"{name} must be true or false.")
    return _WORDS[given]


def _number(name: str, *, default: int) -> int:
    given = env.str(name, default=str(default)).strip()
    if not given.isdecimal() or len(given) > 5:
        raise ImproperlyConfigured(f"{name} must be a whole number.")
    return int(given)


def _addresses(given: str) -> list[str]:
    """Addresses with commas between them. One may hold commas itself: a new one begins with its scheme."""
    return [address.strip() for address in re.split(r",(?=\s*[a-z0-9+.-]+://)", given) if address.strip()]


DEMO = _switch("DEMO", default=not (BASE_DIR / ".env").exists())
"""The newcomer's desk: invented reports, known passwords, plain HTTP on this machine only."""

DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / "var")))
KEYS_DIR = Path(env.str("KEYS_DIR", default=str(DATA_DIR / "keys")))
"""Epoch keys and the look-up key. Never in the same backup as the database."""
BLOBS_DIR = Path(env.str("BLOBS_DIR", default=str(DATA_DIR / "blobs")))
GNUPG_HOME = Path(env.str("GNUPG_HOME", default=str(DATA_DIR / "gnupg")))
DEMO_DIR = DATA_DIR / "demo"

SECRET_KEY = env.str("SECRET_KEY", default="demo-only-" + "x" * 50 if DEMO else "")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"] if DEMO else [])
HTTPS = _switch("HTTPS", default=not DEMO)
"""False only where the browser reaches us without TLS: the demo, or an onion service."""

DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'db.sqlite3'}")}
REDIS_URL = env.str("REDIS_URL", default="")

MAIL_IN = _addresses(
    env.str("MAIL_IN", default=f"maildir://{DEMO_DIR / 'inbox'}?first=speak" if DEMO else "")
)
MAIL_OUT = env.str("MAIL_OUT", default=f"maildir://{DEMO_DIR / 'outbox'}" if DEMO else "")
MAIL_CA_FILE = env.str("MAIL_CA_FILE", default="")
MAIL_DOMAINS = env.list("MAIL_DOMAINS", default=[])
AUTOMATIC_MAIL_PER_HOUR = _number("AUTOMATIC_MAIL_PER_HOUR", default=60)
"""How many automatic mails leave in an hour before the breaker stops them all."""
MAIL_POLL_SECONDS = _number("MAIL_POLL_SECONDS", default=5 if DEMO else 60)

LOOKUP_PROXY = env.str("LOOKUP_PROXY", default="")
"""`socks5h://host:port`: the only way on which keys are looked up. Without it nothing here asks the network."""
LOOKUP_CA_FILE = env.str("LOOKUP_CA_FILE", default="")
KEYSERVER = env.str("KEYSERVER", default="https://keys.openpgp.org")
OLD_SUBKEY_DAYS = _number("OLD_SUBKEY_DAYS", default=180)
"""How long an old encryption subkey of the desk's own still opens mail before it is destroyed."""

FORGET_AFTER_DAYS = _number("FORGET_AFTER_DAYS", default=90)
BACKUP_LIFE_DAYS = _number("BACKUP_LIFE_DAYS", default=14)
_LANGUAGES = "en fr es it de pt ru fa ar zh tr ca id uk pl nl"
TICKET_LANGUAGES = tuple(env.list("TICKET_LANGUAGES", default=_LANGUAGES.split()))

LANGUAGE_CODE = env.str("LANGUAGE_CODE", default="en")
TIME_ZONE = env.str("TIME_ZONE", default="UTC")
