"""The words of automatic mail: a queue's own in a language, else those that the desk brings along.

They name nothing of any ticket: neither subject nor text nor what was read in it (security.md R6), and they are the
same whatever became of the mail (R7): whoever gets them learns that a mail arrived, not whether it could be read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from gettext import find as find_catalogue
from itertools import takewhile

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext, gettext_noop

from tickets.models import AutomaticText, Queue

Kind = AutomaticText.Kind
ENGLISH = "en"

_SUBJECTS = {
    Kind.ACKNOWLEDGEMENT: gettext_noop("Your mail has arrived"),
    Kind.NOTICE: gettext_noop("An answer waits for you"),
    Kind.KEY_REQUEST: gettext_noop("Please send us your OpenPGP key"),
}
_TEXTS = {
    Kind.ACKNOWLEDGEMENT: gettext_noop(
        "Hello,\n\n"
        "Your mail has arrived at our help desk. People write the answers here, so it may take some"
        " days.\n\n"
        "This is an automatic message. It does not mean that somebody has read your mail, and it says"
        " nothing about what is in it. You do not need to reply."
    ),
    Kind.NOTICE: gettext_noop(
        "Hello,\n\n"
        "An answer to you is ready at our help desk. We do not send it unencrypted, because others could"
        " read it on the way, and we have no OpenPGP key of yours that we can use.\n\n"
        "To get the answer, write to us once more: encrypt your mail to our key, and attach your public"
        " key. Then we can send you the answer encrypted. Our key comes with this mail: many mail programs"
        " find it there by themselves (Autocrypt).\n\n"
        "This is an automatic message. It says nothing about what you wrote."
    ),
    Kind.KEY_REQUEST: gettext_noop(
        "Hello,\n\n"
        "We send answers only encrypted, and we have no OpenPGP key of yours that we can use. Please send"
        " us your public key: attach it to a mail that is encrypted to our key. Our key comes with this"
        " mail: many mail programs find it there by themselves (Autocrypt).\n\n"
        "This is an automatic message. It says nothing about what you wrote."
    ),
}


class Whose(Enum):
    """Whose words they are."""

    QUEUE = auto()
    """The queue's own in a language."""
    QUEUE_FOR_ALL = auto()
    """Those it has for every language without a text of its own."""
    DESK = auto()


@dataclass(frozen=True, slots=True)
class Wording:
    """What is sent. The subject is never an agent's: it stands outside of any encryption."""

    subject: str
    text: str
    language: str
    whose: Whose


def wording(queue: Queue, kind: AutomaticText.Kind, language: str) -> Wording:
    """The words in the language of a ticket, else in the queue's, else in English.

    In each the queue's own come first, those it has for all languages next, and then the desk's.
    """
    return wording_among(
        dict(queue.automatic_texts.filter(kind=kind).values_list("language", "text")), queue, kind, language
    )


def wording_among(own: Mapping[str, str], queue: Queue, kind: AutomaticText.Kind, language: str) -> Wording:
    """The same, when the queue's own words of this kind are known, by their language."""
    tried = [each for each in (language, queue.language) if each]
    nearest = spoken(*tried)
    words = built_in(kind, nearest)
    for each in (*takewhile(lambda tag: tag != nearest, tried), nearest):
        if each in own:
            return Wording(words.subject, own[each], each, Whose.QUEUE)
        if "" in own:
            return Wording(words.subject, own[""], each, Whose.QUEUE_FOR_ALL)
    return words


def built_in(kind: AutomaticText.Kind, language: str) -> Wording:
    """What the desk brings along in a language that it speaks."""
    with translation.override(language):
        return Wording(gettext(_SUBJECTS[kind]), gettext(_TEXTS[kind]), language, Whose.DESK)


def spoken(*languages: str) -> str:
    """The first of some languages in which the desk brings words along; English, when it is none of them."""
    return next(filter(is_spoken, languages), ENGLISH)


def is_spoken(language: str) -> bool:
    """Whether the desk brings words in this language along.

    There are more catalogues than languages of the desk's pages: the others hold these words and nothing else.
    """
    known = find_catalogue("django", settings.LOCALE_PATHS[0], [translation.to_locale(language)])
    return language == ENGLISH or known is not None
