"""What a queue says by itself: its coordinators word it, see how it looks, and nobody else comes near."""

from __future__ import annotations

import pytest
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse

from helpdesk.models import User
from tests.desk.rows import browser_of, new_ticket
from tickets.models import AutomaticText, Queue
from tickets.wording import built_in, wording

Kind = AutomaticText.Kind
NOTICE = {"slug": "english", "kind": "notice", "language": "fr"}
pytestmark = pytest.mark.usefixtures("queue")


@pytest.fixture
def room(alice: User) -> Client:
    """A browser in which Alice is signed in, who coordinates her queue."""
    User.objects.filter(pk=alice.pk).update(is_coordinator=True)
    return browser_of(alice)


def _text(client: Client, name: str, text: str = "", **given: str) -> tuple[int, str]:
    answer = client.post(reverse(name, kwargs=NOTICE | given), {"text": text}, follow=True)
    return answer.status_code, answer.content.decode()


@pytest.mark.parametrize(
    "name", ["queue_texts", "queue_policy", "queue_text", "preview_text", "keep_text", "drop_text"]
)
@pytest.mark.parametrize(
    ("person", "coordinates"), [("alice", False), ("bob", False), ("charlie", False), ("charlie", True)]
)
def test_only_coordinators_of_the_queue_find_it(
    name: str, person: str, coordinates: bool, request: pytest.FixtureRequest
) -> None:
    somebody = request.getfixturevalue(person)
    somebody.is_coordinator = coordinates
    somebody.is_superuser = True
    somebody.save()
    address = reverse(name, kwargs=NOTICE if name.endswith("_text") else {"slug": "english"})
    client = browser_of(somebody)
    statuses = {client.get(address).status_code, client.post(address, {"text": "x"}).status_code}
    assert statuses <= {404, 405}
    assert not AutomaticText.objects.exists()


@pytest.mark.parametrize("name", ["queue_policy", "preview_text", "keep_text", "drop_text"])
def test_changes_are_posted(name: str, room: Client) -> None:
    address = reverse(name, kwargs=NOTICE if name.endswith("_text") else {"slug": "english"})
    assert room.get(address).status_code == 405


def test_the_list_says_whose_words_are_said(room: Client) -> None:
    _text(room, "keep_text", "Une réponse vous attend.")
    page = room.get(reverse("queue_texts", args=["english"])).content.decode()
    assert "the queue&#x27;s own words</span>" in page
    assert "the desk&#x27;s words in English" in page
    assert "none: the desk&#x27;s words are used" in page
    assert "Alice" in page


def test_the_list_says_what_takes_the_place_of_a_text(
    room: Client, queue: Queue, settings: LazySettings
) -> None:
    settings.TICKET_LANGUAGES = ("tr", "hu")  # The desk brings nothing in the second of them along.
    address = reverse("queue_texts", args=["english"])
    Queue.objects.update(language="tr")
    new_ticket(queue, language="hu")
    _text(room, "keep_text", "Türkçe.", language="tr")
    assert "the queue&#x27;s own words in Türkçe" in room.get(address).content.decode()
    _text(room, "keep_text", "All.", language="all")
    assert "words for all languages" in room.get(address).content.decode()


def test_words_for_all_languages_are_said_also_beside_those_of_the_queues_language(
    room: Client, queue: Queue
) -> None:
    _text(room, "keep_text", "All.", language="all")
    _text(room, "keep_text", "English.", language=queue.language)
    notices = room.get(reverse("queue_texts", args=["english"])).context["kinds"][1]
    assert [(row.code, row.said) for row in notices.rows] == [
        ("all", "the queue's own words"),
        ("en", "the queue's own words"),
    ]


def test_only_languages_in_use_are_rows_and_the_others_can_be_added(room: Client, queue: Queue) -> None:
    new_ticket(queue, language="zh")
    _text(room, "keep_text", "Réponse.", language="fr")
    notices = room.get(reverse("queue_texts", args=["english"])).context["kinds"][1]
    assert [row.code for row in notices.rows] == ["all", "en", "fr", "zh"]
    assert notices.rows[-1].name == "中文"
    assert ("de", "Deutsch") in notices.others
    page = room.get(reverse("queue_texts", args=["english"])).content.decode()
    assert "Add a language" in page
    assert reverse("queue_text", kwargs=NOTICE | {"language": "de"}) in page


