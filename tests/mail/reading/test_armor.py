"""What was not opened is marked where it stands, and no word around it is lost."""

from __future__ import annotations

import time

import pytest

from tickets.mail.reading.armor import NOT_OPENED, without_sealed_blocks

DATA = "hF4DR2b2udXyHrYSAQdAINgYcnZM2bAYVKuB30JR5bPNGYtF\nvmaIc6oiurKdS9PuTnqbD91uW8PKdw=="
BEGIN, END = "-----BEGIN PGP MESSAGE-----", "-----END PGP MESSAGE-----"
ARMOR = f"{BEGIN}\nVersion: GnuPG v2\n\n{DATA}\n=Vp7p\n{END}"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Hello", "Hello"),
        (ARMOR, NOT_OPENED),
        (f"Hi\n{ARMOR}\nBye\n", f"Hi\n{NOT_OPENED}\nBye\n"),
        (f"{ARMOR}\nand\n{ARMOR}", f"{NOT_OPENED}\nand\n{NOT_OPENED}"),
        (f"Hi {ARMOR} bye".replace("\n", " "), f"Hi {NOT_OPENED} bye"),
        ("> " + ARMOR.replace("\n", "\n> ") + "\nWhat?", f"> {NOT_OPENED}\nWhat?"),
        (ARMOR.replace("-----B", "- -----B").replace("-----E", "- -----E"), NOT_OPENED),
        (ARMOR.replace("PGP MESSAGE", "PGP\u00a0MESSAGE"), NOT_OPENED),
        (f"Hi\n{ARMOR.removesuffix(END)}", f"Hi\n{NOT_OPENED}"),
        (f"Hi\n{BEGIN}\n\n{DATA}\n\nMy own words", f"Hi\n{NOT_OPENED}\nMy own words"),
        (f"{BEGIN}\n{BEGIN}\n\n{DATA}\n{END}", f"{NOT_OPENED}\n{NOT_OPENED}"),
        (f"{BEGIN}\nmy own words", f"{NOT_OPENED}\nmy own words"),
        (f"What does {BEGIN} mean?", f"What does {BEGIN} mean?"),
        (f"What does {END} mean?", f"What does {END} mean?"),
        ("-----BEGIN PGP SIGNED MESSAGE-----\nHi", "-----BEGIN PGP SIGNED MESSAGE-----\nHi"),
    ],
)
def test_a_line_stands_for_what_was_not_opened(text: str, shown: str) -> None:
    assert without_sealed_blocks(text) == shown


@pytest.mark.parametrize(
    "hostile", [f"{BEGIN}\n" * 30_000, f"{BEGIN}\n\n" + "\n>" * 400_000, "-----" * 200_000]
)
def test_hostile_text_takes_linear_time(hostile: str) -> None:
    begun = time.monotonic()
    without_sealed_blocks(hostile)
    assert time.monotonic() - begun < 3
