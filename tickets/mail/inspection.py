"""Says what the line makes of a mail, as one flat object, without filing anything: for admins and for the tests."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from crypto.openpgp import SecretKeyring
from crypto.verdict import Signature
from hardware.report.read import looks_like_report, read_report
from tickets import language
from tickets.mail import rules
from tickets.mail.classify import classify
from tickets.mail.letter import Accepted, Address, Letter, MailError, Opened, Sealed, SetAside
from tickets.mail.open import CertificatesFor, open_mail
from tickets.mail.parse import parse_mail


@dataclass(frozen=True, slots=True)
class Desk:
    """What the line needs to know of the desk to judge a mail."""

    keyring: SecretKeyring
    certificates_for: CertificatesFor
    domains: frozenset[str]
    languages: tuple[str, ...] = language.LANGUAGES


@dataclass(slots=True)
class _Course:
    """How far a mail came, and where and why it stopped."""

    opened: Opened | None = None
    letter: Letter | None = None
    accepted: Accepted | None = None
    stop: MailError | None = field(default=None)


def inspect(raw: bytes, desk: Desk, *, now: datetime) -> dict[str, object]:
    """The object that `inspect_mail` prints (design.md, section 5), without the file's name."""
    course = _Course()
    try:
        _run(course, raw, desk, now)
    except MailError as stop:
        course.stop = stop
    return {
        "error": None,
        **_outcome(course, desk),
        **_envelope(course.letter),
        **_content(course),
        **_protection(course),
    }


def unreadable(error: Exception) -> dict[str, object]:
    """The same object for a mail that could not even be judged: our fault, named by its kind only."""
    empty = _Course()
    return {
        "error": type(error).__name__,
        "outcome": "quarantined",
        "reason": "unexpected",
        "machine": None,
        **_envelope(None),
        **_content(empty),
        **_protection(empty),
    }


def _run(course: _Course, raw: bytes, desk: Desk, now: datetime) -> None:
    course.opened = open_mail(Sealed(raw), desk.keyring, desk.certificates_for)
    course.letter = parse_mail(course.opened)
    course.accepted = classify(course.letter, own_domains=desk.domains, now=now, languages=desk.languages)


def _outcome(course: _Course, desk: Desk) -> dict[str, object]:
    outcome = "quarantined"
    if course.accepted:
        outcome = "accepted"
    elif isinstance(course.stop, SetAside):
        outcome = "set_aside"
    machine = rules.machine_of(course.letter, rules.Home(desk.domains)) if course.letter else None
    return {
        "outcome": outcome,
        "reason": course.stop.reason if course.stop else None,
        "machine": machine.value if machine else None,
    }


def _envelope(letter: Letter | None) -> dict[str, object]:
    return {
        "from": _addresses(letter.from_ if letter else ()),
        "to": _addresses(letter.to if letter else ()),
        "cc": _addresses(letter.cc if letter else ()),
        "reply_to": _addresses(letter.reply_to if letter else ()),
        "subject": letter.subject if letter else "",
        "subject_protected": bool(letter and letter.subject_protected),
        "message_id": letter.message_id if letter else None,
        "references": list(letter.references) if letter else [],
        "date": letter.date.isoformat() if letter and letter.date else None,
    }


def _addresses(addresses: Sequence[Address]) -> list[dict[str, str]]:
    return [{"name": each.name, "address": each.address} for each in addresses]


def _content(course: _Course) -> dict[str, object]:
    letter, accepted = course.letter, course.accepted
    return {
        "text": letter.text if letter else "",
        "answer": letter.answer if letter else "",
        "html": bool(letter and letter.html),
        "language": accepted.language if accepted else None,
        "attachments": [
            {
                "name": each.name,
                "type": each.type,
                "size": len(each.content),
                "sha256": hashlib.sha256(each.content).hexdigest(),
            }
            for each in (letter.attachments if letter else ())
        ],
        "report": _report(letter, accepted.language if accepted else None),
    }


def _report(letter: Letter | None, spoken: str | None) -> dict[str, object] | None:
    if letter is None or not looks_like_report(letter.text[:200_000], letter.subject):
        return None
    report = read_report(letter.text)
    return replace(report, language=spoken).as_dict() if report else None


def _protection(course: _Course) -> dict[str, object]:
    opened, accepted = course.opened, course.accepted
    judged = course.letter or opened
    signature = judged.signature if judged else Signature()
    return {
        "encryption": opened.encryption.value if opened else "none",
        "signature": {"state": signature.state.value, "fingerprint": signature.fingerprint},
        "keys": [
            {"fingerprint": each.fingerprint, "source": each.source}
            for each in (accepted.keys if accepted else ())
        ],
    }
