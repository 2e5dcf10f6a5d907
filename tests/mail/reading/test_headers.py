"""Header values: what senders write, and what is read."""

from __future__ import annotations

import base64
from email.message import Message

import pytest

from tickets.mail.letter import Address
from tickets.mail.reading import headers, limits, words
from tickets.mail.reading.addresses import read_addresses
from tickets.mail.reading.limits import Problems
from tickets.mail.reading.mime import take_apart


def head(raw: str) -> Message:
    return take_apart(raw.encode() + b"\n\n", Problems()).headers


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("plain", "plain"),
        ("=?utf-8?Q?caf=C3=A9_noir?=", "café noir"),
        ("=?utf-8?B?Y2Fmw6k=?= =?utf-8?B?IG5vaXI=?=", "café noir"),
        ("=?utf-8?B?Y2Fmww==?=\n =?utf-8?B?qQ==?=", "café"),
        ("=?utf-8?Q?a?= b =?iso-8859-1*en?Q?=E9?=", "a b é"),
        ("=?koi8-r?B?8NLJ18XU?=", "Привет"),
        ("=?unheard-of?Q?caf=C3=A9?=", "café"),
        ("=?utf-8?Q?what? now?=", "what? now"),
        ("=?utf-8?B?Y2Fmw6?=", "caf"),
        ("=?utf-8?q?x=0D=0ABcc:_eve=40attacker.example=0D=0A?=", "x Bcc: eve@attacker.example"),
        ("=?utf-7?Q?+ADw-script?=", "+ADw-script"),
        ("a\0b\x1b[31m\u2028c", "ab[31m c"),
        ("=?utf-8?Q?not closed", "not closed"),
        ("=?utf-8?Q?a=E2=80=AEfdp=E2=80=8C?=", "afdp\u200c"),
        ("élan".encode().decode("ascii", "surrogateescape"), "élan"),
    ],
)
def test_words_are_decoded_as_they_were_meant(value: str, text: str) -> None:
    decoded = words.decoded(value)
    assert (decoded[:3], decoded) == (text[:3], decoded)
    assert decoded.replace("�", "").startswith(text)


@pytest.mark.parametrize("value", ["=?" * 8_000, "=?a?q?" * 2_600, "=?utf-8?q?a?= " * 1_100, "?=" * 8_000])
def test_hostile_words_take_no_time(value: str) -> None:
    assert len(words.decoded(value)) <= len(value)


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("jane@Example.ORG", [("", "jane@example.org")]),
        ("Jane Roe <Jane@example.org>", [("Jane Roe", "Jane@example.org")]),
        ('"Roe, \\"J\\"" <j@x.org>, bob@x.org', [('Roe, "J"', "j@x.org"), ("", "bob@x.org")]),
        ("Roe, Jane <j@x.org>", [("Roe, Jane", "j@x.org")]),
        ("j@x.org (Jane (at) home)", [("Jane at home", "j@x.org")]),
        ("friends: a@x.org, b@x.org;, c@x.org", [("", "a@x.org"), ("", "b@x.org"), ("", "c@x.org")]),
        ("undisclosed-recipients:;", []),
        ("=?utf-8?Q?In=C3=AAs?= <i@x.org>", [("Inês", "i@x.org")]),
        ("<@relay.org,@other.org:j@x.org>", [("", "j@x.org")]),
        ("Jane j@x.org", [("Jane", "j@x.org")]),
        ("MAILER-DAEMON", [("", "MAILER-DAEMON")]),
        ('"odd local"@x.org', [("", '"odd local"@x.org')]),
        ("Nobody <>", []),
        ("", []),
        (",,;,", []),
        ("Jane <j@x.org> trailing <eve@x.org>", [("Jane", "j@x.org")]),
        ("a <b@x.org", [("a", "b@x.org")]),
        ('"never closed <j@x.org>', [("", '"never closed <j@x.org>')]),
        ("a@x.org\r\n\tBcc: b@x.org", [("a@x.org\tBcc:", "b@x.org")]),
        ("a\\b@x.org", [("", "a\\b@x.org")]),
        ("(a \\) b) j@x.org", [("a ) b", "j@x.org")]),
    ],
)
def test_address_fields_are_read(value: str, found: list[tuple[str, str]]) -> None:
    assert [(each.name, each.address) for each in read_addresses(value, Problems())] == [
        (name.replace("\t", " "), address) for name, address in found
    ]


