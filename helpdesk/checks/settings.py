"""System checks: settings that are unsafe or contradict each other stop every door, with a sentence on what to do."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Tags, register
from django.core.checks import Warning as Caution
from django.core.exceptions import ImproperlyConfigured

from crypto.errors import CryptoError
from crypto.gnupg import run
from helpdesk.checks.refusal import TAG, refused
from tickets.mail.fetch.source import SourceError, read_sources

BUILT = date(2026, 11, 1)
"""No clock that is right shows an earlier day. Retention and the life of keys depend on the clock."""
MAIL_IN_SCHEMES = frozenset({"imaps", "maildir"})
MAIL_OUT_SCHEMES = frozenset({"smtps", "smtp+starttls", "maildir"})
REDIS_SCHEMES = frozenset({"redis", "rediss", "unix"})
ENGINES = frozenset({"django.db.backends.sqlite3", "django.db.backends.postgresql"})
OURSELVES = frozenset({"localhost", "127.0.0.1", "[::1]", "testserver"})
LONGEST_HOME = 107 - len("/S.gpg-agent.browser")
"""A socket's path may have 107 bytes, and the agent makes its sockets in GNUPG_HOME."""


@register(TAG, Tags.security)
def check_web(app_configs: Sequence[AppConfig] | None, **options: object) -> Iterator[CheckMessage]:
    """What the web server depends on."""
    secret = _secret()
    if not (settings.DEMO or _is_random(secret)):
        yield refused(
            1,
            "SECRET_KEY is missing, short, no secret or the demo's. Set it to 50 random characters or more.",
        )
    if not settings.ALLOWED_HOSTS or any(host.startswith(("*", ".")) for host in settings.ALLOWED_HOSTS):
        yield refused(
            2, "ALLOWED_HOSTS must name the hosts that agents type, for example desk.example.org; no '*'."
        )
    if not (settings.HTTPS or settings.DEMO or all(map(_needs_no_tls, settings.ALLOWED_HOSTS))):
        yield refused(
            18,
            "HTTPS=false is for onion services and this machine alone; ALLOWED_HOSTS names another. Remove it.",
        )
    if settings.DEMO and _demo_is_reachable():
        yield refused(
            9,
            "DEMO is for this machine alone: its passwords are known. Set DEMO=false, or remove HTTPS, the"
            " PostgreSQL DATABASE_URL and every ALLOWED_HOSTS but localhost.",
        )


@register(TAG, Tags.security)
def check_places(app_configs: Sequence[AppConfig] | None, **options: object) -> Iterator[CheckMessage]:
    """Where keys and content lie: apart, and closed to others."""
    keys, blobs, data = (_real(place) for place in (settings.KEYS_DIR, settings.BLOBS_DIR, settings.DATA_DIR))
    if not settings.DEMO and any(
        _share_a_tree(keys, place) for place in [blobs, data, *(file.parent for file in _database_files())]
    ):
        yield refused(
            3,
            "KEYS_DIR shares a directory with the database, DATA_DIR or BLOBS_DIR, so one backup would hold both and"
            " nothing could ever be forgotten. Set KEYS_DIR to a directory outside of them.",
        )
    for name in ("DATA_DIR", "KEYS_DIR", "BLOBS_DIR", "GNUPG_HOME"):
        yield from _check_closed(name, _real(getattr(settings, name)))
    for database in _database_files():
        if not _is_in_closed_directory(database) and database.stat().st_mode & 0o077:
            yield refused(17, "The database can be read by others. Close it: chmod 0600 on its file.")
    if len(os.fsencode(_real(settings.GNUPG_HOME))) > LONGEST_HOME:
        yield refused(
            15, f"The path of GNUPG_HOME is longer than {LONGEST_HOME} bytes. Choose a shorter one."
        )


@register(TAG)
def check_mail(app_configs: Sequence[AppConfig] | None, **options: object) -> Iterator[CheckMessage]:
    """Mail comes and goes over TLS or through a directory, never in clear."""
    if not settings.MAIL_IN:
        yield Caution(
            "MAIL_IN is empty: mail comes only through 'manage.py deliver', which your mail server must call.",
            id=f"{TAG}.W001",
        )
    if any(_scheme(url) not in MAIL_IN_SCHEMES for url in settings.MAIL_IN):
        yield refused(
            5, "Each MAIL_IN must begin with imaps:// or maildir://; IMAP without TLS is not spoken."
        )
    else:
        yield from _check_sources()
    if _scheme(settings.MAIL_OUT) not in MAIL_OUT_SCHEMES:
        yield refused(
            6, "MAIL_OUT must begin with smtps://, smtp+starttls:// or maildir://; SMTP always has TLS."
        )
    if settings.MAIL_CA_FILE and not os.access(settings.MAIL_CA_FILE, os.R_OK):
        yield refused(
            7, "MAIL_CA_FILE cannot be read. Name a readable PEM file, or leave it out for the system's."
        )


