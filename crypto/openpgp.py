"""OpenPGP as the desk uses it: one method for each thing that it does with its secret keys."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from crypto.errors import (
    GnupgError,
    GnupgTimeout,
    KeyLockedError,
    NoSecretKeyError,
    RefusedError,
    UnusableKeyError,
)
from crypto.gnupg import NOWHERE, OUTPUT_LIMIT, GpgRun, Limits, Piped, run, start_agent
from crypto.signatures import public_keyring
from crypto.structure.packets import Message, dearmor, inspect_message, is_binary
from crypto.verdict import (
    Signature,
    SignatureState,
    accept_plaintext,
    find_session_key,
    has,
    has_key_for,
    judge_signatures,
)

STEP = Limits(output=0)
"""For the first step: the little that it could put out is not even read."""
CONTENT = Limits(seconds=14.0, processor=14)
"""For each run that unpacks the message: there are two at most, and a mail is to have its place within 30 seconds."""
_PEEK = 1_048_576
_SHA512 = "10"
# gpg-error's codes for a bad passphrase and for none, in the low 16 bits of what ERROR and FAILURE carry.
_WITHOUT_PASSPHRASE = frozenset({11, 177})


@dataclass(frozen=True, slots=True)
class KnownCertificate:
    """A public key that we know, and the addresses that it is bound to."""

    certificate: bytes = field(repr=False)
    fingerprint: str
    addresses: frozenset[str]


@dataclass(frozen=True, slots=True)
class Decrypted:
    """An accepted plaintext, the key of ours that opened it, and the signature that the message carries around it."""

    plaintext: bytes = field(repr=False)
    key_fingerprint: str
    session_key: str = field(repr=False)
    message: Message = field(repr=False)
    signature: Signature


class SecretKeyring:
    """The desk's secret keys: a GnuPG home that nobody else uses, with a short path (the agent's socket is in it)."""

    def __init__(self, home: Path, passphrases: Sequence[str] = ()) -> None:
        self.home = home
        # Always one, if empty: without any, gpg gives up at the first locked key instead of trying the next.
        self._passphrases = tuple(passphrases) or ("",)
        self._certificates: dict[str, bytes] = {}

    def decrypt(self, ciphertext: bytes, *, certificates: Sequence[bytes] = ()) -> Decrypted:
        """Open a message to us in two steps (security.md T0): one has the key, the other says whether it is whole.

        The signature in it, if any, is judged by these certificates. NoSecretKeyError: not for us. RefusedError: not
        a byte of it may be used. GnupgTimeout: the agent hangs.
        """
        binary = ciphertext if is_binary(ciphertext) else dearmor(ciphertext)
        message = inspect_message(binary)
        fingerprint, session_key = self._open_session(message.head)
        plaintext, signature = open_and_judge(binary, session_key, certificates)
        return Decrypted(plaintext, fingerprint, session_key, message, signature)

    def _open_session(self, head: bytes) -> tuple[str, str]:
        """Step 1. Only the message's head goes where the secret key is: nothing to unpack, no plaintext to leak."""
        done = self._run_with_secrets(
            ["--show-session-key", "--max-output", str(_PEEK), "-d"],
            stdin=head,
            limits=STEP,
            until=lambda done: find_session_key(done.status) is not None,
        )
        found = find_session_key(done.status)
        if found is not None:
            return found
        if _is_locked(done):
            raise KeyLockedError("our key is locked and no passphrase opens it")
        if has_key_for(done.status):
            raise RefusedError("the session key is damaged")
        raise NoSecretKeyError("encrypted to others")

    def sign_and_encrypt(self, content: bytes, *, signer: str, recipients: Sequence[bytes]) -> bytes:
        """Sign and encrypt to all of these certificates, armored, or raise UnusableKeyError and encrypt to none."""
        arguments: list[str | Piped] = [
            *_recipients(recipients),
            "--local-user",
            signer,
            "--sign",
            "--encrypt",
        ]
        done = self._run_with_secrets(arguments, stdin=content, until=_is_signed)
        _check_encrypted(done, signed=True)
        return done.stdout

    def encrypt(self, content: bytes, *, recipients: Sequence[bytes]) -> bytes:
        """Encrypt without a signature: it takes no secret key, so an empty home does it."""
        with tempfile.TemporaryDirectory(prefix="wd-") as folder:
            done = run([*_recipients(recipients), "--encrypt"], home=Path(folder), stdin=content)
        _check_encrypted(done, signed=False)
        return done.stdout

    def sign_detached(self, content: bytes, *, signer: str) -> bytes:
        """An armored signature by SHA-512 to stand beside the content."""
        arguments = ["--armor", "--digest-algo", "SHA512", "--local-user", signer, "--detach-sign"]
        done = self._run_with_secrets(arguments, stdin=content, until=_is_signed)
        if _is_locked(done):
            raise KeyLockedError("our key is locked and no passphrase opens it")
        made = [line.arguments for line in done.status if line.keyword == "SIG_CREATED"]
        if done.returncode != 0 or len(made) != 1 or made[0][2:3] != (_SHA512,):
            raise GnupgError("gpg did not sign")
        return done.stdout

    def export_certificate(self, fingerprint: str) -> bytes:
        """The public part of one of our keys, as small as it goes, binary."""
        if fingerprint not in self._certificates:
            done = run(["--export-options", "export-minimal", "--export", fingerprint], home=self.home)
            if done.returncode != 0 or not done.stdout:
                raise GnupgError("gpg did not export our key")
            self._certificates[fingerprint] = done.stdout
        return self._certificates[fingerprint]

    def _run_with_secrets(
        self,
        arguments: Sequence[str | Piped],
        *,
        stdin: bytes,
        until: Callable[[GpgRun], bool],
        limits: Limits | None = None,
    ) -> GpgRun:
        """Try each passphrase until it is done; the last answer if none does it."""
        for passphrase in self._passphrases:
            secret: list[str | Piped] = ["--passphrase-fd", Piped(passphrase.encode())]
            done = self._run_twice([*secret, *arguments], stdin=stdin, limits=limits)
            if until(done):
                break
        return done

    def _run_twice(self, arguments: Sequence[str | Piped], *, stdin: bytes, limits: Limits | None) -> GpgRun:
        """A hung agent was killed by the first time-out, so the second run has a fresh one."""
        start_agent(self.home)
        try:
            return run(arguments, home=self.home, stdin=stdin, limits=limits)
        except GnupgTimeout:
            start_agent(self.home)
            return run(arguments, home=self.home, stdin=stdin, limits=limits)


