"""Sources: what a MAIL_IN address says of a mailbox: where it is, which folders are read, and what becomes of the mail there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import SplitResult, unquote, urlsplit

IMAPS_PORT = 993
_OPTIONS = {"imaps": {"folders", "after", "first"}, "maildir": {"first"}}


class SourceError(ValueError):
    """An address that cannot be followed. Its sentence holds nothing of the address, which may hold a password."""


class After(StrEnum):
    """What becomes of a mail in its mailbox, once it is kept here."""

    DELETE = "delete"
    LEAVE = "leave"
    MOVE = "move"


@dataclass(frozen=True, slots=True)
class Source:
    """One Maildir, or one folder of an IMAP account."""

    folder: str
    """The folder's name, or the Maildir's path."""
    host: str = ""
    """Empty for a Maildir."""
    port: int = IMAPS_PORT
    user: str = ""
    password: str = field(default="", repr=False)
    after: After = After.DELETE
    archive: str = ""
    """The folder that mails are moved to."""
    first_speaks: bool = False
    """Whether mails that were there before the desk get automatic mail like any other."""

    @property
    def identity(self) -> str:
        """Tells it apart from every other one; UIDs and what was read are remembered under a digest of it."""
        return f"{self.user}@{self.host}:{self.port}/{self.folder}" if self.host else self.folder


def read_sources(address: str) -> tuple[Source, ...]:
    """The sources that one address of MAIL_IN names; raises SourceError."""
    try:
        parts = urlsplit(address)
        port = parts.port or IMAPS_PORT
    except ValueError:
        raise SourceError("A port or host in MAIL_IN makes no sense.") from None
    if parts.scheme not in _OPTIONS or (parts.scheme == "imaps" and not parts.hostname):
        raise SourceError("Each MAIL_IN must be imaps://user:password@host or maildir:///path.")
    options = dict(_options(parts))
    first_speaks = _first_speaks(options.get("first", "silent"))
    if parts.scheme == "maildir":
        return (Source(unquote(parts.path), first_speaks=first_speaks),)
    folders = _folders(parts, options.get("folders", ""))
    after, archive = _after(options.get("after", "delete"), folders)
    return tuple(
        Source(
            folder=folder,
            host=parts.hostname or "",
            port=port,
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            after=after,
            archive=archive,
            first_speaks=first_speaks,
        )
        for folder in folders
    )


def _options(parts: SplitResult) -> Iterator[tuple[str, str]]:
    if parts.fragment:
        raise SourceError("A # in MAIL_IN is written %23.")
    for option in filter(None, parts.query.split("&")):
        name, _, value = option.partition("=")
        if name not in _OPTIONS[parts.scheme] or not value:
            known = ", ".join(sorted(_OPTIONS[parts.scheme]))
            words = f"An address {parts.scheme}:// in MAIL_IN may have only these options after its question mark:"
            raise SourceError(f"{words} {known}.")
        yield name, value


def _folders(parts: SplitResult, named: str) -> list[str]:
    """The one in the path and those of the option, each once; INBOX when there is none."""
    path = parts.path.strip("/")
    if "," in path or "," in parts.netloc:
        raise SourceError("A comma in a folder's name, a user's or a password in MAIL_IN is written %2C.")
    names = [unquote(name) for name in (path, *named.split(",")) if name]
    return list(dict.fromkeys("INBOX" if name.upper() == "INBOX" else name for name in names)) or ["INBOX"]


def _after(word: str, folders: list[str]) -> tuple[After, str]:
    name, _, target = word.partition(":")
    archive = unquote(target)
    if name not in set(After) or bool(archive) != (name == After.MOVE):
        raise SourceError("In MAIL_IN, after= is delete, leave or move:FOLDER.")
    if archive in folders or (archive.upper() == "INBOX" and "INBOX" in folders):
        raise SourceError("In MAIL_IN, after=move: names a folder that is itself read; name another.")
    return After(name), archive


def _first_speaks(word: str) -> bool:
    if word not in {"silent", "speak"}:
        raise SourceError("In MAIL_IN, first= is silent or speak.")
    return word == "speak"
