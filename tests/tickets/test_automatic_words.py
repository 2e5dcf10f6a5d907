"""The desk's own words of automatic mail, in every language of tickets: all there, and really in that language."""

from __future__ import annotations

import unicodedata
from itertools import combinations

import pytest
from django.conf import settings

from tickets.language import detect
from tickets.models import AutomaticText
from tickets.wording import Wording, built_in

Kind = AutomaticText.Kind
LANGUAGES = settings.TICKET_LANGUAGES
SCRIPTS = {"ru": "CYRILLIC", "uk": "CYRILLIC", "fa": "ARABIC", "ar": "ARABIC", "zh": "CJK"}
KEPT_IN_LATIN = ("OpenPGP", "Autocrypt")
EACH = [(language, kind) for language in LANGUAGES for kind in Kind]


def _letters(words: Wording) -> list[str]:
    """All letters but those of names that are the same everywhere."""
    text = words.subject + words.text
    for name in KEPT_IN_LATIN:
        text = text.replace(name, "")
    return [letter for letter in text if unicodedata.category(letter) in {"Ll", "Lu", "Lo"}]


@pytest.mark.parametrize(("language", "kind"), EACH)
def test_the_words_are_in_their_language(language: str, kind: AutomaticText.Kind) -> None:
    words = built_in(kind, language)
    assert detect(words.text, languages=LANGUAGES) == language
    script = SCRIPTS.get(language, "LATIN")
    assert {unicodedata.name(letter).split()[0] for letter in _letters(words)} == {script}


@pytest.mark.parametrize(("language", "kind"), EACH)
def test_the_words_are_whole(language: str, kind: AutomaticText.Kind) -> None:
    words, english = built_in(kind, language), built_in(kind, "en")
    assert words.subject
    assert "\n" not in words.subject
    assert len(words.text) > len(english.text) / 5
    assert words.text.count("\n\n") == english.text.count("\n\n")
    assert [words.text.count(name) for name in KEPT_IN_LATIN] == [
        english.text.count(name) for name in KEPT_IN_LATIN
    ]


@pytest.mark.parametrize(("language", "kind"), EACH)
def test_there_is_nothing_to_be_filled_in(language: str, kind: AutomaticText.Kind) -> None:
    words = built_in(kind, language)
    assert not set("%{}<>[]$_") & set(words.subject + words.text)


@pytest.mark.parametrize("kind", Kind)
def test_no_language_says_it_in_the_words_of_another(kind: AutomaticText.Kind) -> None:
    for one, other in combinations([built_in(kind, language) for language in LANGUAGES], 2):
        assert one.subject != other.subject
        assert not set(one.text.split("\n\n")[1:]) & set(other.text.split("\n\n")[1:])
