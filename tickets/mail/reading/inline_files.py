"""Files that stand in the text of a mail itself, as programs sent them before MIME: uuencode and yEnc."""

from __future__ import annotations

import binascii
import re

from tickets.mail.reading import charsets

FILES = 100

_BEGINS = re.compile(
    rb"^(?:begin [0-7]{3,4} (?P<uu>[^\s][^\r\n]{0,250})|=ybegin [^\r\n]{0,200}\bname=(?P<y>[^\r\n]{1,250}))\r?\n",
    re.MULTILINE,
)
_SHIFTED = bytes((byte - 42) % 256 for byte in range(256))


def taken_out(content: bytes) -> tuple[bytes, list[tuple[str, bytes]]]:
    """The text with a name in brackets where each file stood, and the files. What is not one after all stays text.

    So does a text that is nothing but files: it would say nothing without them, and other help desks read it as text.
    """
    kept: list[bytes] = []
    files: list[tuple[str, bytes]] = []
    place = 0
    for begin in _BEGINS.finditer(content):
        if begin.start() < place or len(files) >= FILES:
            continue
        found = _uuencoded(content, begin.end()) if begin["uu"] else _yencoded(content, begin.end())
        if found is None:
            continue
        file, end = found
        name = (begin["uu"] or begin["y"]).strip()
        files.append((charsets.decode(name), file))
        kept += [content[place : begin.start()], b"[", name, b"]\n"]
        place = end
    said = b"".join([*kept[::4], content[place:]])
    return (b"".join([*kept, content[place:]]), files) if said.strip() else (content, [])


def _uuencoded(content: bytes, place: int) -> tuple[bytes, int] | None:
    """The lines that can be uuencode, up to 'end' or to the first that cannot."""
    pieces: list[bytes] = []
    while place < len(content):
        end = content.find(b"\n", place) + 1 or len(content)
        line = content[place:end].rstrip(b"\r\n")
        if line.strip() == b"end":
            return (b"".join(pieces), end) if pieces else None
        piece = _uu_line(line)
        if piece is None:
            break
        pieces.append(piece)
        place = end
    return (b"".join(pieces), place) if any(pieces) else None


def _uu_line(line: bytes) -> bytes | None:
    if line in (b"", b"`", b" "):
        return b""
    size = ((line[0] - 32) & 63) + 2
    needed = size // 3 * 4 + 1
    # Some programs strip spaces at the end, others add a check there.
    if not needed - 3 <= len(line) <= needed + 1 or not all(32 <= byte <= 96 for byte in line):
        return None
    return binascii.a2b_uu(line[:needed])


def _yencoded(content: bytes, place: int) -> tuple[bytes, int] | None:
    """Everything up to '=yend': every byte moved by 42, a few of them behind '=' by 64 more."""
    stop = content.find(b"\n=yend", place)
    if stop < 0:
        return None
    data = content[place : stop + 1]
    if data.startswith(b"=ypart "):
        data = data.partition(b"\n")[2]
    first, *others = data.translate(None, delete=b"\r\n").split(b"=")
    pieces = [first, *(bytes([(other[0] - 64) % 256]) + other[1:] for other in others if other)]
    return b"".join(pieces).translate(_SHIFTED), content.find(b"\n", stop + 1) + 1 or len(content)
