"""Looks for a word wherever it could have been left: in files, in tables, in logs, in any dress that it may wear."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

from django.db import connection

TOO_LARGE = 64 * 1024 * 1024


def dresses(word: str) -> dict[str, bytes]:
    """How the word looks in each encoding. Of base64 only the letters that do not depend on what stands around it."""
    plain = word.encode()
    found = {"plain": plain, "utf-16": word.encode("utf-16-le"), "hex": plain.hex().encode()}
    found["quoted-printable"] = "".join(f"={byte:02X}" for byte in plain).encode()
    for offset in range(3):
        text = base64.b64encode(b"\0" * offset + plain)
        found[f"base64 at {offset}"] = text[-(-offset * 8 // 6) : (offset + len(plain)) * 8 // 6]
    return found


def traces(data: bytes, word: str) -> set[str]:
    """The dresses in which the word is found, whatever the case of its letters and wherever its lines were folded."""
    joined = data.replace(b"=\r\n", b"").replace(b"=\n", b"").replace(b"\r\n", b"").replace(b"\n", b"")
    small = joined.lower()
    return {
        name
        for name, dress in dresses(word).items()
        if (dress in joined or dress in data) or (not name.startswith("base64") and dress.lower() in small)
    }


def traces_in_folder(folder: Path, word: str) -> set[str]:
    """The file itself, or every file below, and the names of all of them."""
    found: set[str] = set()
    for path in (folder, *folder.rglob("*")):
        found |= {f"name of {path}: {trace}" for trace in traces(path.name.encode(), word)}
        if path.is_file() and path.stat().st_size <= TOO_LARGE:
            found |= {f"{path}: {trace}" for trace in traces(path.read_bytes(), word)}
    return found


def traces_in_database(word: str) -> set[str]:
    """Every column of every table as it is stored, and the files in which the database keeps them."""
    found = {f"{place}: {trace}" for place, value in _values() for trace in traces(value, word)}
    return found.union(*(traces_in_folder(folder, word) for folder in database_folders()))


def database_folders() -> list[Path]:
    """Where the database keeps its files, its log of writes and what it says of failing statements among them."""
    if connection.vendor == "sqlite":
        return [Path(str(connection.settings_dict["NAME"])).parent]
    with connection.cursor() as cursor:
        cursor.execute("CHECKPOINT")
        cursor.execute("SHOW data_directory")
        directory = Path(str(cursor.fetchone()[0]))
        cursor.execute("SELECT oid FROM pg_database WHERE datname = current_database()")
        number = cursor.fetchone()[0]
    log = directory.parent.with_suffix(".log")  # See tests/servers/postgresql.py.
    return [each for each in (directory / "base" / str(number), directory / "pg_wal", log) if each.exists()]


def _values() -> Iterator[tuple[str, bytes]]:
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            columns = [column[0] for column in cursor.description]
            for row in cursor.fetchall():
                for column, value in zip(columns, row, strict=True):
                    yield f"{table}.{column}", _bytes(value)


def _bytes(value: object) -> bytes:
    return bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
