"""Encrypted parts in a real browser: opened and saved with and without script, and narrow as a phone."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from crypto.openpgp import SecretKeyring
from helpdesk.models import User
from tests.browser.test_pages_seen import PHONE, _sign_in, browser
from tests.desk.rows import new_message, new_ticket
from tests.keyrings import certificate
from tickets.models import Queue, Ticket

__all__ = ["browser"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NAME = "a-report-under-a-name-that-is-longer-than-a-phone-is-wide.pdf.gpg"
HOSTILE = b'</div><img src="https://evil.example/x.png"><script>document.title="mine"</script>'


@pytest.fixture
def partly(queue: Queue, alice: User, keyring: SecretKeyring) -> Ticket:
    """A mail with an encrypted block in its text and an encrypted file beside it."""
    ticket = new_ticket(queue, subject="No Wi-Fi")
    block, file = (
        keyring.encrypt(each, recipients=[certificate("desk")]).decode() for each in (HOSTILE, b"%PDF")
    )
    head = f'Content-Type: application/pdf; name="{NAME}"'
    raw = f'Content-Type: multipart/mixed; boundary="m"\n\n--m\n\nHello\n{block}\n--m\n{head}\n\n{file}\n--m--\n'
    parts = [{"form": "inline", "name": ""}, {"form": "file", "name": NAME}]
    blob = ticket.key.write_blob(raw.encode())
    new_message(ticket, text="Hello", encryption="partial", encrypted_parts=parts, raw_blob=blob)
    return ticket


def _looks_well(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") == 0
    assert [each["id"] for each in Axe().run(page).response["violations"]] == []


def test_a_part_is_opened_and_saved_on_a_phone(
    browser: Browser, live_server: LiveServer, partly: Ticket
) -> None:
    context = browser.new_context(viewport=PHONE, color_scheme="dark")  # type: ignore[arg-type]
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    _sign_in(page, live_server)
    page.goto(f"{live_server.url}/tickets/{partly.pk}/")
    _looks_well(page)
    page.get_by_role("button", name="Open this part (1)").click()
    page.get_by_text("evil.example").wait_for()
    _looks_well(page)
    assert page.locator(".theirs script, .theirs img").count() == 0
    assert all(address.startswith(live_server.url) for address in asked)
    page.get_by_role("link", name="Back to").click()
    page.get_by_role("button", name="Open this part (2)").click()
    with page.expect_download() as saved:
        page.get_by_role("button", name="Download").click()
    assert saved.value.suggested_filename == NAME.removesuffix(".gpg")
    _looks_well(page)
    context.close()


def test_a_part_is_opened_without_script(browser: Browser, live_server: LiveServer, partly: Ticket) -> None:
    page = browser.new_page(java_script_enabled=False)
    _sign_in(page, live_server)
    page.goto(f"{live_server.url}/tickets/{partly.pk}/")
    page.get_by_role("button", name="Open this part (1)").click()
    page.get_by_text("It is shown this once and not kept.").wait_for()
    page.close()
