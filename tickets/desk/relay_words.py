"""That our own mail server takes nothing from the desk, in words: for the mail room, and on the ticket that waits for it."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

_PASSWORD = frozenset({530, 534, 535, 538})
"""What a mail server says to a name or password that it does not take (RFC 4954, 6)."""
_WORDS = {
    "password": gettext_noop("The mail server does not take the desk's password."),
    "refused": gettext_noop("The mail server takes nothing from this desk."),
    "out_of_reach": gettext_noop("The mail server cannot be reached, or its certificate cannot be trusted."),
}


def relay_in_words(code: int | None) -> str:
    """Why nothing leaves, by what the server said last to the desk; it said nothing when it was out of reach."""
    if code is None:
        return _(_WORDS["out_of_reach"])
    return _(_WORDS["password" if code in _PASSWORD else "refused"])
