"""The writer's own words in the forms of many mail programs and languages; one file of cases for each family of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import scoreboard
from tickets.mail.reading.htmltext import html_to_text
from tickets.mail.reading.limits import Problems
from tickets.mail.reading.replies.quotes import answer_in

FOLDER = Path(__file__).parent / "replies"


def cases(name: str) -> list[tuple[str, str, str]]:
    """(what it shows, the text, the answer) of each case in a file."""
    sections = [section.partition("\n") for section in (FOLDER / name).read_text("utf-8").split("%%% ")[1:]]
    pairs = zip(sections[::2], sections[1::2], strict=True)
    return [(title, text, answer.strip("\n")) for (title, _, text), (_, _, answer) in pairs]


TEXTS = [
    case
    for name in ("gmail.txt", "outlook.txt", "others.txt", "more.txt", "shapes.txt")
    for case in cases(name)
]
PAGES = cases("pages.txt")


@pytest.mark.parametrize(("text", "answer"), [case[1:] for case in TEXTS], ids=[case[0] for case in TEXTS])
def test_own_words_are_found(text: str, answer: str) -> None:
    assert answer_in(text) == answer


@pytest.mark.parametrize(("page", "answer"), [case[1:] for case in PAGES], ids=[case[0] for case in PAGES])
def test_own_words_are_found_in_html(page: str, answer: str) -> None:
    assert answer_in(html_to_text(page, Problems())) == answer


def test_the_share_of_replies_is_printed() -> None:
    right = sum(answer_in(text) == answer for _, text, answer in TEXTS)
    right += sum(answer_in(html_to_text(page, Problems())) == answer for _, page, answer in PAGES)
    scoreboard.record("reply text", right, len(TEXTS) + len(PAGES))
    assert len(TEXTS) + len(PAGES) >= 80
