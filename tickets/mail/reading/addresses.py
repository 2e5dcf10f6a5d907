"""Reads address fields: names, groups, comments and quotes, as a bounded machine that never looks back.

The standard library's parser recurses on comments and is quadratic in commas (security.md, measured).
"""

from __future__ import annotations

from tickets.mail.letter import Address
from tickets.mail.reading import limits, words
from tickets.mail.reading.limits import Problems


def read_addresses(value: str, problems: Problems) -> tuple[Address, ...]:
    """The mailboxes of a field, in order, at most 100. Groups give their members; nothing raises."""
    found: list[Address] = []
    items = [item for item in _Items(value.replace("\r", "").replace("\n", "")).read() if item.has_content]
    if len(items) > limits.ADDRESSES:
        problems.note("cut: too many addresses")
    for before, item in zip([None, *items], items[: limits.ADDRESSES], strict=False):
        if before is not None and found and before.is_only_a_name and item.angle is not None:
            del found[-1]
            item.phrase = [f"{''.join(before.phrase).strip()}, {''.join(item.phrase).strip()}"]
        found.append(item.address())
    return tuple(address for address in found if address.address)


class _Item:
    """One mailbox in the making: what stood before the angle bracket, what stood in it, and comments."""

    def __init__(self) -> None:
        self.phrase: list[str] = []
        self.angle: list[str] | None = None
        self.comment: list[str] = []
        self.has_at = False

    @property
    def has_content(self) -> bool:
        return bool("".join(self.phrase).strip() or self.angle)

    @property
    def is_only_a_name(self) -> bool:
        """'Roe' in 'Roe, Jane <jane@example.org>': a comma that should have been quoted."""
        return self.angle is None and not self.has_at

    def address(self) -> Address:
        phrase = "".join(self.phrase).strip()
        if self.angle is not None:
            return Address(_name(phrase), _spec("".join(self.angle)))
        name, address = _split_bare(phrase)
        return Address(_name(name) or words.decoded("".join(self.comment)), _spec(address))


class _Items:
    """The machine: it is in a quoted string, in a comment, in angle brackets, or in none of them."""

    def __init__(self, value: str) -> None:
        self.value = value
        self.items: list[_Item] = [_Item()]
        self.depth = 0
        self.quoted = False
        self.escaped = False

    def read(self) -> list[_Item]:
        for character in self.value:
            if len(self.items) > limits.ADDRESSES + 1:
                break
            self._take(character)
        return self.items

    def _take(self, character: str) -> None:
        if self.escaped:
            self.escaped = False
            self._keep(character)
        elif character == "\\" and (self.quoted or self.depth):
            self.escaped = True
            if self.quoted:
                self._keep(character)
        elif self.quoted or character == '"':
            self.quoted ^= character == '"'
            self._keep(character)
        else:
            self._take_plain(character)

    def _take_plain(self, character: str) -> None:
        item = self.items[-1]
        if character == "(" or (character == ")" and self.depth):
            self.depth += 1 if character == "(" else -1
        elif self.depth:
            self._keep(character)
        elif character == "<" and item.angle is None:
            item.angle, item.has_at = [], False
        elif character in ",;" and not (character == "," and self._is_inside_angle()):
            self.items.append(_Item())
        elif character == ":" and item.angle is None and not item.has_at:
            self.items[-1] = _Item()  # the name of a group: its members follow
        elif character == ">" and item.angle is not None:
            item.angle.append("\0")  # closed: what follows is not part of the address
        else:
            self._keep(character)

    def _is_inside_angle(self) -> bool:
        """Until an address has begun, or in a source route, a comma does not end the mailbox."""
        angle = self.items[-1].angle
        if angle is None or angle[-1:] == ["\0"]:
            return False
        return not self.items[-1].has_at or angle[:1] == ["@"]

    def _keep(self, character: str) -> None:
        item = self.items[-1]
        if self.depth:
            item.comment.append(character)
            return
        item.has_at |= character == "@"
        if item.angle is None:
            item.phrase.append(character)
        elif item.angle[-1:] != ["\0"]:
            item.angle.append(character)


def _name(phrase: str) -> str:
    if len(phrase) >= 2 and phrase[0] == phrase[-1] == '"':
        return words.decoded(phrase[1:-1].replace('\\"', '"').replace("\\\\", "\\"))
    name = words.decoded(phrase)
    return name[1:-1] if len(name) >= 2 and name[0] == name[-1] and name[0] in "\"'" else name


def _split_bare(phrase: str) -> tuple[str, str]:
    """An address without angle brackets: as it stands, or the last word when words stand before it."""
    if '"' in phrase:
        return "", phrase
    name, _, last = phrase.rpartition(" ")
    return (name, last) if "@" in last else ("", phrase)


def _spec(address: str) -> str:
    """An addr-spec as it stood, its domain in lower case; a source route before it is dropped.

    Nothing in it is decoded: an encoded word is none in an addr-spec (RFC 2047, section 5), and whoever reads it as
    one sees another sender than the one whose signature was judged.
    """
    text = words.one_line(words.eight_bit(address.replace("\0", "")))
    # '<<jane@…>>', and '[mailto:jane@…]' as programs copy it.
    text = text.lstrip("<[ ")
    text = text if "[" in text else text.removesuffix("]")
    text = text[len("mailto:") :] if text[:7].lower() == "mailto:" else text
    if text.startswith("@") and ":" in text:
        text = text.partition(":")[2]
    local, at, domain = text.rpartition("@")
    return f"{local}{at}{domain.lower()}" if at else text
