"""Verifying signatures: with public keys only, in no home at all, and judged by the status lines alone."""

from __future__ import annotations

from collections.abc import Sequence

from crypto.gnupg import NOWHERE, Piped, run
from crypto.structure.packets import SIGNATURE, walk
from crypto.verdict import Signature, SignatureState, judge_signatures

# A trust packet behind a signature, as gpg writes it into its own keyring: looked at (1), and good (2).
_CHECKED = b"\xb0\x06\x00\x03gpg\x00"


def verify_detached(signed: bytes, signature: bytes, certificates: Sequence[bytes]) -> Signature:
    """Judge a signature that stands beside what it signs. One that gpg cannot even read is invalid."""
    arguments = [*public_keyring(certificates), "--verify", "--", Piped(signature, "-&{}"), "-"]
    return _or_invalid(judge_signatures(run(arguments, home=NOWHERE, stdin=signed).status))


def verify_clear(text: bytes, certificates: Sequence[bytes]) -> tuple[Signature, bytes]:
    """Judge a clear-signed text, and give the text that is really signed: dashes undone, nothing around it."""
    done = run([*public_keyring(certificates), "-d"], home=NOWHERE, stdin=text)
    return _or_invalid(judge_signatures(done.status)), done.stdout


def _or_invalid(signature: Signature) -> Signature:
    """Where a signature was promised, none that gpg could find is a bad one."""
    return Signature(SignatureState.INVALID) if signature.state is SignatureState.NONE else signature


def public_keyring(certificates: Sequence[bytes]) -> list[str | Piped]:
    """A keyring of just these certificates, in memory, so that cost does not grow with the keys we know.

    The file is in the old format, which is nothing but the certificates one after the other.
    """
    content = b"".join(_checked(each) for each in certificates)
    return ["--no-default-keyring", "--keyring", Piped(content, "/dev/fd/{}")]


def _checked(certificate: bytes) -> bytes:
    """Every certificate that we know has been through gpg's import, which drops a signature of its own that is bad.

    Said so, gpg does not compute them again for each mail, as it would not in its own keyring. What it computes anew
    all the same: whether anything has expired, and whether a subkey that signs agrees to whose it is.
    """
    return b"".join(
        certificate[packet.start : packet.end] + (_CHECKED if packet.tag == SIGNATURE else b"")
        for packet in walk(certificate)
    )
