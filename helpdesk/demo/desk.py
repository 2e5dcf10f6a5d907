"""Sets the demo desk up: its key, its queues, its two agents, the reporters' keyring and their mails; each only once."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path

from django.conf import settings

from crypto.correspondents.certificates import fingerprint_of
from crypto.gnupg import import_secret_key, list_secret_keys, make_desk_key, run, stop_agent
from crypto.openpgp import SecretKeyring
from helpdesk.demo.reports import write_inbox
from helpdesk.models import User
from tickets.models import Queue

ADDRESS = "help@desk.example"
QUEUES = (
    ("english", "English", "en"),
    ("francais", "Français", "fr"),
    ("espanol", "Español", "es"),
    ("deutsch", "Deutsch", "de"),
    ("farsi", "فارسی", "fa"),
    ("russian", "Русский", "ru"),
)
AGENTS = (
    ("ana", "Ana", "ana-demo-password", ("english", "francais", "espanol", "deutsch", "farsi", "russian")),
    ("bo", "Bo", "bo-demo-password", ("english", "deutsch", "russian")),
)
COORDINATOR = "ana"
REPORTERS = {
    "mira@reporter.example": "Mira Okafor",
    "elodie@reporter.example": "Élodie Marchetti",
    "kurt@reporter.example": "Kurt Ehrlich",
    "vera@reporter.example": "Вера",
}


def set_up(*, now: datetime) -> None:
    """Make what is not there yet."""
    fingerprint = _desk_key(settings.GNUPG_HOME)
    _queues(fingerprint)
    _agents()
    inbox = settings.DEMO_DIR / "inbox"
    if inbox.exists():
        return
    desk_key = SecretKeyring(settings.GNUPG_HOME).export_certificate(fingerprint)
    reporters = _reporters(reporters_home(), desk_key)
    write_inbox(inbox, recipient=ADDRESS, desk_key=desk_key, reporters=reporters, now=now)


def reporters_home() -> Path:
    """The GnuPG home of the invented reporters, with which a newcomer reads what they are answered."""
    return Path(settings.DEMO_DIR) / "reporter"


def _desk_key(home: Path) -> str:
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    ours = list_secret_keys(home)
    return ours[0] if ours else make_desk_key(home, name="Whisperdesk demo", address=ADDRESS)


def _queues(fingerprint: str) -> None:
    for slug, name, language in QUEUES:
        values = {"name": name, "language": language, "address": ADDRESS, "fingerprint": fingerprint}
        values["sender_name"] = "Whisperdesk demo"
        policy = {"is_default": slug == "english", "without_key": Queue.WithoutKey.PLAIN}
        Queue.objects.get_or_create(slug=slug, defaults={**values, **policy})


def _agents() -> None:
    for username, first_name, password, slugs in AGENTS:
        if not User.objects.filter(username=username).exists():
            agent = User.objects.create_user(
                username, password=password, first_name=first_name, is_coordinator=username == COORDINATOR
            )
            agent.queues.set(Queue.objects.filter(slug__in=slugs))


def _reporters(home: Path, desk_key: bytes) -> dict[str, tuple[bytes, str]]:
    """For each address its public key, binary and armored."""
    shutil.rmtree(home, ignore_errors=True)  # Left behind by a start that was interrupted.
    home.mkdir(mode=0o700, parents=True)
    for address, name in REPORTERS.items():
        make_desk_key(home, name=name, address=address)
    import_secret_key(home, desk_key)
    # Ultimate trust in the desk's key, or the newcomer's gpg would warn that nobody certified an invented key.
    run(["--import-ownertrust"], home=home, stdin=f"{fingerprint_of(desk_key)}:6:\n".encode())
    run(["--trust-model", "pgp", "--check-trustdb"], home=home)
    keys = {address: (_export(home, address), _export(home, address, "--armor")) for address in REPORTERS}
    stop_agent(home)
    return {address: (binary, armored.decode("ascii")) for address, (binary, armored) in keys.items()}


def _export(home: Path, address: str, *options: str) -> bytes:
    return run(
        [*options, "--export-options", "export-minimal", "--export", f"={REPORTERS[address]} <{address}>"],
        home=home,
    ).stdout
