"""The fourth stop: decides whether a letter becomes work for an agent, and notes what its readers need."""

from __future__ import annotations

from collections.abc import Container
from datetime import datetime

from crypto.verdict import Encryption
from tickets import language
from tickets.mail import offered, rules
from tickets.mail.letter import Accepted, Letter, Machine, Quarantine, SetAside


def classify(
    letter: Letter,
    *,
    own_domains: Container[str],
    now: datetime,
    languages: tuple[str, ...] = language.LANGUAGES,
) -> Accepted:
    """The letter with its judgement; SetAside or Quarantine with the reason when it is not to be filed."""
    machine = rules.machine_of(letter, rules.Home(own_domains))
    if letter.encryption == Encryption.REFUSED:
        raise Quarantine("refused")
    # A server that brings our own encrypted answer back says that it was not delivered: that is read without a key.
    if letter.encryption == Encryption.NO_KEY and letter.delivery is None:
        raise SetAside("no_key")
    if machine == Machine.LOOP:
        raise SetAside("loop")
    if rules.is_empty(letter):
        raise SetAside("empty")
    return Accepted(
        letter=letter,
        machine=machine,
        language=language.detect(letter.answer or letter.text, subject=letter.subject, languages=languages),
        keys=offered.keys_offered(letter, now=now),
    )
