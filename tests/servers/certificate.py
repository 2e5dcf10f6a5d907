"""The certificates of the throw-away servers, from an authority that lives as long as they do."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import trustme


@dataclass(frozen=True, slots=True)
class Certificate:
    """Files: the authority to trust, the server's chain and its key."""

    authority: Path
    chain: Path
    key: Path


def make_certificate(directory: Path) -> Certificate:
    """For localhost."""
    directory.mkdir()
    made = Certificate(directory / "authority.pem", directory / "chain.pem", directory / "key.pem")
    authority = trustme.CA()
    server = authority.issue_cert("localhost", "127.0.0.1")
    authority.cert_pem.write_to_path(str(made.authority))
    for blob in server.cert_chain_pems:
        blob.write_to_path(str(made.chain), append=True)
    server.private_key_pem.write_to_path(str(made.key))
    return made