def test_a_policy_is_chosen_among_whole_sentences(room: Client) -> None:
    page = room.get(reverse("queue_texts", args=["english"])).content.decode()
    assert page.count('type="radio"') == 3
    assert "It waits here, and we tell them that an answer is ready." in page


def test_the_front_page_leads_coordinators_there(room: Client, bob: User) -> None:
    address = reverse("queue_texts", args=["english"])
    assert address in room.get("/").content.decode()
    assert address not in browser_of(bob).get("/").content.decode()


def test_a_text_is_kept_and_said_from_now_on(room: Client, queue: Queue, alice: User) -> None:
    status, page = _text(room, "keep_text", "Une réponse vous attend.")
    assert status == 200
    assert "The text is kept" in page
    row = AutomaticText.objects.get()
    assert (row.kind, row.language, row.changed_by) == ("notice", "fr", alice)
    assert wording(queue, Kind.NOTICE, "fr").text == "Une réponse vous attend."


def test_a_text_is_replaced_and_dropped(room: Client, queue: Queue) -> None:
    _text(room, "keep_text", "One.")
    _text(room, "keep_text", "Two.")
    assert AutomaticText.objects.get().text == "Two."
    _, page = _text(room, "drop_text")
    assert "own words are sent again" in page
    assert wording(queue, Kind.NOTICE, "fr") == built_in(Kind.NOTICE, "fr")


def test_a_text_for_all_languages(room: Client, queue: Queue) -> None:
    _text(room, "keep_text", "Bonjour, hello.", language="all")
    assert AutomaticText.objects.get().language == ""
    assert wording(queue, Kind.NOTICE, "de").text == "Bonjour, hello."


def test_a_preview_changes_nothing(room: Client) -> None:
    status, page = _text(room, "preview_text", "Look <b>at this</b>.")
    assert status == 200
    assert "not kept yet" in page
    assert "Look &lt;b&gt;at this&lt;/b&gt;.</div>" in page
    assert "Une réponse vous attend" in page
    assert not AutomaticText.objects.exists()


def test_what_is_sent_now_is_shown(room: Client) -> None:
    page = room.get(reverse("queue_text", kwargs=NOTICE)).content.decode()
    assert "What is sent now" in page
    assert "Pour la recevoir, écrivez-nous" in page
    assert "Go back to" not in page
    _text(room, "keep_text", "Une réponse.")
    assert "Go back to" in room.get(reverse("queue_text", kwargs=NOTICE)).content.decode()


@pytest.mark.parametrize("name", ["preview_text", "keep_text"])
@pytest.mark.parametrize("text", ["", "  ", "x" * 4001])
def test_a_text_that_cannot_be_is_refused_and_not_lost(name: str, text: str, room: Client) -> None:
    status, page = _text(room, name, text)
    assert status == 422
    assert text in page
    assert not AutomaticText.objects.exists()


@pytest.mark.parametrize("given", [{"kind": "spell"}, {"language": "tlh"}])
@pytest.mark.parametrize("name", ["queue_text", "preview_text", "keep_text", "drop_text"])
def test_there_are_no_other_kinds_and_languages(name: str, given: dict[str, str], room: Client) -> None:
    address = reverse(name, kwargs=NOTICE | given)
    status = room.get(address) if name == "queue_text" else room.post(address, {"text": "x"})
    assert status.status_code == 404


def test_the_policy_is_kept(room: Client, queue: Queue) -> None:
    address = reverse("queue_policy", args=["english"])
    room.post(address, {"acknowledges": "on", "without_key": "ask", "sender_name": "Tails help desk"})
    queue.refresh_from_db()
    assert (queue.acknowledges, queue.without_key, queue.sender_name) == (True, "ask", "Tails help desk")
    room.post(address, {"without_key": "wait"})
    queue.refresh_from_db()
    assert (queue.acknowledges, queue.without_key, queue.sender_name) == (False, "wait", "")


def test_a_policy_that_there_is_not_is_refused(room: Client, queue: Queue) -> None:
    assert room.post(reverse("queue_policy", args=["english"]), {"without_key": "shout"}).status_code == 422
    queue.refresh_from_db()
    assert queue.without_key == "plain"
