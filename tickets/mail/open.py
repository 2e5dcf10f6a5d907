"""Open: a sealed mail becomes an opened one, its protection taken off and judged, or nothing of it is shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from email.utils import parsedate_to_datetime

from crypto.errors import GnupgError, GnupgTimeout, KeyLockedError, NoSecretKeyError, RefusedError
from crypto.openpgp import Decrypted, KnownCertificate, SecretKeyring
from crypto.signatures import verify_clear, verify_detached
from crypto.structure.mime import Entity, read_entity, sender
from crypto.structure.parts import EncryptedPart, PartForm, encrypted_data, encrypted_parts
from crypto.structure.protection import Form, Protection, canonical, find_protection
from crypto.verdict import Encryption, Signature, SignatureState
from tickets.mail.letter import ListedPart, Opened, Quarantine, Sealed, TryLater

CertificatesFor = Callable[[str | None], Sequence[KnownCertificate]]

_GOOD = frozenset({SignatureState.VALID, SignatureState.NOT_BOUND})
_A_DAY = 86_400
_SLOWEST_MAIL = 14 * _A_DAY
# Headers that speak of the body; they go with it when the body is replaced by what was verified.
_OF_THE_BODY = ("content-", "mime-version")


def open_mail(sealed: Sealed, keyring: SecretKeyring, certificates_for: CertificatesFor) -> Opened:
    """Decrypt, judge and verify a mail; `certificates_for` gives the keys that we know for its single From."""
    opened = _or_nothing(sealed.raw, lambda: _open(sealed.raw, keyring, certificates_for))
    if sealed.received:
        opened = _of_its_time(opened, sealed.received)
    if opened.content is None:
        return opened
    # R4: what is encrypted inside is listed, never opened by itself.
    found = encrypted_parts(opened.content)
    parts = tuple(ListedPart(each.form.value, each.name, encrypted_data(each)) for each in found)
    return replace(opened, encrypted_parts=parts)


def open_part(part: EncryptedPart, keyring: SecretKeyring) -> Opened:
    """Decrypt one encrypted part by the same two steps and rules as a whole mail; it says nothing of who wrote it.

    `content` is a mail's entity, or for a file the file.
    """
    return _or_nothing(b"", lambda: _open_part(part, keyring))


def _or_nothing(raw: bytes, open_it: Callable[[], Opened]) -> Opened:
    """What was opened, or the reason why nothing of it is shown; trouble of ours is raised."""
    try:
        return open_it()
    except RefusedError:
        return Opened(raw, None, Encryption.REFUSED)
    except NoSecretKeyError:
        return Opened(raw, None, Encryption.NO_KEY)
    except GnupgTimeout:
        raise TryLater("gpg_timeout") from None
    except KeyLockedError:
        raise Quarantine("key_locked") from None
    except GnupgError:
        raise Quarantine("gpg_failed") from None


def _open(raw: bytes, keyring: SecretKeyring, certificates_for: CertificatesFor) -> Opened:
    protection = find_protection(raw)
    if protection.form in {Form.ENCRYPTED, Form.INLINE_ENCRYPTED}:
        return _open_encrypted(protection, keyring, certificates_for)
    if protection.form is Form.SIGNED:
        return _open_signed(protection, certificates_for)
    if protection.form is Form.CLEAR_SIGNED:
        return _open_clear_signed(protection, certificates_for)
    encryption = Encryption.PARTIAL if protection.has_encrypted_part else Encryption.NONE
    state = SignatureState.PARTIAL if protection.has_signed_part else SignatureState.NONE
    return Opened(raw, raw, encryption, Signature(state))


def _open_part(part: EncryptedPart, keyring: SecretKeyring) -> Opened:
    decrypted = keyring.decrypt(part.ciphertext)
    content = decrypted.plaintext
    if part.is_text:
        content = _as_text(content, part.charset)
    return Opened(
        b"",
        content,
        Encryption.OK,
        headers_protected=part.form is not PartForm.FILE and _has_protected_headers(read_entity(content)),
        replay_material=decrypted.message.data,
    )


def _open_encrypted(
    protection: Protection, keyring: SecretKeyring, certificates_for: CertificatesFor
) -> Opened:
    known = certificates_for(sender(protection.root))
    certificates = [each.certificate for each in known]
    decrypted = keyring.decrypt(protection.ciphertext, certificates=certificates)
    content = decrypted.plaintext
    if protection.form is Form.INLINE_ENCRYPTED:
        content = _as_text(content, protection.charset)
    signature, content = _signature_of(decrypted, content, certificates)
    inner = read_entity(content)
    protected = _has_protected_headers(inner)
    signature = _bind(signature, protection.root, inner if protected else None, known)
    return Opened(
        protection.root.source,
        content,
        Encryption.OK,
        signature,
        headers_protected=protected,
        bound_to=_bound_to(signature, protection.root),
        sender_differs=protected and not _is_same_sender(protection.root, inner),
        sender_inside=_sender_inside(protection.root, inner) if protected else None,
        decrypted_with=decrypted.key_fingerprint,
        replay_material=decrypted.message.data,
    )


def _signature_of(
    decrypted: Decrypted, content: bytes, certificates: Sequence[bytes]
) -> tuple[Signature, bytes]:
    """The signature of a decrypted entity and what it covers: a multipart/signed inside, or one around the text."""
    inside = find_protection(content)
    if inside.signed is None:
        return decrypted.signature, content
    signed = canonical(inside.signed.raw())
    return verify_detached(signed, inside.signature, certificates), inside.signed.raw()


def _open_signed(protection: Protection, certificates_for: CertificatesFor) -> Opened:
    raw, signed = protection.root.source, protection.signed
    assert signed is not None  # noqa: S101 - Form.SIGNED has one; this is for the type checker
    known = certificates_for(sender(protection.root))
    certificates = [each.certificate for each in known]
    signature = verify_detached(canonical(signed.raw()), protection.signature, certificates)
    protected = signature.state in _GOOD and _has_protected_headers(signed)
    signature = _bind(signature, protection.root, signed, known)
    if signature.state not in _GOOD:
        return Opened(raw, raw, signature=signature)
    content = _merge(protection.root, signed, protected=protected)
    bound_to = _bound_to(signature, protection.root)
    return Opened(raw, content, signature=signature, headers_protected=protected, bound_to=bound_to)


def _open_clear_signed(protection: Protection, certificates_for: CertificatesFor) -> Opened:
    raw = protection.root.source
    known = certificates_for(sender(protection.root))
    signature, text = verify_clear(protection.ciphertext, [each.certificate for each in known])
    signature = _bind(signature, protection.root, None, known)
    if signature.state not in _GOOD:
        return Opened(raw, raw, signature=signature)
    content = _merge(protection.root, read_entity(_as_text(text, protection.charset)), protected=False)
    return Opened(raw, content, signature=signature, bound_to=_bound_to(signature, protection.root))


def _bind(
    signature: Signature, outer: Entity, protected: Entity | None, known: Sequence[KnownCertificate]
) -> Signature:
    """A good signature is valid only for the From that its key is bound to, and for about the time the mail says."""
    if signature.state is not SignatureState.VALID:
        return signature
    address = (sender(outer) or "").casefold()
    is_known = any(
        each.fingerprint == signature.fingerprint and address in {name.casefold() for name in each.addresses}
        for each in known
    )
    same_sender = protected is None or _is_same_sender(outer, protected)
    if is_known and same_sender and _is_about_the_time(signature, outer):
        return signature
    return replace(signature, state=SignatureState.NOT_BOUND)


def _bound_to(signature: Signature, outer: Entity) -> str | None:
    return sender(outer) if signature.state is SignatureState.VALID else None


def _is_same_sender(outer: Entity, protected: Entity) -> bool:
    """Whether a protected From, if there is one, says who the mail is from as its outside does."""
    return not protected.all("from") or _who(protected) == _who(outer)


def _sender_inside(outer: Entity, inner: Entity) -> str | None:
    """The address that is said outside and protected inside; None unless both say one, and the same."""
    said = sender(inner)
    return said if said and said == sender(outer) else None


def _who(entity: Entity) -> str:
    """The address of the one From, or whatever stands there when it cannot be told for certain."""
    return (sender(entity) or " ".join(" ".join(entity.all("from")).split())).casefold()


def _is_about_the_time(signature: Signature, outer: Entity) -> bool:
    """A signed mail that somebody sends again under another date must not look as if it were said today."""
    dates = outer.all("date")
    if len(dates) != 1 or signature.made is None:
        return False
    try:
        return abs(parsedate_to_datetime(dates[0][:100]).timestamp() - signature.made) <= _A_DAY
    except (ValueError, OverflowError):
        return False


def _of_its_time(opened: Opened, received: datetime) -> Opened:
    """A signature made long before we got the mail binds it to nobody: whoever sends an old mail again keeps its date."""
    made = opened.signature.made
    if opened.signature.state is not SignatureState.VALID or made is None:
        return opened
    if abs(received.timestamp() - made) <= _SLOWEST_MAIL:
        return opened
    signature = replace(opened.signature, state=SignatureState.NOT_BOUND)
    return replace(opened, signature=signature, bound_to=None, signed_long_ago=True)


def _has_protected_headers(entity: Entity) -> bool:
    """RFC 9788 says `hp`, its ancestors `protected-headers`; either only counts with headers to protect."""
    marked = entity.parameter("hp") or entity.parameter("protected-headers")
    return bool(marked) and bool(entity.all("from") or entity.all("subject"))


def _merge(outer: Entity, verified: Entity, *, protected: bool) -> bytes:
    """A mail with the outer headers and the verified body, and nothing that the signature does not cover beside it.

    Where headers are protected, only those are here: one beside them must not pass for one of them. Else those of the
    mail stay; those of the body always come with the body.
    """
    inner = [each for each in verified.headers if protected or each[0].startswith(_OF_THE_BODY)]
    names = {name for name, _ in inner}
    outside = () if protected else outer.headers
    kept = [each for each in outside if each[0] not in names and not each[0].startswith(_OF_THE_BODY)]
    # What is verified comes first: where a reader has a limit, it is the rest that is cut.
    head = b"".join(name.encode() + b":" + value for name, value in [*inner, *kept])
    return head + b"\r\n" + verified.source[verified.body : verified.end]


def _as_text(text: bytes, charset: str) -> bytes:
    head = f'MIME-Version: 1.0\r\nContent-Type: text/plain; charset="{charset}"\r\nContent-Transfer-Encoding: 8bit\r\n\r\n'
    return head.encode("ascii", "replace") + text
