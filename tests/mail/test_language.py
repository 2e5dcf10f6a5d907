"""The language of a person's own words, and silence when unsure."""

from __future__ import annotations

import time

import pytest

from tickets import language

GERMAN = "Seit dem letzten Update startet mein Rechner nicht mehr vom Stick, der Bildschirm bleibt schwarz."
FRENCH = "Depuis la mise à jour, mon ordinateur ne démarre plus, l'écran reste noir."
PERSIAN = "پس از به‌روزرسانی، رایانهٔ من دیگر بالا نمی‌آید."
ENGLISH = "The team of the help desk will answer your question as soon as it can. Please keep this text."


def test_the_model_can_be_loaded_early() -> None:
    language.preload()


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        (GERMAN, "de"),
        (GERMAN.upper(), "de"),
        (FRENCH, "fr"),
        (PERSIAN, "fa"),
        ("更新之后我的电脑无法启动，屏幕是黑的。", "zh"),
        (f"{FRENCH}\n\n> {ENGLISH}\n> {ENGLISH}\n\n-- \n{ENGLISH}", "fr"),
        (
            f"{FRENCH}\n-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmQINBF\n-----END PGP PUBLIC KEY BLOCK-----\n",
            "fr",
        ),
        (f"{FRENCH}\nhttps://example.org/the/way/of/this/and/that", "fr"),
        ("ok", None),
        ("", None),
        ("12345 67890 12345 67890", None),
        ("======= content of /proc/cmdline =======\nquiet splash and the rest of the line", None),
    ],
)
def test_own_words_are_judged(text: str, tag: str | None) -> None:
    assert language.detect(text) == tag


def test_the_subject_helps_a_short_text() -> None:
    assert language.detect("Hilfe!", subject=GERMAN) == "de"


def test_only_the_languages_of_the_desk_are_said() -> None:
    assert language.detect(FRENCH, languages=("en", "de")) != "fr"


REPORT = f"""\
Subject: Pas de son
From: jo@example.org
Tails-Version: 7.1 - 20261001

What were you trying to achieve?
--------------------------------

{FRENCH}

What happened instead?
----------------------


======= content of /proc/cmdline =======
the quiet splash of the boot and the rest of it
"""


def test_a_report_is_judged_by_what_the_user_wrote() -> None:
    assert language.own_words(REPORT) == f"Pas de son\n{FRENCH}"
    assert language.detect(REPORT) == "fr"


def test_a_list_servers_own_heading_is_passed_over() -> None:
    assert language.own_words(f"From: x@example.org\nSig: Unsigned\n\n{REPORT}") == f"Pas de son\n{FRENCH}"


def test_a_report_may_be_nothing_but_its_heading() -> None:
    assert language.own_words("Subject: Pas de son\nTails-Version: 7.1") == "Pas de son"


def test_a_text_of_nothing_but_headings_is_not_cut_again_and_again() -> None:
    begun = time.process_time()
    assert language.own_words("Sig: Unsigned\n\n" * 200_000).startswith("Sig: Unsigned")
    # It took an hour when each heading was cut off a copy of the rest.
    assert time.process_time() - begun < 10
