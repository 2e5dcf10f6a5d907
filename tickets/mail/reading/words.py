"""Header values to text: RFC 2047 encoded words as senders really write them, in one linear pass."""

from __future__ import annotations

import binascii
import re

from tickets.mail.reading import charsets, transfer

# Each run is bounded by a character it excludes, so no start is tried twice over the same text.
# The last one of a value may have lost its end.
_WORD = re.compile(r"=\?([^?\s]{1,64})\?([bBqQ])\?([^?]*(?:\?(?!=)[^?]*)?)(?:\?=|\Z)")


def decoded(value: str) -> str:
    """The text of a header value: unfolded, decoded, on one line, without anything that could forge a header."""
    return one_line(_words_decoded(value.replace("\r", "").replace("\n", "")))


def one_line(text: str) -> str:
    """Line ends and tabs become spaces: a value that is shown or sent again cannot begin a new header."""
    return charsets.clean(text).translate(_LINE_ENDS).strip()


# Every control character goes, and what turns the order of letters about (not the marks that Persian needs); those
# that end a line or a word become a space.
_LINE_ENDS = dict.fromkeys([*range(32), *range(127, 160), 0x202D, 0x202E]) | dict.fromkeys(
    [9, 10, 11, 12, 0x85, 0x2028, 0x2029], " "
)


def eight_bit(value: str) -> str:
    """Raw non-ASCII bytes in a header, kept by compat32 as surrogates, read as the text they probably are."""
    if value.isascii():
        return value
    return charsets.decode(value.encode("utf-8", "surrogateescape"))


def _words_decoded(value: str) -> str:
    """Adjacent words of one charset are joined before decoding: many programs cut inside a character."""
    text: list[str] = []
    pending = b""
    charset = ""
    place = 0
    for word in _WORD.finditer(value):
        between = value[place : word.start()]
        name = word[1].partition("*")[0].lower()
        # UTF-7 hides what a filter looks for; the web gave it up for that, and headers here do not read it.
        name = "ascii" if name.endswith("utf-7") else name
        if between.strip(" \t") or place == 0 or name != charset:
            text.append(charsets.decode(pending, charset))
            text.append(eight_bit(between) if place == 0 or between.strip(" \t") else "")
            pending, charset = b"", name
        pending += _bytes_of(word[2], word[3])
        place = word.end()
    if place:
        text.append(charsets.decode(pending, charset))
    text.append(eight_bit(value[place:]))
    return "".join(text)


def _bytes_of(encoding: str, word: str) -> bytes:
    data = word.encode("utf-8", "surrogateescape")
    if encoding in "bB":
        return transfer.transferred(data, "base64")
    return binascii.a2b_qp(data, header=True)
