"""Guesses the language that a person wrote in, from their own words only; says nothing when it is not sure."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Protocol

LANGUAGES = ("en", "fr", "es", "it", "de", "pt", "ru", "fa", "ar", "zh", "tr", "ca", "id", "uk", "pl", "nl")
THRESHOLD = 0.7
READ_CHARACTERS = 1000
LETTERS = 12
"""Fewer than this say nothing: 'ok thanks' is written in every language. Scripts of syllables need a third."""

_SECTION = "======= content of "
_ARMOR = "-----BEGIN PGP "
_ARMOR_END = "-----END PGP "


class _Identifier(Protocol):
    def set_languages(self, langs: Sequence[str]) -> None: ...

    def classify(self, text: str) -> tuple[str, float]: ...


def detect(text: str, *, subject: str = "", languages: tuple[str, ...] = LANGUAGES) -> str | None:
    """The BCP 47 tag of the text's language, out of those the desk knows; None when unsure."""
    words = own_words(text)
    if not _says_enough(words):
        words = f"{subject}\n{words}"
    words = words[:READ_CHARACTERS]
    if not _says_enough(words):
        return None
    tag, certainty = _identifier(languages).classify(words.lower() if words.isupper() else words)
    return tag if certainty >= THRESHOLD else None


def preload(languages: tuple[str, ...] = LANGUAGES) -> None:
    """Loads the model now (half a second, 100 MB): for the worker, before its first mail."""
    _identifier(languages)


def own_words(text: str) -> str:
    """The text without quotes, signature, armor, and without what a bug report adds to the user's words."""
    text = text.partition("\n" + _SECTION)[0]
    lines = text.split("\n")
    if lines[0].startswith(_SECTION):
        return ""
    subjects: list[str] = []
    for _ in range(HEADS):
        end = _end_of_head(lines)
        if not end:
            break
        subjects += [line[8:].strip() for line in lines[:end] if line.startswith("Subject:")]
        lines = lines[end:]
    return "\n".join(line for line in [*subjects, *_prose(lines)] if line).strip()


HEADS = 5
"""A report's own, and one for each server that put its fields before it. Not more: each of them is cut off the text, and a
text of nothing but such blocks would be copied as often as it has blocks."""
_FIELDS = ("Subject:", "Tails-Version:", "Amnesia-Version:", "OpenPGP-Key:", "Sig:", "Enc:")


def _end_of_head(lines: list[str]) -> int:
    """Where the text goes on after a block of fields: a report begins with one (whisperback.md, 2.1), and a list
    server puts its own before it. 0 when the text begins with words.
    """
    begin = next((number for number, line in enumerate(lines) if line.strip()), len(lines))
    end = next((number for number in range(begin, len(lines)) if not lines[number].strip()), len(lines))
    is_head = any(line.startswith(_FIELDS) for line in lines[begin:end][:200])
    return end if is_head and ":" in lines[begin].partition(" ")[0] else 0


def _prose(lines: list[str]) -> list[str]:
    kept: list[str] = []
    armored = False
    for line in lines:
        bare = line.strip()
        if line in ("-- ", "--"):
            break
        armored = (armored or bare.startswith(_ARMOR)) and not bare.startswith(_ARMOR_END)
        if _is_underline(bare):
            # What is underlined is a heading of the form, not the user's words.
            kept = kept[:-1]
        elif not armored and not bare.startswith((">", _ARMOR_END)) and not _is_machine_text(bare):
            kept.append(bare)
    return kept


def _is_underline(line: str) -> bool:
    return len(line) >= 5 and not line.strip("-=")


def _is_machine_text(line: str) -> bool:
    """Addresses of the web, and lines that are one long word: paths, keys, numbers."""
    return line.startswith(("http://", "https://")) or (" " not in line and len(line) > 30 and line.isascii())


def _says_enough(text: str) -> bool:
    """Whether there are letters enough to judge by; one of a script that writes syllables or words counts three."""
    weight = 0
    for character in text[:READ_CHARACTERS]:
        if character.isalpha():
            weight += 1 if character < "\u2e80" else 3
            if weight >= LETTERS:
                return True
    return False


@lru_cache(maxsize=4)
def _identifier(languages: tuple[str, ...]) -> _Identifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier: _Identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(list(languages))
    return identifier
