"""The job of the reader's child, in this process: what it gives through the pipe is what reading gives."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crypto.verdict import Encryption, Signature, SignatureState
from tests.mail.letters import mail
from tickets.mail import parse
from tickets.mail.letter import Letter, ListedPart, Opened
from tickets.mail.reading import packing

HTML = b"Content-Type: text/html; charset=utf-8\n\n<p>Gr\xc3\xbc\xc3\x9fe</p>"

PLAIN = mail()


@pytest.mark.parametrize("raw", [mail(), mail(text="Grüße"), HTML, b""])
def test_a_letter_is_the_same_through_the_pipe(raw: bytes) -> None:
    opened = Opened(raw, raw)
    answer = parse.read_packed(packing.pack(opened))
    assert packing.unpack(Letter, answer) == parse.read_letter(opened)


def test_a_child_that_was_taken_over_cannot_change_what_was_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    opened = Opened(PLAIN, PLAIN, Encryption.PARTIAL, Signature(SignatureState.PARTIAL), sender_differs=True)
    lie = replace(
        parse.read_letter(opened),
        encryption=Encryption.OK,
        signature=Signature(SignatureState.VALID, "A" * 40),
        sender_differs=False,
        replay_material=b"of another",
        decrypted_with="B" * 40,
        encrypted_parts=(ListedPart("file", "none.gpg"),),
    )
    monkeypatch.setattr(parse.READER, "call", lambda _request: packing.pack(lie))
    letter = parse.parse_mail(opened)
    assert (letter.encryption, letter.signature) == (Encryption.PARTIAL, Signature(SignatureState.PARTIAL))
    assert letter.sender_differs
    assert (letter.replay_material, letter.decrypted_with, letter.encrypted_parts) == (None, None, ())


def test_a_child_gets_no_ciphertext(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Opened] = []

    def answer(request: bytes) -> bytes:
        asked.append(packing.unpack(Opened, request))
        return parse.read_packed(request)

    monkeypatch.setattr(parse.READER, "call", answer)
    parse.parse_mail(Opened(PLAIN, PLAIN, Encryption.OK, replay_material=b"ciphertext"))
    assert asked[0].replay_material is None


def test_a_child_warms_up_on_a_plain_mail_and_on_html(monkeypatch: pytest.MonkeyPatch) -> None:
    really, read = parse.read_letter, list[Letter]()

    def noted(opened: Opened) -> Letter:
        read.append(really(opened))
        return read[-1]

    monkeypatch.setattr(parse, "read_letter", noted)
    parse.warm_up()
    assert [letter.html for letter in read] == [False, True]


def test_a_child_reads_a_mail_of_its_own_before_the_one_that_came(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[bytes] = []
    monkeypatch.setattr(parse, "read_packed", read.append)
    parse.touch()
    assert [packing.unpack(Opened, each).encryption for each in read] == [Encryption.NONE]
