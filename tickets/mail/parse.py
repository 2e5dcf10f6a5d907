"""The third stop: reads an opened mail into a letter, in a child process with limits."""

from __future__ import annotations

from dataclasses import replace
from email.message import Message

from crypto.verdict import OLD_SIGNATURE, OTHER_SENDER, Encryption, Signature, SignatureState
from tickets.mail.letter import Address, Letter, Opened, Quarantine
from tickets.mail.reading import body, headers, limits, packing
from tickets.mail.reading.bounces import report as bounces
from tickets.mail.reading.limits import Problems
from tickets.mail.reading.mime import Part, take_apart, take_entity_apart
from tickets.mail.reading.replies import quotes
from tickets.mail.reading.sandbox import Sandbox

READER = Sandbox("tickets.mail.parse:read_packed")
_PLAIN = b"From: a@b.example\nSubject: =?utf-8?q?x?=\nDate: 1 Jan 2026 00:00:00 +0000\n\nx"


def parse_mail(opened: Opened) -> Letter:
    """Reads the mail in a child: what a hostile mail breaks or exhausts is not the worker."""
    limits.refuse_too_large(opened.outer)
    packed = READER.call(packing.pack(replace(opened, replay_material=None, encrypted_parts=())))
    try:
        letter = packing.unpack(Letter, packed)
    except packing.PackingError:
        raise Quarantine("could_not_be_read") from None
    # What is judged already does not come back from the child: it could not change these if it wanted to.
    return replace(
        letter,
        encryption=opened.encryption,
        signature=_signature_of(letter, opened),
        sender_differs=opened.sender_differs,
        sender_inside=[each.address for each in letter.from_] == [opened.sender_inside],
        problems=(*letter.problems, *_noted(opened)),
        # Under another name than its writer's, a ciphertext says nothing about whose it is.
        replay_material=None if opened.sender_differs else opened.replay_material,
        decrypted_with=opened.decrypted_with,
        encrypted_parts=opened.encrypted_parts,
    )


def _noted(opened: Opened) -> tuple[str, ...]:
    noted = ((OTHER_SENDER, opened.sender_differs), (OLD_SIGNATURE, opened.signed_long_ago))
    return tuple(words for words, is_so in noted if is_so)


def _signature_of(letter: Letter, opened: Opened) -> Signature:
    """A signature is valid only for the one sender that the letter shows: two readers may see two in one header."""
    shown = [each.address for each in letter.from_]
    if opened.signature.state is SignatureState.VALID and shown != [opened.bound_to]:
        return replace(opened.signature, state=SignatureState.NOT_BOUND)
    return opened.signature


def read_packed(request: bytes) -> bytes:
    """The reader process's job: a packed Opened in, a packed Letter out."""
    return packing.pack(read_letter(packing.unpack(Opened, request)))


def warm_up() -> None:
    """Reads a mail of every part before the first real one, so that no child has to load what this loads."""
    for raw in (_PLAIN, b'Content-Type: text/html; charset="utf-8"\n\n<p>x</p>'):
        read_packed(packing.pack(Opened(raw, raw)))


def touch() -> None:
    """What each child does before its mail comes: the memory that the parser will write to becomes its own."""
    read_packed(packing.pack(Opened(_PLAIN, _PLAIN)))


def read_letter(opened: Opened) -> Letter:
    """What runs inside: every header and part is read as hostile, within limits.py."""
    limits.refuse_too_large(opened.outer)
    problems = Problems()
    outer = take_apart(opened.outer, problems)
    inner = _inner(opened, outer, problems)
    letter = _envelope(opened, outer.headers, inner.headers if opened.headers_protected else None, problems)
    # Servers report in clear: what a mail says of itself inside an encryption is no server's word.
    delivery = bounces.delivery_report(opened.outer, outer, letter.signs, letter.from_)
    letter = replace(letter, delivery=delivery)
    if opened.content is None:
        attachments = body.read_attachments(outer, problems)
        return replace(letter, attachments=attachments, problems=tuple(problems.said))
    read = body.read_body(inner, problems)
    return replace(
        letter,
        text=read.text,
        answer=quotes.answer_in(read.text),
        html=read.html,
        attachments=tuple(read.attachments),
        problems=tuple(problems.said),
    )


def _inner(opened: Opened, outer: Part, problems: Problems) -> Part:
    if opened.content is None or opened.content == opened.outer:
        return outer
    limits.refuse_too_large(opened.content)
    return take_entity_apart(opened.content, problems)


def _envelope(opened: Opened, outer: Message, inner: Message | None, problems: Problems) -> Letter:
    sender = headers.sender_of(outer, problems)
    protected = inner is not None and "subject" in inner
    inside = headers.autocrypt_of(inner, sender) if inner is not None else None
    return Letter(
        encryption=opened.encryption,
        signature=opened.signature,
        from_=sender,
        to=headers.addresses_of(outer, "to", problems),
        cc=headers.addresses_of(outer, "cc", problems),
        reply_to=_reply_to(opened, outer, inner, sender, problems),
        subject=headers.subject_of(inner if inner is not None and protected else outer),
        subject_protected=protected,
        message_id=headers.message_id_of(outer),
        references=headers.references_of(outer),
        date=headers.date_of(outer),
        signs=headers.signs_of(outer),
        autocrypt=inside or headers.autocrypt_of(outer, sender),
        autocrypt_protected=inside is not None,
    )


def _reply_to(
    opened: Opened, outer: Message, inner: Message | None, sender: tuple[Address, ...], problems: Problems
) -> tuple[Address, ...]:
    """An encrypted mail's Reply-To counts from inside only, or when it says the sender (security.md R3).

    Who steals a ciphertext and sends it on writes the outer headers as he likes, to get the answer.
    """
    if inner is not None and "reply-to" in inner:
        return headers.addresses_of(inner, "reply-to", problems)
    said = headers.addresses_of(outer, "reply-to", problems)
    if opened.encryption in (Encryption.NONE, Encryption.NO_KEY):
        return said
    known = {address.address.lower() for address in sender}
    kept = tuple(address for address in said if address.address.lower() in known)
    if kept != said:
        problems.note("ignored: a Reply-To outside the encryption")
    return kept
