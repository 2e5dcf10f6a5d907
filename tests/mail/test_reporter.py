"""Who is answered: the address inside what was encrypted, never one that a stranger could have written."""

from __future__ import annotations

import pytest

from crypto.verdict import Encryption, Signature, SignatureState
from tests.mail.letters import ANA, OTTO, letter, report
from tickets.mail.letter import Address
from tickets.mail.reporter import reporter_of

DEVNULL = "devnull@tails.example"
SUBJECT = "Bug report: 0123456789abcdef0123456789abcdef"
OK = Encryption.OK


def test_the_reporter_stands_inside_an_encrypted_report() -> None:
    found = reporter_of(letter(sender=DEVNULL, subject=SUBJECT, text=report(), encryption=OK))
    assert (found.address, found.subject) == (ANA, "Does not start")
    assert found.words == "It does not start."
    assert found.report_id == "0123456789abcdef0123456789abcdef"
    assert found.report is not None


def test_a_report_without_an_address_has_nobody_to_answer() -> None:
    found = reporter_of(letter(sender=DEVNULL, subject=SUBJECT, text=report(sender=""), encryption=OK))
    assert (found.address, found.name) == ("", "")


def test_a_list_server_around_a_report_is_not_its_reporter() -> None:
    found = reporter_of(letter(sender=OTTO, subject=f"[list] {SUBJECT}", text=report(), encryption=OK))
    assert found.address == ANA


def test_an_encrypted_report_without_its_subject_is_known_by_its_from() -> None:
    found = reporter_of(letter(sender=OTTO, subject="Fwd", text=report(), encryption=OK))
    assert (found.address, found.report_id) == (ANA, "")


def test_an_encrypted_text_that_names_nobody_is_from_who_sent_it() -> None:
    found = reporter_of(letter(sender=OTTO, subject="Hello", text=report(sender=""), encryption=OK))
    assert (found.address, found.subject) == (OTTO, "Hello")


@pytest.mark.parametrize("protection", [Encryption.NONE, Encryption.PARTIAL])
@pytest.mark.parametrize("subject", [SUBJECT, "No sound"])
def test_the_from_inside_a_report_in_clear_is_never_used(protection: Encryption, subject: str) -> None:
    found = reporter_of(letter(sender=OTTO, subject=subject, text=report(), encryption=protection))
    assert (found.address, found.report_id) == (OTTO, "")
    assert found.words == "It does not start."
    assert found.report is not None


def test_a_mail_that_quotes_a_report_subject_is_no_report() -> None:
    found = reporter_of(letter(subject=f"About '{SUBJECT}'", text="I sent a report."))
    assert (found.address, found.report) == (ANA, None)


def test_the_name_before_the_address_is_shown() -> None:
    found = reporter_of(letter(subject=SUBJECT, text=report(sender=f'"Ana B." <{ANA}>'), encryption=OK))
    assert (found.name, found.address) == ("Ana B.", ANA)


def test_a_whole_story_is_not_a_name() -> None:
    line = f"{'please write to me ' * 10}<{ANA}>"
    assert reporter_of(letter(subject=SUBJECT, text=report(sender=line), encryption=OK)).name == ""


def test_a_plain_mail_is_from_its_only_sender() -> None:
    found = reporter_of(letter(from_=(Address("Ana", ANA),), text="Words\n> quoted", answer="Words"))
    assert (found.name, found.address, found.words) == ("Ana", ANA, "Words")


def test_a_mail_that_is_all_quotation_is_shown_whole() -> None:
    assert reporter_of(letter(text="> quoted", answer="")).words == "> quoted"


@pytest.mark.parametrize("senders", [(), (Address("", ANA), Address("", OTTO))])
def test_none_or_two_senders_are_nobody(senders: tuple[Address, ...]) -> None:
    assert reporter_of(letter(from_=senders)).address == ""


def test_a_plain_mail_is_answered_where_it_asks_to_be() -> None:
    assert reporter_of(letter(reply_to=(Address("Otto", OTTO),))).address == OTTO


@pytest.mark.parametrize("protection", [each for each in Encryption if each is not Encryption.NONE])
def test_a_protected_mail_is_not_answered_elsewhere(protection: Encryption) -> None:
    assert reporter_of(letter(reply_to=(Address("", OTTO),), encryption=protection)).address == ANA


SIGNED = Signature(SignatureState.VALID, "A" * 40)


def test_a_report_that_its_sender_signed_is_from_that_sender() -> None:
    """The page says 'signed by the key we know for this person': so it must be this person who is shown."""
    found = reporter_of(letter(sender=OTTO, subject=SUBJECT, text=report(), encryption=OK, signature=SIGNED))
    assert (found.address, found.report_id, found.key_block) == (OTTO, "", "")


def test_a_signed_mail_is_from_who_signed_it_wherever_it_asks_to_be_answered() -> None:
    assert reporter_of(letter(reply_to=(Address("Otto", OTTO),), signature=SIGNED)).address == ANA


def test_a_stolen_mail_under_the_subject_of_a_report_is_never_its_thiefs() -> None:
    """Who writes the outer headers gains nothing by it: the text says whom to answer, or nobody is."""
    for text in ("My words.", f"Subject: x\nFrom: {ANA}\n\nMy words.", "Subject: x\n\nMy words."):
        found = reporter_of(letter(sender=ANA, subject=SUBJECT, text=text, encryption=OK))
        assert found.address in {ANA, ""}
        thief = reporter_of(letter(sender="eve@evil.example", subject=SUBJECT, text=text, encryption=OK))
        assert thief.address == ("eve@evil.example" if text == "My words." else found.address)


def test_several_places_to_answer_are_none() -> None:
    both = (Address("", OTTO), Address("", "eve@evil.example"))
    assert reporter_of(letter(reply_to=both)).address == ANA


def test_what_a_user_pasted_of_another_report_is_their_words() -> None:
    pasted = "Mine looks like this:\n\n======= content of /proc/cmdline =======\nfake=1\n\nIs that right?"
    text = report(words=pasted) + "\n======= content of /proc/cmdline =======\nreal=1\n"
    found = reporter_of(letter(sender=DEVNULL, subject=SUBJECT, text=text, encryption=OK))
    assert found.words == pasted
    assert found.address == ANA
