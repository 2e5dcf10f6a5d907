"""The button that ends the pauses of mailboxes, and where a mailbox is said to be."""

from __future__ import annotations

from django.conf import LazySettings
from django.test import Client

from tests.desk.mailroom.rows import new_mailbox, post, section
from tests.desk.rows import ago
from tickets.models import Mailbox


def test_a_press_ends_all_pauses(room: Client, settings: LazySettings) -> None:
    settings.MAIL_POLL_SECONDS = 60
    new_mailbox(failures=3, trouble="sign_in_refused", not_before=ago(-0.2))
    assert "Look now" in section(room, "mailboxes")
    assert "Every mailbox is looked at within 60 seconds." in post(room, "look_at_mailboxes", back="room")
    assert Mailbox.objects.get().not_before is None


def test_a_pause_that_is_over_is_not_said_to_be_in_the_past(room: Client) -> None:
    new_mailbox(failures=1, trouble="hung_up", not_before=ago(0.01))
    assert "next time: any moment" in section(room, "mailboxes")


def test_a_mailbox_is_shown_with_its_host_and_nobodys_name(room: Client, settings: LazySettings) -> None:
    settings.MAIL_IN = ["imaps://clara:canary@mail.example.org/Reports"]
    new_mailbox(folder="Reports")
    found = section(room, "mailboxes")
    assert "mail.example.org:Reports" in found
    assert not any(word in found for word in ("clara", "canary"))
