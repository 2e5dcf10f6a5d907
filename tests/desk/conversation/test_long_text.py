"""Very long texts: cut on the card, whole on a page of their own."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from tests.desk.rows import new_message
from tickets.desk.conversation.long_text import LONGEST, cut
from tickets.models import Ticket

LONG = "one line of many\n" * LONGEST + "the last word"


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("", 0),
        ("x" * LONGEST, LONGEST),
        ("x" * (LONGEST + 1), LONGEST),
        ("x" * (LONGEST - 5) + "\n" + "y" * 10, LONGEST - 5),
        ("x\n" + "y" * LONGEST, LONGEST),
    ],
)
def test_a_text_is_cut_at_the_end_of_a_line_where_there_is_one(text: str, length: int) -> None:
    assert len(cut(text)) == length


def test_a_long_text_is_cut_and_leads_to_the_whole(desk: Client, ticket: Ticket) -> None:
    message = new_message(ticket, text=LONG)
    page = desk.get(reverse("ticket", args=[ticket.pk])).content.decode()
    assert "one line of many" in page
    assert "the last word" not in page
    address = reverse("in_full", args=[message.pk])
    theirs, _, ours = page.partition("This text is very long")
    assert (
        theirs.rpartition('class="theirs"')[2].count("<div")
        == theirs.rpartition('class="theirs"')[2].count("</div>") - 1
    )
    assert address in ours
    assert "the last word</div>" in desk.get(address).content.decode()


def test_what_it_quotes_is_cut_and_shown_alike(desk: Client, ticket: Ticket) -> None:
    message = new_message(ticket, text="Yes.", full_text=f"Yes.\n> {LONG}")
    assert "the last word" not in desk.get(reverse("ticket", args=[ticket.pk])).content.decode()
    whole = desk.get(reverse("in_full", args=[message.pk])).content.decode()
    assert "Yes.\n&gt; one line" in whole
    assert "the last word" in whole


def test_of_a_report_only_what_the_person_wrote_is_its_text(desk: Client, ticket: Ticket) -> None:
    report = {"questions": [["What happened instead?", LONG]], "sections": [["/proc/cmdline", 0, 5]]}
    message = new_message(ticket, text=LONG, full_text="quiet", report=report)
    assert "the last word" not in desk.get(reverse("ticket", args=[ticket.pk])).content.decode()
    whole = desk.get(reverse("in_full", args=[message.pk])).content.decode()
    assert "the last word" in whole
    assert "quiet" not in whole.partition('class="theirs"')[2].partition("</main>")[0]


def test_a_short_text_is_not_said_to_be_cut(desk: Client, ticket: Ticket) -> None:
    assert "This text is very long" not in desk.get(reverse("ticket", args=[ticket.pk])).content.decode()
