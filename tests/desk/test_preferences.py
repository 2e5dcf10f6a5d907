"""How the desk looks to a person: colours, language, direction."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from helpdesk.models import User

ADDRESS = reverse("preferences")


def test_the_system_decides_until_somebody_chooses(desk: Client) -> None:
    assert "data-bs-theme" not in desk.get("/").content.decode()


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_chosen_colours(desk: Client, alice: User, colours: str) -> None:
    assert desk.post(ADDRESS, {"appearance": colours, "language": ""}).status_code == 302
    assert f'data-bs-theme="{colours}"' in desk.get("/").content.decode()


def test_a_chosen_language_turns_the_page(desk: Client) -> None:
    desk.post(ADDRESS, {"appearance": "system", "language": "fa"})
    answer = desk.get("/")
    page = answer.content.decode()
    assert 'lang="fa"' in page
    assert 'dir="rtl"' in page
    assert "bootstrap.rtl.min.css" in page
    assert answer.headers["Content-Language"] == "fa"


def test_the_browser_is_asked_otherwise(desk: Client) -> None:
    page = desk.get("/", headers={"accept-language": "fa"}).content.decode()
    assert 'dir="rtl"' in page


@pytest.mark.parametrize(
    "given", [{"appearance": "pink", "language": ""}, {"appearance": "dark", "language": "xx"}]
)
def test_nonsense_is_refused(desk: Client, alice: User, given: dict[str, str]) -> None:
    assert desk.post(ADDRESS, given).status_code == 422
    alice.refresh_from_db()
    assert (alice.appearance, alice.language) == ("system", "")