@pytest.mark.parametrize("value", ["a@b, " * 50_000, "," * 20_000, "(" * 20_000, "a:" * 8_000, "<" * 16_000])
def test_hostile_address_fields_are_bounded(value: str) -> None:
    assert len(read_addresses(value, Problems())) <= limits.ADDRESSES


def test_addresses_beyond_the_limit_are_said() -> None:
    problems = Problems()
    read_addresses("a@x.org, " * 200, problems)
    assert problems.said == ["cut: too many addresses"]


def test_every_from_is_seen() -> None:
    found = headers.sender_of(head("From: a@x.org\nfrom: b@x.org"), Problems())
    assert found == (Address("", "a@x.org"), Address("", "b@x.org"))


def test_a_mail_without_from_is_from_whom_it_offers() -> None:
    problems = Problems()
    assert headers.sender_of(head("Reply-To: a@x.org\nFrom: Jane <>"), problems) == (Address("", "a@x.org"),)
    assert headers.sender_of(head("Subject: x"), problems) == ()
    assert problems.said == ["broken: no sender in From"]


@pytest.mark.parametrize(
    ("value", "iso"),
    [
        ("Mon, 2 Nov 2026 06:12:41 -0300", "2026-11-02T06:12:41-03:00"),
        ("Mon, 2 Nov 2026 06:12:41 -0000", "2026-11-02T06:12:41+00:00"),
        ("Fri, 1 Jan 1904 00:00:00 +0000", None),
        ("Mon, 99 Nov 2026 99:99:99 +9999", None),
        ("yesterday", None),
        ("", None),
        ("9" * 5_000, None),
    ],
)
def test_dates_are_dates_or_none(value: str, iso: str | None) -> None:
    date = headers.date_of(head(f"Date: {value}"))
    assert (date.isoformat() if date else None) == iso


def test_references_go_from_the_nearest_back_each_once() -> None:
    mail = head("In-Reply-To: <c@x>\nReferences: <a@x> <b@x>\n\t<c@x> <> <" + "y" * 600 + "@x>")
    assert headers.references_of(mail) == ("c@x", "b@x", "a@x")
    assert len(headers.references_of(head("References: " + "".join(f"<{n}@x>" for n in range(900))))) == 50


@pytest.mark.parametrize(
    ("value", "found"), [("<a@x>", "a@x"), ("a@x", "a@x"), ("", None), ("no id", None), ("<a@x", "a@x")]
)
def test_a_message_id_has_no_brackets(value: str, found: str | None) -> None:
    assert headers.message_id_of(head(f"Message-ID: {value}")) == found


def test_signs_are_taken_as_they_stand() -> None:
    mail = head(
        "Auto-Submitted: Auto-Replied\nPrecedence: BULK\nReturn-Path: <>\nX-Loop: Help@Desk\nX-Autoreply: yes\n"
        "List-Unsubscribe: <mailto:x>\nContent-Type: multipart/report; report-type=delivery-status"
    )
    signs = headers.signs_of(mail)
    assert (signs.auto_submitted, signs.precedence, signs.return_path) == ("auto-replied", "bulk", "<>")
    assert (signs.loop, signs.auto_reply, signs.list_id) == (("help@desk",), True, "<mailto:x>")
    assert (signs.content_type, signs.report_type) == ("multipart/report", "delivery-status")
    assert headers.signs_of(head("A: b")).return_path is None


KEY = base64.b64encode(b"key material").decode()


@pytest.mark.parametrize(
    ("raw", "data"),
    [
        (
            f"Autocrypt: addr=J@x.org; prefer-encrypt=mutual; _new=1; keydata={KEY[:5]} {KEY[5:]}",
            b"key material",
        ),
        (f"Autocrypt: addr=eve@x.org; keydata={KEY}", None),
        (f"Autocrypt: addr=j@x.org; unknown=1; keydata={KEY}", None),
        (f"Autocrypt: addr=j@x.org; keydata={KEY}\nAutocrypt: addr=j@x.org; keydata={KEY}", None),
        ("Autocrypt: addr=j@x.org; keydata=abc", None),
        ("Autocrypt: addr=j@x.org", None),
    ],
)
def test_one_valid_autocrypt_header_counts(raw: str, data: bytes | None) -> None:
    assert headers.autocrypt_of(head(raw), (Address("", "j@x.org"),)) == data
    assert headers.autocrypt_of(head(raw), (Address("", "j@x.org"),) * 2) is None