def open_and_judge(
    ciphertext: bytes, session_key: str, certificates: Sequence[bytes]
) -> tuple[bytes, Signature]:
    """Steps 2 and 3 at once: a run that verifies as well has more to object to, never less.

    When it objects to anything that could be a signature, a run that does not look at signatures says whether the
    message itself is whole.
    """
    try:
        done = _open(ciphertext, session_key, public_keyring(certificates))
    except GnupgError:
        open_content(ciphertext, session_key)  # Refuses what is no good, whoever signed it.
        raise
    signature = judge_signatures(done.status)
    try:
        return _accepted(done), signature
    except RefusedError:
        if _is_no_good(done):
            raise  # What is unpacked once more is a bomb twice as big.
        plaintext = open_content(ciphertext, session_key)
    if done.stdout != plaintext:
        # The very same bytes that are accepted, or the signature is about something else.
        signature = Signature(SignatureState.INVALID)
    return plaintext, signature


def open_content(ciphertext: bytes, session_key: str) -> bytes:
    """Step 2: no key, no agent, no trial, no signature, so that all that gpg says is about this message's wholeness."""
    try:
        return _accepted(_open(ciphertext, session_key, ["--skip-verify", *public_keyring(())]))
    except GnupgTimeout:
        raise RefusedError("it takes too long to open") from None


def _open(ciphertext: bytes, session_key: str, arguments: Sequence[str | Piped]) -> GpgRun:
    key: list[str | Piped] = ["--override-session-key-fd", Piped(session_key.encode())]
    asked = [*arguments, *key, "--max-output", str(OUTPUT_LIMIT), "-d"]
    return run(asked, home=NOWHERE, stdin=ciphertext, limits=CONTENT)


def _accepted(done: GpgRun) -> bytes:
    accept_plaintext(done.returncode, done.status, received=len(done.stdout), limit=OUTPUT_LIMIT)
    return done.stdout


def _is_no_good(done: GpgRun) -> bool:
    """Whether it fails by what no signature has a part in: its size, or that it does not decrypt whole."""
    is_too_big = len(done.stdout) >= OUTPUT_LIMIT
    return is_too_big or has(done.status, "DECRYPTION_FAILED") or has(done.status, "BADMDC")


def _is_locked(done: GpgRun) -> bool:
    codes = [line.arguments[1:2] for line in done.status if line.keyword in {"ERROR", "FAILURE"}]
    return any(code and code[0].isdigit() and int(code[0]) & 0xFFFF in _WITHOUT_PASSPHRASE for code in codes)


def _is_signed(done: GpgRun) -> bool:
    return has(done.status, "SIG_CREATED")


def _recipients(certificates: Sequence[bytes]) -> list[str | Piped]:
    """Keys as files, not names: no keyring to search, no name to mistake. Uncompressed, so that length tells less."""
    if not certificates:
        raise UnusableKeyError("no key to encrypt to")
    files = [part for each in certificates for part in ("--recipient-file", Piped(each, "-&{}"))]
    return ["--armor", "--compress-algo", "none", "--no-encrypt-to", *files]


def _check_encrypted(done: GpgRun, *, signed: bool) -> None:
    if done.returncode == 0 and has(done.status, "END_ENCRYPTION") and _is_signed(done) is signed:
        return
    if has(done.status, "INV_SGNR") and not has(done.status, "INV_RECP"):
        raise GnupgError("no usable key to sign with")
    raise UnusableKeyError("a key that cannot be encrypted to")
