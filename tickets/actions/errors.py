"""Why an action could not be done; each is something a page can say in a sentence."""

from __future__ import annotations


class ActionError(Exception):
    """Base of all. Nothing was changed."""


class WayChanged(ActionError):  # noqa: N818 - read as a sentence
    """The answer would travel otherwise than the page said: the agent has to see that first."""


class CannotBeAnswered(ActionError):  # noqa: N818
    """There is no way on which an answer may travel."""


class NotPossibleNow(ActionError):  # noqa: N818
    """The row is in another state than the page said, because somebody else acted meanwhile."""


class AlreadyDone(ActionError):  # noqa: N818
    """The very same press of the button came before and was carried out."""


class MessageCame(ActionError):  # noqa: N818
    """The requester wrote something that the page did not show: it has to be read first."""


class KeyTrouble(ActionError):  # noqa: N818
    """GnuPG could not work with the desk's own key: somebody who runs the desk has to look at it."""
