"""What is said of a message's protection: the desk's own words, shown outside of the message's box."""

from __future__ import annotations

from django.utils.translation import gettext as _

from crypto.verdict import OLD_SIGNATURE, OTHER_SENDER, Encryption, SignatureState
from helpdesk.templatetags.moments import key_end
from tickets.desk.saying import Level, Saying
from tickets.models import Message


def protection_of(
    message: Message, *, is_signer_known: bool = True, brings_a_key: bool = False
) -> list[Saying]:
    """The sentences for a message that came in, the most urgent first.

    A valid signature is by the key in use for its sender. Whether we know that key for this person is another question:
    in a ticket that did not bring it, and before anybody has compared it, it may be a stranger's.
    """
    encryption, signature = Encryption(message.encryption), SignatureState(message.signature)
    if OLD_SIGNATURE in (message.problems or ()):
        words = _("Signed weeks before it came here: somebody may have sent an old mail of theirs again.")
        sayings = _carefully(words, encryption)
    elif signature is SignatureState.VALID and not is_signer_known:
        words = _(
            "Signed by a key that came in another ticket, and that nobody has compared with this person."
        )
        sayings = _carefully(words, encryption)
    else:
        is_marked = bool(message.encrypted_parts)
        sayings = _protection(encryption, signature, message.signature_fingerprint, is_marked=is_marked)
    if signature is SignatureState.UNKNOWN_KEY and brings_a_key:
        sayings = [_signed_by_what_came(), *sayings[1:]]
    return [_not_theirs(message), *sayings] if message.replayed else sayings


def how_it_went(message: Message) -> Saying:
    """The sentence for a message that we wrote to the requester; its outgoing mail is loaded."""
    outgoing = message.outgoing
    if outgoing.fingerprint:
        return Saying(Level.PROTECTED, _("Encrypted to key %s.") % key_end(outgoing.fingerprint))
    if message.kind == Message.Kind.AUTOMATIC:
        return Saying(Level.INFORMATION, _("Not encrypted. It says nothing about this ticket."))
    if outgoing.state == outgoing.State.WAITING:
        return Saying(Level.CAREFUL, _("No key. The answer waits here until a key comes; nothing was sent."))
    return Saying(Level.INFORMATION, _("Not encrypted. Others may read it on the way."))


def _protection(
    encryption: Encryption, signature: SignatureState, fingerprint: str, *, is_marked: bool = True
) -> list[Saying]:
    if encryption is Encryption.REFUSED:
        words = _(
            "This message was tampered with or could harm us, so it was not opened. The original is kept."
        )
        return [Saying(Level.DANGER, words)]
    if encryption is Encryption.NO_KEY:
        return [Saying(Level.CAREFUL, _("Encrypted, but not to a key we have."))]
    if encryption is Encryption.OK:
        return _encrypted(signature, fingerprint)
    if encryption is Encryption.PARTIAL:
        return [_partly(is_marked=is_marked), *_signed(signature, fingerprint)]
    words = _("Not encrypted. Others may have read it on the way.")
    return [*_signed(signature, fingerprint), Saying(Level.INFORMATION, words)]


def _partly(*, is_marked: bool) -> Saying:
    """Parts that can be opened are listed, and marked there; of others it is known only that they were there."""
    words = _("Only the marked part was encrypted. Anyone could have added the rest.")
    unmarked = _("Only a part of the mail was encrypted. Anyone could have added the rest.")
    return Saying(Level.CAREFUL, words if is_marked else unmarked)


def _signed_by_what_came() -> Saying:
    """A first mail cannot be signed by a key that we know; that its own key signed it proves nothing."""
    words = _(
        "Signed by a key that we did not know when it came, perhaps the one that it brings: that does not say who wrote"
        " it."
    )
    return Saying(Level.CAREFUL, words)


def _encrypted(signature: SignatureState, fingerprint: str) -> list[Saying]:
    if signature is SignatureState.NONE:
        words = _("Encrypted to us. Not signed: we cannot be sure who wrote it.")
        return [Saying(Level.PROTECTED, words)]
    if signature is SignatureState.VALID:
        words = _("Encrypted to us and signed by the key we know for this person.")
        return [Saying(Level.PROTECTED, words)]
    return [*_signed(signature, fingerprint), Saying(Level.PROTECTED, _("Encrypted to us."))]


def _carefully(words: str, encryption: Encryption) -> list[Saying]:
    """What is to be said of a good signature in place of whose it is, and what is so without it."""
    signed = Saying(Level.CAREFUL, words)
    if encryption is Encryption.OK:
        return [signed, Saying(Level.PROTECTED, _("Encrypted to us."))]
    return [signed, *_protection(encryption, SignatureState.NONE, "")]


def _signed(signature: SignatureState, fingerprint: str) -> list[Saying]:
    if signature is SignatureState.NONE:
        return []
    if signature is SignatureState.VALID:
        words = _("Signed by the key we know for this person.")
        return [Saying(Level.PROTECTED, words, is_of_signature=True)]
    if signature is SignatureState.INVALID:
        words = _("The signature does not match. The text may have been changed.")
        return [Saying(Level.DANGER, words)]
    return [Saying(Level.CAREFUL, _careful(signature, fingerprint))]


def _careful(signature: SignatureState, fingerprint: str) -> str:
    if signature is SignatureState.PARTIAL:
        return _("Only a part was signed. Anyone could have added the rest.")
    end = f" ({key_end(fingerprint)})" if fingerprint else ""
    if signature is SignatureState.EXPIRED:
        return _("Signed by a key that has expired%s.") % end
    if signature is SignatureState.REVOKED:
        return _("Signed by a key that was withdrawn by its owner%s.") % end
    return _("Signed by a key we do not connect with this person%s.") % end


def _not_theirs(message: Message) -> Saying:
    """Why the encrypted text may not be the sender's own."""
    if OTHER_SENDER in (message.problems or ()):
        words = _(
            "The protected sender is another than the one who mailed it."
            " Do not quote or answer it before asking a colleague."
        )
    else:
        words = _(
            "The same encrypted text came earlier from another sender."
            " Do not quote or answer it before asking a colleague."
        )
    return Saying(Level.DANGER, words)
