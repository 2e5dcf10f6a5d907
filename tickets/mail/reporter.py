"""Who a letter is from, and what they say: for a WhisperBack report both stand inside the encrypted text."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from crypto.structure.mime import is_plain_address
from crypto.verdict import Encryption, SignatureState
from hardware.report.read import Report, looks_like_report, read_report
from hardware.report.sections import split_sections
from tickets.mail.letter import Letter

_LIST_FIELD = re.compile(r"[A-Z][A-Za-z-]{0,40}: ")
LONGEST_NAME = 100
_REPORT_ID = re.compile(r"\bBug report: ([0-9a-f]{20,32})\s*$")


@dataclass(frozen=True, slots=True)
class Reporter:
    """The person to answer. An empty address is a first-class state: some reporters give none."""

    address: str = ""
    name: str = ""
    subject: str = ""
    words: str = field(default="", repr=False)
    """What they wrote themselves, without quoted mail, signature or debugging information."""
    report_id: str = ""
    report: Report | None = field(default=None, repr=False)
    """The head of a WhisperBack report: who, which version, the key. Its sections are read after filing."""
    key_block: str = field(default="", repr=False)
    """The key that WhisperBack put behind their words, inside the encryption: theirs, whatever it names."""


def reporter_of(letter: Letter) -> Reporter:
    """Decide whom a letter is from.

    The outer From of a WhisperBack mail is nobody. The address inside counts only when the whole mail was encrypted
    and intact: in a mail in clear anybody could have written it there, and we would answer to them. WhisperBack never
    signs: a report in a mail that the key of its sender signed is from that sender, as the page will say.
    """
    text = without_list_header(letter.text)
    report = read_head(text) if looks_like_report(text[:200_000], letter.subject) else None
    if report is None:
        return _from_headers(letter, letter.answer.strip() or letter.text.strip())
    match = _REPORT_ID.search(letter.subject[-200:])
    is_inside = letter.encryption is Encryption.OK and not _is_signed(letter)
    if not is_inside or (match is None and not report.from_line):
        return _from_headers(letter, report.user_text.strip() or letter.answer.strip(), report)
    return Reporter(
        address=_answerable(report.reply_address or ""),
        name=_name(report),
        subject=(report.subject or "").strip(),
        words=report.user_text.strip(),
        report_id=match[1] if match else "",
        report=report,
        key_block=report.key_block or "",
    )


def _is_signed(letter: Letter) -> bool:
    """Whether the key of the one in From has signed it: then this From is who wrote it, whatever else is said."""
    return letter.signature.state is SignatureState.VALID


def read_head(text: str) -> Report | None:
    """Read a report without its sections, which may be a megabyte of logs.

    The line that opens the first of them stays: without it, a section that a user pasted above would take its place.
    """
    lines = text.replace("\r\n", "\n").split("\n")
    return read_report("\n".join(lines[: len(split_sections(lines).head) + 1]))


def without_list_header(text: str) -> str:
    """The text behind the headers that a Schleuder list puts before a mail, where it begins with such."""
    head, _, rest = text.lstrip().partition("\n\n")
    lines = head.split("\n")
    is_list_header = all(_LIST_FIELD.match(line) for line in lines) and any(
        line.startswith(("Sig: ", "Enc: ")) for line in lines
    )
    return rest.lstrip("\n") if is_list_header else text


def _from_headers(letter: Letter, words: str, report: Report | None = None) -> Reporter:
    sender = letter.from_[0] if len(letter.from_) == 1 else None
    # Not beside a signature either: the page would show whom the Reply-To names as the one who signed.
    if letter.encryption is Encryption.NONE and len(letter.reply_to) == 1 and not _is_signed(letter):
        # Never for protected mail: Reply-To is how a thief has secrets sent to him.
        sender = letter.reply_to[0]
    address = _answerable(sender.address) if sender else ""
    name = sender.name or ("" if address else sender.address) if sender else ""
    return Reporter(
        address=address,
        name=name[:LONGEST_NAME],
        subject=letter.subject,
        words=words,
        report=report,
    )


def _answerable(address: str) -> str:
    """The address, if no reader takes it for another; else they have none, and it is shown as it was said.

    One with an encoded word, a comma or a space in it would become other recipients in the header of our answer.
    """
    return address if is_plain_address(address) else ""


def _name(report: Report) -> str:
    """The words before the address in `Jane <jane@example.org>`; a whole sentence is not a name."""
    line = report.from_line or ""
    name = line.partition("<")[0].strip(' "') if "<" in line else ""
    return name if len(name) <= 80 else ""
