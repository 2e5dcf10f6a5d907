"""The keys of invented people: a desk, Bob who writes to it, Carol whose key has a passphrase, and keys of no use."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from crypto.gnupg import import_secret_key, stop_agent
from crypto.openpgp import KnownCertificate
from crypto.structure.blocks import armored_blocks

KEYS = Path(__file__).resolve().parent / "keys"
DESK = "9D0FFCC92E7CFA74A10BC0D9116AC3A24478F221"
BOB = "C80DF5E626AAE9002B1E9AB3B7CA123B354BC0FA"
CAROL = "E17E53A500C75099E61F239240545FBA967F1FDE"
DORA = "8B0BA483329886B2FF844C67B861B0E1C7DC2FC7"
GWEN = "BE870A6E2375350D03543E1C3786FB24B00FFD33"
ELLA = "F048E693E6D77D250C61623E55B2BCCADCDD2804"
BOBS_OTHER = "B5994BA98B887D6E798CBD19BF574BA9ABBF7710"


def certificate(name: str) -> bytes:
    """The binary certificate of tests/keys/NAME.public.asc."""
    return armored_blocks((KEYS / f"{name}.public.asc").read_bytes())[0][1]


def known(name: str, fingerprint: str, *addresses: str) -> KnownCertificate:
    return KnownCertificate(certificate(name), fingerprint, frozenset(addresses))


@contextmanager
def secret_home(*names: str) -> Iterator[Path]:
    """A home with these secret keys, and no agent left behind."""
    home = Path(tempfile.mkdtemp(prefix="wd-"))
    try:
        for name in names:
            import_secret_key(home, (KEYS / f"{name}.secret.asc").read_bytes())
        yield home
    finally:
        stop_agent(home)
        shutil.rmtree(home, ignore_errors=True)
