"""A WhisperBack report as its message keeps it, ready for the page."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_noop

from tickets.models import Message

# The labels of hardware.report.Report.facts and WhisperBack's headings, so that they can be translated.
LABELS = (
    gettext_noop("Tails version"),
    gettext_noop("First installed"),
    gettext_noop("Model"),
    gettext_noop("Virtual machine"),
    gettext_noop("Graphics"),
    gettext_noop("Wi-Fi"),
    gettext_noop("Processor"),
    gettext_noop("Memory"),
    gettext_noop("Boot mode"),
    gettext_noop("Boot options"),
    gettext_noop("USB stick"),
    gettext_noop("Persistent Storage"),
    gettext_noop("Additional software"),
)


@dataclass(frozen=True, slots=True)
class Section:
    """One of the files and logs that WhisperBack appends: where it stands in the message's whole text."""

    number: int
    name: str
    start: int
    length: int


def sections_of(message: Message) -> list[Section]:
    """The report's sections in their order; none when it is no report."""
    report = message.report or {}
    found = [(str(name), int(start), int(length)) for name, start, length in report.get("sections") or []]
    return [Section(number, name, start, length) for number, (name, start, length) in enumerate(found)]


def questions_of(message: Message) -> list[tuple[str, str]]:
    """WhisperBack's questions with what the person answered; unanswered ones are left out.

    None when the message says more than the answers: then its whole text is shown, so that nothing is overlooked.
    """
    report = message.report or {}
    pairs = [(str(heading), str(answer).strip()) for heading, answer in report.get("questions") or []]
    answered = [(heading, answer) for heading, answer in pairs if answer]
    said = " ".join(answer for _, answer in answered)
    return answered if message.text.split() == said.split() else []


def text_of(message: Message, section: Section) -> str:
    """What stands in a section."""
    whole: str = message.full_text
    return whole[section.start : section.start + section.length]
