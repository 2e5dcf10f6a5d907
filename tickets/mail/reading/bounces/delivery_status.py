"""Reads the machine's part of a delivery report: who, what became of the mail, and with which code (RFC 3464, RFC 3463)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tickets.mail.letter import Delivery
from tickets.mail.reading import limits, words

TYPES = ("message/delivery-status", "message/global-delivery-status")

_ACTIONS = {
    "failed": Delivery.FAILED,
    "delayed": Delivery.DELAYED,
    "delivered": Delivery.DELIVERED,
    "relayed": Delivery.DELIVERED,
    "expanded": Delivery.DELIVERED,
}
_CLASSES = {"2": Delivery.DELIVERED, "4": Delivery.DELAYED, "5": Delivery.FAILED}
# Not a part of something longer with dots: '5.1.1.7' is an address of a host, and 'v2.5.1.1' is a program.
_ENHANCED = re.compile(r"(?<![\w.])([245]\.\d{1,3}\.\d{1,3})(?![\w]|\.\d)")
_BASIC = re.compile(r"(?<![\w.:])([45])\d\d(?=[ :-])")


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of the mail for one recipient."""

    outcome: Delivery
    code: str
    recipient: str


@dataclass(frozen=True, slots=True)
class Status:
    """All that a status part says."""

    fates: tuple[Fate, ...]
    message_ids: tuple[str, ...]


def read_status(text: str) -> Status:
    """The groups of fields of a status part; those that say nothing of an outcome are left out."""
    fates: list[Fate] = []
    identifiers: list[str] = []
    for group in text.split("\n\n"):
        fields = _fields(group)
        identifiers += [fields[name] for name in _IDENTIFIERS if name in fields]
        fate = _fate(fields)
        if fate and len(fates) < limits.ADDRESSES:
            fates.append(fate)
    return Status(tuple(fates), tuple(identifiers))


_IDENTIFIERS = ("x-original-message-id", "original-message-id", "x-message-id")


def code_in(text: str) -> str:
    """The enhanced code in words of a server; one made of the reply code's class when there is no other; ''."""
    if found := _ENHANCED.search(text):
        return found[1]
    basic = _BASIC.search(text)
    return f"{basic[1]}.0.0" if basic else ""


def address_of(value: str) -> str:
    """The address in 'rfc822; <jane@example.org>', or in a line; '' when there is none."""
    address = words.one_line(value).rpartition(";")[2].strip("<> \t:,.'\"")
    local, at, domain = address.rpartition("@")
    return f"{local}@{domain.lower()}"[:320] if local and at and domain and " " not in address else ""


def _fields(group: str) -> dict[str, str]:
    """The fields of one group, unfolded; the first of a name counts."""
    unfolded: list[str] = []
    for line in group.split("\n"):
        if line[:1] in (" ", "\t") and unfolded:
            unfolded[-1] += f" {line.strip()}"
        else:
            unfolded.append(line)
    fields: dict[str, str] = {}
    for line in unfolded:
        name, colon, value = line.partition(":")
        if colon:
            fields.setdefault(name.strip().lower(), value.strip())
    return fields


def _fate(fields: dict[str, str]) -> Fate | None:
    code = _code(fields)
    action = fields.get("action", "").partition(" ")[0].strip(" ;()").lower()
    outcome = _ACTIONS.get(action) or _CLASSES.get(code[:1])
    if outcome is None or not fields.keys() & {"action", "status"}:
        return None
    # What the mail was sent to is asked for first: it is what the sender knows.
    said = (address_of(fields.get(name, "")) for name in ("original-recipient", "final-recipient"))
    return Fate(outcome, code, next((address for address in said if address), ""))


def _code(fields: dict[str, str]) -> str:
    """The status, or what the other server said where the status says no more than 'failed'."""
    code = code_in(fields.get("status", ""))
    said = code_in(fields.get("diagnostic-code", ""))
    return said if not code or (code.endswith(".0.0") and said[:1] == code[:1]) else code
