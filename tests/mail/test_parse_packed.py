"""The job of the reader's child, in this process: what it gives through the pipe is what reading gives."""

from __future__ import annotations

import pytest

from tests.mail.letters import mail
from tickets.mail import parse
from tickets.mail.letter import Letter, Opened
from tickets.mail.reading import packing

HTML = b"Content-Type: text/html; charset=utf-8\n\n<p>Gr\xc3\xbc\xc3\x9fe</p>"


@pytest.mark.parametrize("raw", [mail(), mail(text="Grüße"), HTML, b""])
def test_a_letter_is_the_same_through_the_pipe(raw: bytes) -> None:
    opened = Opened(raw, raw)
    answer = parse.read_packed(packing.pack(opened))
    assert packing.unpack(Letter, answer) == parse.read_letter(opened)


def test_a_child_warms_up_on_a_plain_mail_and_on_html(monkeypatch: pytest.MonkeyPatch) -> None:
    really, read = parse.read_letter, list[Letter]()

    def noted(opened: Opened) -> Letter:
        read.append(really(opened))
        return read[-1]

    monkeypatch.setattr(parse, "read_letter", noted)
    parse.warm_up()
    assert [letter.html for letter in read] == [False, True]
