"""The compiled catalogues: every sentence of the code and the templates is in those of the pages' languages."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path

import pytest
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(settings.BASE_DIR)
LOCALES = Path(settings.LOCALE_PATHS[0])
PACKAGES = ("crypto", "hardware", "helpdesk", "stats", "tickets")
PAGES = [code for code, _ in settings.LANGUAGES if code != "en"]
CATALOGUES = sorted(path.parent.parent.name for path in LOCALES.glob("*/LC_MESSAGES/django.mo"))
# How many of a function's arguments are words: a context comes first, a plural second.
SINGLE = {"_", "gettext", "gettext_lazy", "gettext_noop"}
PLURAL = {"ngettext", "ngettext_lazy"}
PLURAL_IN_CONTEXT = {"npgettext", "npgettext_lazy"}
OF_TEMPLATE = re.compile(
    r"""\b(_|gettext|ngettext)\(u?('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")(?:, u?('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"))?"""
)
PLACE = re.compile(r"%\(\w+\)[sd]|%[sd]")


@dataclass(frozen=True, slots=True)
class Sentence:
    """What is to be translated, and where it stands."""

    words: str
    plural: str = ""
    context: str = ""

    def in_catalogue(self, catalogue: NullTranslations) -> list[str]:
        """Its translation, one or two forms of it; raises KeyError."""
        if not self.plural:
            return [catalogue.gettext(self.words)]
        if self.context:
            return [catalogue.npgettext(self.context, self.words, self.plural, n) for n in (1, 2)]
        return [catalogue.ngettext(self.words, self.plural, n) for n in (1, 2)]


class _Missing(NullTranslations):
    """What is asked when a catalogue does not have something."""

    def gettext(self, message: str) -> str:
        raise KeyError(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        raise KeyError(msgid1)

    def npgettext(self, context: str, msgid1: str, msgid2: str, n: int) -> str:
        raise KeyError(msgid1)


@cache
def _catalogue(language: str) -> GNUTranslations:
    with (LOCALES / language / "LC_MESSAGES" / "django.mo").open("rb") as file:
        catalogue = GNUTranslations(file)
    catalogue.add_fallback(_Missing())
    return catalogue


@cache
def _sentences() -> frozenset[Sentence]:
    return frozenset([*_of_code(), *_of_templates()])


def _of_code() -> Iterator[Sentence]:
    files = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    for path in files:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                yield from _of_call(node)


def _of_call(node: ast.Call) -> Iterator[Sentence]:
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    words = [each.value for each in node.args if isinstance(each, ast.Constant)]
    texts = [each for each in words if isinstance(each, str)]
    if name in SINGLE and texts:
        yield Sentence(texts[0])
    elif name in PLURAL:
        yield Sentence(texts[0], texts[1])
    elif name in PLURAL_IN_CONTEXT:
        yield Sentence(texts[1], texts[2], texts[0])


def _of_templates() -> Iterator[Sentence]:
    for path in (ROOT / "templates").rglob("*.*"):
        for name, words, plural in OF_TEMPLATE.findall(templatize(path.read_text())):
            yield Sentence(ast.literal_eval(words), ast.literal_eval(plural) if name == "ngettext" else "")


def test_sentences_are_found() -> None:
    assert len(_sentences()) > 600
    assert {bool(each.plural) for each in _sentences()} == {True, False}
    assert Sentence("Send encrypted") in _sentences()  # In the code …
    assert Sentence("Mail room") in _sentences()  # … and in a template.


@pytest.mark.parametrize("language", PAGES)
def test_every_sentence_of_the_pages_is_translated(language: str) -> None:
    missing = set()
    for sentence in _sentences():
        try:
            sentence.in_catalogue(_catalogue(language))
        except KeyError:
            missing.add(sentence.words)
    assert missing == set()


@pytest.mark.parametrize("language", PAGES)
def test_what_is_filled_in_is_the_same(language: str) -> None:
    for sentence in _sentences():
        filled_in = sorted(PLACE.findall(sentence.words))
        for form in sentence.in_catalogue(_catalogue(language)):
            assert sorted(PLACE.findall(form)) == filled_in, sentence


def test_every_catalogue_is_of_use() -> None:
    assert {"en", *CATALOGUES} == {*settings.TICKET_LANGUAGES, *(code for code, _ in settings.LANGUAGES)}


@pytest.mark.parametrize("language", [each for each in CATALOGUES if each not in PAGES])
def test_a_language_of_tickets_only_has_no_half_translated_pages(language: str) -> None:
    known = [each for each in _sentences() if _is_in(each, language)]
    assert len(known) == 6  # Three kinds of automatic mail: a subject and a text of each.


def _is_in(sentence: Sentence, language: str) -> bool:
    try:
        return bool(sentence.in_catalogue(_catalogue(language)))
    except KeyError:
        return False
