"""The readers of what strangers send, each with the rubbish made for it and with what must hold whatever it is given."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from hypothesis import strategies as st

from crypto.errors import RefusedError
from crypto.structure import blocks, packets
from crypto.structure import mime as judged
from crypto.structure.parts import MAX_ENCRYPTED, encrypted_parts
from crypto.structure.protection import find_protection
from crypto.verdict import (
    SignatureState,
    accept_plaintext,
    find_session_key,
    has_key_for,
    judge_signatures,
    parse_status,
)
from hardware.report.read import looks_like_report, read_report
from tests.fuzz import rubbish
from tickets.mail.letter import Letter, Opened
from tickets.mail.parse import read_letter
from tickets.mail.reading import limits, packing, words
from tickets.mail.reading.addresses import read_addresses
from tickets.mail.reading.htmltext import html_to_text
from tickets.mail.reading.limits import Problems
from tickets.mail.reading.mime import Part, take_apart
from tickets.mail.reading.replies.quotes import answer_in


@dataclass(frozen=True, slots=True)
class Target:
    """A reader under fire. `check` raises when something does not hold."""

    name: str
    input: st.SearchStrategy[bytes]
    check: Callable[[bytes], None]


def check_mime(data: bytes) -> None:
    """Both readers of MIME come to an end within their limits."""
    parts = _count(take_apart(data, Problems()))
    assert parts <= limits.PARTS + 1
    for entity in judged.walk(judged.read_entity(data)):
        assert 0 <= entity.body <= len(data)
        judged.file_name(entity)
    judged.sender(judged.read_entity(data))


def _count(part: Part) -> int:
    return 1 + sum(map(_count, part.children))


def check_structure(data: bytes) -> None:
    """What is protected in a mail, and what is encrypted in it, is found or is not there."""
    assert find_protection(data).root.source == data
    assert len(encrypted_parts(data)) <= MAX_ENCRYPTED


def check_letter(data: bytes) -> None:
    """A letter has harmless names and headers, and goes through the pipe whole."""
    letter = read_letter(Opened(data, data))
    assert packing.unpack(Letter, packing.pack(letter)) == letter
    names = [*(each.name for each in letter.from_ + letter.to), *(each.name for each in letter.attachments)]
    shown = [letter.subject, *names]
    assert all(_is_one_line(each) for each in shown)
    assert all("/" not in each.name and each.name.strip(". ") for each in letter.attachments)
    assert len(letter.text) <= limits.TEXT_CHARACTERS
    letter.text.encode()


def check_status(data: bytes) -> None:
    """A signature is good only by one good line and its proof; nothing but a refusal is raised."""
    status = parse_status(data)
    signature = judge_signatures(status)
    said = [line.keyword for line in status]
    if signature.state is SignatureState.VALID:
        assert "VALIDSIG" in said
        assert "GOODSIG" in said
        assert not {"BADSIG", "ERRSIG", "EXPSIG", "EXPKEYSIG", "REVKEYSIG"} & set(said)
    with suppress(RefusedError):
        accept_plaintext(0, status, received=5, limit=100)
        assert said.count("DECRYPTION_OKAY") == said.count("PLAINTEXT") == 1
        assert not {"NODATA", "FAILURE", "DECRYPTION_FAILED"} & set(said)
    find_session_key(status)
    has_key_for(status)


def check_addresses(data: bytes) -> None:
    """Neither a name nor an address nor a subject can begin a new header or turn the direction of text unseen."""
    value = data.decode("ascii", "surrogateescape")
    found = read_addresses(value, Problems())
    assert len(found) <= limits.ADDRESSES
    assert all(_is_one_line(each.name) and _is_one_line(each.address) and each.address for each in found)
    assert _is_one_line(words.decoded(value))


def _is_one_line(text: str) -> bool:
    return not any(unicodedata.category(character) in ("Cc", "Zl", "Zp", "Cs") for character in text)


def check_quotes(data: bytes) -> None:
    """An answer has nothing that the text has not, in the same order."""
    text = data.decode("utf-8", "replace")
    lines = iter(line.rstrip() for line in text.split("\n"))
    for line in answer_in(text).split("\n"):
        wanted = line.rstrip()
        assert not wanted or any(each == wanted or each.startswith(wanted) for each in lines)


def check_html(data: bytes) -> None:
    """Markup becomes text, whatever it is."""
    html_to_text(data.decode("utf-8", "replace"), Problems()).encode()


def check_packets(data: bytes) -> None:
    """Packets are walked to their end or refused; nothing else."""
    for read in (
        packets.inspect_message,
        packets.dearmor,
        packets.split_certificates,
        packets.has_locked_secret,
    ):
        with suppress(RefusedError):
            read(data)
    with suppress(RefusedError):
        for packet in packets.walk(data):
            assert packet.start < packet.end <= len(data)
            packets.fingerprint(packet.body)
    with suppress(RefusedError):
        blocks.armored_blocks(data)
    list(blocks.readable_blocks(data))


def check_report(data: bytes) -> None:
    """A report is read, or is none."""
    text = data.decode("utf-8", "replace")
    looks_like_report(text)
    if report := read_report(text):
        report.as_dict()


def _target(
    name: str, pieces: tuple[bytes, ...], check: Callable[[bytes], None], pattern: str = ""
) -> Target:
    made = rubbish.mixed(pieces)
    return Target(name, (made | rubbish.damaged(rubbish.seeds(pattern), pieces)) if pattern else made, check)


TARGETS = (
    _target("mime", rubbish.MAIL, check_mime, "mails/**/*.eml"),
    _target("structure", rubbish.MAIL, check_structure, "mails/**/*.eml"),
    _target("letter", rubbish.MAIL, check_letter, "mails/**/*.eml"),
    _target("status", rubbish.STATUS, check_status),
    _target("addresses", rubbish.ADDRESSES, check_addresses),
    _target("quotes", rubbish.QUOTES, check_quotes, "mail/reading/replies/*.txt"),
    _target("html", rubbish.MAIL, check_html, "mail/reading/replies/pages.txt"),
    _target("packets", rubbish.PACKETS, check_packets, "keys/*.public.asc"),
    _target("report", rubbish.REPORT, check_report, "reports/*"),
)
