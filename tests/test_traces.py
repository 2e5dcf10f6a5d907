"""A search that finds nothing proves nothing unless it finds what is there."""

from __future__ import annotations

import base64
import quopri
from pathlib import Path

import pytest

from tests.traces import database_folders, dresses, traces, traces_in_database, traces_in_folder
from tickets.models import Queue

WORD = "canarymarmalade"
TEXT = f"Dear desk, the word is {WORD} and no other. ".encode()


@pytest.mark.parametrize("before", ["", "a", "ab", "abc"])
def test_it_is_found_in_base64_wherever_it_begins_and_wherever_it_is_folded(before: str) -> None:
    for filling in range(60):
        text = base64.encodebytes(before.encode() + b"x" * filling + TEXT)
        assert traces(text, WORD)
        assert traces(text.replace(b"\n", b"\r\n"), WORD)


@pytest.mark.parametrize(
    "data",
    [
        TEXT,
        TEXT.upper(),
        TEXT.decode().encode("utf-16-le"),
        TEXT.decode().encode("utf-16"),
        TEXT.hex().encode(),
        TEXT.hex().upper().encode(),
        quopri.encodestring(b"x" * 60 + TEXT),
        dresses(WORD)["quoted-printable"],
        TEXT.replace(b"marm", b"marm=\r\n"),
        b"\\x" + TEXT.hex().encode(),
    ],
)
def test_it_is_found_in_every_dress(data: bytes) -> None:
    assert traces(b"\0" * 9 + data + b"\xff" * 9, WORD)


def test_it_is_not_found_where_it_is_not() -> None:
    assert traces(b"canary marmalade", WORD) == set()
    assert traces(base64.b64encode(b"canarymarmelade"), WORD) == set()


def test_it_is_found_in_files_and_in_their_names(tmp_path: Path) -> None:
    tmp_path = tmp_path / "here"
    (tmp_path / "below").mkdir(parents=True)
    (tmp_path / "below" / "file").write_bytes(TEXT)
    assert (
        len(traces_in_folder(tmp_path, WORD)) == len(traces_in_folder(tmp_path / "below" / "file", WORD)) == 1
    )
    (tmp_path / f"{WORD}.txt").touch()
    assert len(traces_in_folder(tmp_path, WORD)) == 2


@pytest.mark.django_db(transaction=True)
def test_it_is_found_in_the_database_in_its_columns_and_in_its_files() -> None:
    assert traces_in_database(WORD) == set()
    Queue.objects.create(slug="a", name=WORD, address="a@desk.example")
    found = traces_in_database(WORD)
    assert "tickets_queue.name: plain" in found
    assert any(str(folder) in trace for trace in found for folder in database_folders())


@pytest.mark.django_db(transaction=True)
def test_it_is_found_in_the_files_after_its_row_is_gone() -> None:
    """Else the search would miss what a desk without sealing leaves behind: the log of writes is among the files."""
    word = WORD + "gone"
    Queue.objects.create(slug="a", name=word, address="a@desk.example")
    Queue.objects.all().delete()
    found = traces_in_database(word)
    assert not any(trace.startswith("tickets_") for trace in found)
    assert found
