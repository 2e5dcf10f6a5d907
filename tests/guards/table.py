"""Every guard that `make guards` removes, in the order of security.md."""

from __future__ import annotations

from tests.guards import answers, automatic, decryption, limits, senders
from tests.guards.guard import Guard

GUARDS: tuple[Guard, ...] = (
    *decryption.GUARDS,
    *limits.GUARDS,
    *senders.GUARDS,
    *answers.GUARDS,
    *automatic.GUARDS,
)
