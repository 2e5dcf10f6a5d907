"""Which queue a ticket goes to."""

from __future__ import annotations

import pytest

from tickets.models import Queue
from tickets.routing import queue_for

pytestmark = pytest.mark.django_db


def _queue(
    slug: str, language: str = "", address: str = "help@desk.example", *, default: bool = False
) -> Queue:
    return Queue.objects.create(
        slug=slug, name=slug, language=language, address=address, fingerprint="A" * 40, is_default=default
    )


@pytest.fixture
def _queues() -> None:
    _queue("german", "de")
    _queue("english", "en", default=True)
    _queue("french", "fr")
    _queue("press", "", "press@desk.example")
    _queue("press-german", "de", "press@desk.example")


@pytest.mark.usefixtures("_queues")
@pytest.mark.parametrize(
    ("addresses", "language", "slug"),
    [
        (["help@desk.example"], "de", "german"),
        (["help@desk.example"], "fr", "french"),
        (["help@desk.example"], "en", "english"),
        (["help@desk.example"], "fa", "english"),
        (["help@desk.example"], None, "english"),
        (["HELP@Desk.example"], "fr", "french"),
        (["press@desk.example"], "fr", "press"),
        (["press@desk.example"], "de", "press-german"),
        (["press@desk.example"], None, "press"),
        (["somebody@else.example"], "fr", "french"),
        (["somebody@else.example", "press@desk.example"], "en", "press"),
        ([], None, "english"),
    ],
)
def test_address_and_language_choose_the_queue(addresses: list[str], language: str | None, slug: str) -> None:
    assert queue_for(addresses, language).slug == slug


def test_without_a_queue_of_that_language_or_a_default_there_is_still_one() -> None:
    _queue("german", "de")
    assert queue_for(["help@desk.example"], "fr").slug == "german"


def test_without_any_queue_there_is_none() -> None:
    with pytest.raises(Queue.DoesNotExist):
        queue_for(["help@desk.example"], "en")
