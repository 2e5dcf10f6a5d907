"""Chooses what of a mail is its text and what is attached to it."""

from __future__ import annotations

from dataclasses import dataclass, field

from tickets.mail.letter import Attachment
from tickets.mail.reading import (
    armor,
    charsets,
    flowed,
    headers,
    htmltext,
    inline_files,
    limits,
    names,
    transfer,
)
from tickets.mail.reading.limits import Problems
from tickets.mail.reading.mime import OTHER_BOUNDARY, Part, header_text, take_apart

PLACEHOLDER_CHARACTERS = 200
HTML_FORM = "message.html"
"""The name under which a mail's HTML form is kept: it is never shown, its text is."""


@dataclass(slots=True)
class Body:
    """What a reader sees of a mail, and what lies beside it."""

    problems: Problems
    texts: list[str] = field(default_factory=list)
    html: bool = False
    attachments: list[Attachment] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)

    @property
    def text(self) -> str:
        whole = "\n".join(text.strip("\n") + "\n" for text in self.texts if text.strip())
        if len(whole) > limits.TEXT_CHARACTERS:
            self.problems.note("cut: the text is too long")
        return whole[: limits.TEXT_CHARACTERS]

    def attach(self, part: Part, name: str | None = None) -> None:
        content = content_of(part)
        kept = names.numbered(name or names.name_of(part, _nested_subject(part, content)), self.taken)
        self.attachments.append(Attachment(kept, part.type[:100], content))


def read_body(root: Part, problems: Problems) -> Body:
    """Walks the parts in order. Bounded by the depth that mime.py allows."""
    body = Body(problems)
    _read(root, body, is_root=True)
    if not any(map(str.strip, body.texts)):
        _show_named(root, body)
    return body


def _show_named(part: Part, body: Body) -> None:
    """Some programs give the text itself a file name: where nothing else is to be read, it is read, and stays a file."""
    for child in part.children:
        _show_named(child, body)
    is_attached = part.is_attached or part.type != "text/plain" or part.children
    if not is_attached and names.is_named(part):
        body.texts.append(armor.without_sealed_blocks(_read_text(part, content_of(part))))


def read_attachments(root: Part, problems: Problems) -> tuple[Attachment, ...]:
    """The parts of a mail that was not opened, as they came: its text is nobody's to read."""
    body = Body(problems)
    for part in root.children:
        body.attach(part)
    return tuple(body.attachments)


def content_of(part: Part) -> bytes:
    return transfer.transferred(part.body, header_text(part.headers, "content-transfer-encoding"))


def _read(part: Part, body: Body, *, is_root: bool = False) -> None:
    if part.children:
        _read_multipart(part, body)
    elif part.type == "text/html" and _is_shown(part):
        _show_html(part, body)
    elif _is_shown(part) and (part.type == "text/plain" or (is_root and _is_textual(part))):
        _show_plain(part, body)
    else:
        body.attach(part)


def _read_multipart(part: Part, body: Body) -> None:
    if part.type == "multipart/alternative":
        _read_alternative(part, body)
    elif part.type == "multipart/encrypted":
        body.texts.append(armor.NOT_OPENED)
        for child in part.children:
            body.attach(child)
    else:
        for place, child in enumerate(part.children):
            if not (place == 0 and _is_legacy_display(part, child)):
                _read(child, body)


def _read_alternative(part: Part, body: Body) -> None:
    """Plain text if it says anything, else the richest form that has text; the other forms are kept beside it.

    'Your program does not show HTML' says nothing, unless there is no other form.
    """
    shown = next((child for child in part.children if _says_something(child)), None)
    if shown is None:
        shown = next((child for child in reversed(part.children) if _has_text(child)), None)
    for child in part.children:
        if child is shown:
            _read(child, body)
        else:
            _set_beside(child, body)


def _set_beside(part: Part, body: Body) -> None:
    """Keeps a form that is not the one shown: its HTML under its own name, its files as attachments."""
    if part.children:
        for child in part.children:
            _set_beside(child, body)
    elif part.type == "text/html" and _is_shown(part):
        _keep_html(part, body)
    elif part.type != "text/plain" or not _is_shown(part):
        body.attach(part)


def _says_something(part: Part) -> bool:
    if part.type != "text/plain" or not _is_shown(part):
        return False
    text = _read_text(part, content_of(part)).strip()
    return bool(text) and not (len(text) <= PLACEHOLDER_CHARACTERS and "html" in text.lower())


def _has_text(part: Part) -> bool:
    if part.children:
        return any(_has_text(child) for child in part.children)
    return part.type in ("text/plain", "text/html") and _is_shown(part)


def _is_shown(part: Part) -> bool:
    return not part.is_attached and not names.is_named(part)


def _is_textual(part: Part) -> bool:
    """A mail that is one part of some kind of text, or a multipart whose parts were not found, is read as text."""
    return part.type.startswith(("text/", "multipart/"))


def _is_legacy_display(parent: Part, child: Part) -> bool:
    """The visible copy of protected headers that older programs put first (the drafts before RFC 9788)."""
    if child.type not in ("text/plain", "text/rfc822-headers") or not parent.parameter("protected-headers"):
        return False
    return child.type == "text/rfc822-headers" or bool(child.parameter("protected-headers"))


def _show_html(part: Part, body: Body) -> None:
    _keep_html(part, body)
    _show_markup(charsets.decode(content_of(part), part.parameter("charset")), body)


def _show_markup(markup: str, body: Body) -> None:
    text = htmltext.html_to_text(markup, body.problems)
    body.texts.append(armor.without_sealed_blocks(text))
    body.html = True


def _keep_html(part: Part, body: Body) -> None:
    """The first has a name of its own, further ones are documents; none where we had to guess what is a part."""
    if OTHER_BOUNDARY in body.problems.said:
        return
    body.attach(part, None if HTML_FORM in body.taken else HTML_FORM)


def _show_plain(part: Part, body: Body) -> None:
    content, files = inline_files.taken_out(content_of(part))
    text = _read_text(part, content)
    if text[:100].lstrip().lower().startswith(("<!doctype html", "<html")):
        _show_markup(text, body)
        return
    body.texts.append(armor.without_sealed_blocks(text))
    for name, file in files:
        kept = names.numbered(names.safe_name(name) or "file", body.taken)
        body.attachments.append(Attachment(kept, "application/octet-stream", file))


def _read_text(part: Part, content: bytes) -> str:
    text = charsets.decode(content, part.parameter("charset"))
    if part.parameter("hp-legacy-display") == "1":
        text = text.partition("\n\n")[2]
    if part.parameter("format").lower() == "flowed":
        return flowed.unflowed(text, delete_space=part.parameter("delsp").lower() == "yes")
    return text


def _nested_subject(part: Part, content: bytes) -> str:
    if part.type != "message/rfc822":
        return ""
    return headers.subject_of(take_apart(content[: limits.HEADERS_BYTES], Problems()).headers)
