"""The desk's words in other languages."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings
from django.utils.translation import gettext, override

OTHERS = [code for code, _ in settings.LANGUAGES if code != "en"]


@pytest.mark.parametrize("language", OTHERS)
def test_every_language_that_is_offered_has_its_words(language: str) -> None:
    with override(language):
        words = gettext("Encrypted to us. Not signed: we cannot be sure who wrote it.")
    assert not words.startswith("Encrypted")


@pytest.mark.parametrize("language", OTHERS)
def test_no_sentence_is_left_out(language: str) -> None:
    catalogue = Path(settings.LOCALE_PATHS[0]) / language / "LC_MESSAGES" / "django.po"
    head, _, body = catalogue.read_text().partition("\n\n")
    assert head.startswith('msgid ""')
    assert 'msgstr ""\n\n' not in body
    assert "#, fuzzy" not in body
