"""Verifying signatures: with public keys only, in an empty home, and judged by the status lines alone."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from crypto.gnupg import Piped, run
from crypto.verdict import Signature, SignatureState, judge_signatures


def verify_inside(
    ciphertext: bytes, session_key: str, certificates: Sequence[bytes]
) -> tuple[Signature, bytes]:
    """Judge the signature that an encrypted message carries around its text; and give the text that it was judged on.

    The secret key is not needed again. The caller compares the text with the one it accepted.
    """
    with public_keyring(certificates) as (home, keyring):
        done = run(
            [*keyring, "--override-session-key-fd", Piped(session_key.encode()), "-d"],
            home=home,
            stdin=ciphertext,
        )
    return judge_signatures(done.status), done.stdout


def verify_detached(signed: bytes, signature: bytes, certificates: Sequence[bytes]) -> Signature:
    """Judge a signature that stands beside what it signs. One that gpg cannot even read is invalid."""
    with public_keyring(certificates) as (home, keyring):
        done = run([*keyring, "--verify", "--", Piped(signature, "-&{}"), "-"], home=home, stdin=signed)
    return _or_invalid(judge_signatures(done.status))


def verify_clear(text: bytes, certificates: Sequence[bytes]) -> tuple[Signature, bytes]:
    """Judge a clear-signed text, and give the text that is really signed: dashes undone, nothing around it."""
    with public_keyring(certificates) as (home, keyring):
        done = run([*keyring, "-d"], home=home, stdin=text)
    return _or_invalid(judge_signatures(done.status)), done.stdout


def _or_invalid(signature: Signature) -> Signature:
    """Where a signature was promised, none that gpg could find is a bad one."""
    return Signature(SignatureState.INVALID) if signature.state is SignatureState.NONE else signature


@contextmanager
def public_keyring(certificates: Sequence[bytes]) -> Iterator[tuple[Path, list[str]]]:
    """An empty home and a keyring of just these certificates, so that cost does not grow with the keys we know.

    The file is in the old format, which is nothing but the certificates one after the other. They are not secret.
    """
    with tempfile.TemporaryDirectory(prefix="wd-") as folder:
        home = Path(folder)
        keyring = home / "known.gpg"
        keyring.write_bytes(b"".join(certificates))
        yield home, ["--no-default-keyring", "--keyring", str(keyring)]