@register(TAG)
def check_services(app_configs: Sequence[AppConfig] | None, **options: object) -> Iterator[CheckMessage]:
    """The database, the broker, gpg and the clock."""
    if settings.DATABASES["default"].get("ENGINE") not in ENGINES:
        yield refused(
            8, "DATABASE_URL must begin with postgres:// or sqlite:///; other databases are not tested."
        )
    if settings.REDIS_URL and _scheme(settings.REDIS_URL) not in REDIS_SCHEMES:
        yield refused(14, "REDIS_URL must begin with redis://, rediss:// or unix://.")
    if datetime.now(UTC).date() < BUILT:
        yield refused(
            11, f"The clock is wrong: it shows a day before {BUILT}. Set it, or tickets are kept too long."
        )
    if _gpg_version() < (2, 2):
        yield refused(12, "gpg 2.2 or newer is not installed. As root: apt-get install gnupg")


@register(TAG)
def check_days(app_configs: Sequence[AppConfig] | None, **options: object) -> Iterator[CheckMessage]:
    """How long things live and how often mail is looked for, and that nobody kills the worker on purpose."""
    for name in ("BACKUP_LIFE_DAYS", "FORGET_AFTER_DAYS", "MAIL_POLL_SECONDS", "OLD_SUBKEY_DAYS"):
        if getattr(settings, name) < 1:
            yield refused(10, f"{name} must be 1 or more.")
    if os.environ.get("WHISPERDESK_FAULT") and not _is_a_test():
        yield refused(13, "WHISPERDESK_FAULT kills the worker on purpose and is for tests. Unset it.")


def _check_sources() -> Iterator[CheckMessage]:
    for address in settings.MAIL_IN:
        try:
            read_sources(address)
        except SourceError as error:
            yield refused(19, str(error))


def _check_closed(name: str, place: Path) -> Iterator[CheckMessage]:
    try:
        mode = place.stat().st_mode
    except FileNotFoundError:
        return  # `prepare` makes it, closed.
    except OSError:
        yield refused(16, f"{name} cannot be read by this user. Let the desk's user own that directory.")
        return
    if mode & 0o077:
        yield refused(4, f"{name} can be read by others. Close it: chmod 0700 on that directory.")


def _is_random(secret: str) -> bool:
    """Not what an admin left in the place of a secret."""
    return (
        len(secret) >= 50
        and len(set(secret)) >= 16
        and not secret.startswith("demo-only-")
        and not set(secret) & set(" #")
    )


def _needs_no_tls(host: str) -> bool:
    return host.endswith(".onion") or host in OURSELVES


def _scheme(url: str) -> str:
    """Only the scheme is ever looked at or shown: the rest may hold a password."""
    return urlsplit(url).scheme


def _secret() -> str:
    try:
        return str(settings.SECRET_KEY)
    except ImproperlyConfigured:  # Django's own refusal of an empty one; ours says what to do.
        return ""


def _is_a_test() -> bool:
    return os.environ.get("DJANGO_SETTINGS_MODULE", "").startswith("tests.")


def _demo_is_reachable() -> bool:
    is_remote = settings.DATABASES["default"].get("ENGINE") != "django.db.backends.sqlite3"
    return bool(settings.HTTPS or is_remote or not OURSELVES.issuperset(settings.ALLOWED_HOSTS))


def _real(path: str | Path) -> Path:
    return Path(path).resolve()


def _share_a_tree(keys: Path, other: Path) -> bool:
    return keys.is_relative_to(other) or other.is_relative_to(keys)


def _database_files() -> list[Path]:
    database = settings.DATABASES["default"]
    if database.get("ENGINE") != "django.db.backends.sqlite3":
        return []
    return [_real(database["NAME"])]


def _is_in_closed_directory(file: Path) -> bool:
    return not file.exists() or not file.parent.stat().st_mode & 0o077


def _gpg_version() -> tuple[int, ...]:
    """As gpg says itself, (2, 2, 40); empty when there is none."""
    if shutil.which("gpg") is None:
        return ()
    try:
        first_line = run(["--version"], home=_real(settings.GNUPG_HOME)).stdout.partition(b"\n")[0]
    except CryptoError:
        return ()
    numbers = first_line.rpartition(b" ")[2].decode("ascii", "replace").split(".")
    return tuple(int(number) for number in numbers if number.isdecimal())
