"""A message that unpacks to the limit of a plaintext takes a few copies of it in our memory, and not many."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

from crypto.gnupg import OUTPUT_LIMIT, Piped, run
from crypto.openpgp import SecretKeyring
from tests.keyrings import certificate


def test_a_big_plaintext_is_held_a_few_times(desk_keys: SecretKeyring, tmp_path: Path) -> None:
    plaintext = b"Content-Type: text/plain\n\n" + b"AA\n" * ((OUTPUT_LIMIT - 1_000) // 3)
    key = Piped(certificate("desk"), "-&{}")
    packed: list[str | Piped] = ["--compress-algo", "zip", "--recipient-file", key, "--encrypt"]
    ciphertext = run(packed, home=tmp_path, stdin=plaintext).stdout
    tracemalloc.start()
    try:
        decrypted = desk_keys.decrypt(ciphertext)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert decrypted.plaintext == plaintext
    assert len(ciphertext) < len(plaintext) / 100
    assert peak < 6 * len(plaintext)
