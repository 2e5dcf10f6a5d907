"""The words of automatic mail: a queue's own, else the desk's, in a language that the requester reads."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from tests.tickets.cases import NOW
from tickets.actions.automatic.text import drop_text, keep_text
from tickets.models import AutomaticText, Queue
from tickets.wording import built_in, is_spoken, wording

Kind = AutomaticText.Kind

pytestmark = pytest.mark.django_db


def own(queue: Queue, language: str, text: str) -> None:
    AutomaticText.objects.create(queue=queue, kind=Kind.NOTICE, language=language, text=text, changed=NOW)


@pytest.mark.parametrize(
    ("language", "of_queue", "said"),
    [("fa", "en", "fa"), ("hu", "fa", "fa"), ("hu", "eu", "en"), ("", "", "en"), ("", "fa", "fa")],
)
def test_the_desks_words_are_in_the_nearest_language(
    queue: Queue, language: str, of_queue: str, said: str
) -> None:
    queue.language = of_queue
    assert wording(queue, Kind.NOTICE, language) == built_in(Kind.NOTICE, said)


@pytest.mark.parametrize(
    ("language", "texts", "said"),
    [
        ("fa", {"fa": "own fa", "": "own all"}, "own fa"),
        ("fa", {"en": "own en", "": "own all"}, "own all"),
        ("hu", {"en": "own en"}, "own en"),
        ("hu", {"hu": "own hu", "en": "own en"}, "own hu"),
        ("", {"en": "own en"}, "own en"),
        ("", {"": "own all"}, "own all"),
    ],
)
def test_a_queues_own_words_come_first(queue: Queue, language: str, texts: dict[str, str], said: str) -> None:
    for code, text in texts.items():
        own(queue, code, text)
    assert wording(queue, Kind.NOTICE, language).text == said


def test_what_is_spoken_comes_before_another_language_of_the_queues_own(queue: Queue) -> None:
    own(queue, "en", "own en")
    assert wording(queue, Kind.NOTICE, "fa") == built_in(Kind.NOTICE, "fa")


def test_other_kinds_and_queues_have_their_own(queue: Queue) -> None:
    own(queue, "en", "own en")
    other = Queue.objects.create(slug="other", name="Other", language="en", address="o@desk.example")
    assert wording(queue, Kind.ACKNOWLEDGEMENT, "en").text != "own en"
    assert wording(other, Kind.NOTICE, "en").text != "own en"


def test_the_subject_is_the_desks_also_with_own_words(queue: Queue) -> None:
    own(queue, "en", "own en")
    assert wording(queue, Kind.NOTICE, "en").subject == built_in(Kind.NOTICE, "en").subject


def test_a_language_is_spoken_when_it_has_a_catalogue() -> None:
    assert [is_spoken(each) for each in ("zh", "en", "hu", "", "not a language")] == [
        *(True, True, False, False, False)
    ]


def test_pages_in_another_language_change_no_words() -> None:
    english = built_in(Kind.NOTICE, "en")
    with override("fa"):
        assert built_in(Kind.NOTICE, "en") == english
        assert built_in(Kind.NOTICE, "tr").subject == "Sizi bekleyen bir yanıt var"


def test_keeping_a_text_replaces_the_one_before(queue: Queue) -> None:
    for text in ("One.", "Two."):
        keep_text(queue, Kind.NOTICE, "tr", text, by=None, now=NOW)  # type: ignore[arg-type]  # nobody, in a test
    assert wording(queue, Kind.NOTICE, "tr").text == "Two."
    drop_text(queue, Kind.NOTICE, "tr")
    assert not AutomaticText.objects.exists()
