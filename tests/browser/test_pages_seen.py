"""The pages in a real browser: with and without script, narrow and mirrored, light and dark."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from helpdesk.models import User
from tests.conftest import PASSWORD
from tests.desk.mailroom.rows import fill_mail_room
from tests.desk.rows import new_attachment, new_message, new_outgoing, new_public_key, new_ticket
from tickets.models import Draft, Outgoing, Queue, Ticket

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CHROMIUM = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE = {"width": 390, "height": 844}
HOSTILE = '</div><script>document.title="mine"</script><img src="https://evil.example/x.png">'


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium. Playwright runs a loop of its own, which Django would take for asynchronous code."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM)
        yield chromium
        chromium.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def full(queue: Queue, alice: User) -> Ticket:
    """A ticket with something of everything."""
    alice.is_coordinator = True
    alice.save()
    new_public_key()
    fill_mail_room(queue)
    ticket = new_ticket(queue, subject="No Wi-Fi after the upgrade", facts=[["Model", "Example 3000"]])
    report = {"questions": [["What happened instead?", "Nothing"]], "sections": [["/proc/cmdline", 0, 5]]}
    message = new_message(ticket, text="Nothing", full_text="quiet", report=report, encryption="ok")
    new_attachment(message, "photo.png", "image/png", b"png")
    new_message(ticket, text=HOSTILE + "x" * 500, signature="invalid")
    new_message(ticket, kind="note", author=alice, text="Ask Bob.")
    new_outgoing(ticket, state="unknown")
    return ticket


def _sign_in(page: Page, server: LiveServer) -> None:
    page.goto(f"{server.url}/account/login/")
    page.get_by_label("Username").fill("alice")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{server.url}/")


def _addresses(ticket: Ticket) -> list[str]:
    message = f"/messages/{ticket.messages.order_by('created')[0].pk}"
    room = ["/mail/room/", "/mail/room/quarantine/", "/mail/room/aside/", "/mail/room/outbox/"]
    mine = [
        "/",
        "/tickets/",
        f"/tickets/{ticket.pk}/",
        f"/tickets/{ticket.pk}/keys/",
        "/mail/",
        "/preferences/",
    ]
    texts = ["/queues/english/texts/", "/queues/english/texts/notice/fr/"]
    return [*mine, *room, *texts, f"{message}/sections/0/", f"{message}/text/", "/nothing/"]


@pytest.mark.parametrize("with_script", [True, False])
def test_an_answer_is_written_with_and_without_script(
    browser: Browser, live_server: LiveServer, queue: Queue, alice: User, *, with_script: bool
) -> None:
    ticket = new_ticket(queue, subject="No Wi-Fi")
    new_message(ticket, text="The list is empty.", encryption="ok")
    page = browser.new_page(java_script_enabled=with_script)
    _sign_in(page, live_server)
    page.get_by_role("link", name="English").first.click()
    page.get_by_role("link", name="No Wi-Fi").click()
    page.get_by_role("button", name="Take it").click()
    page.get_by_role("textbox", name="Answer").fill("Try an adapter")
    page.get_by_role("button", name="Save draft").click()
    assert page.get_by_role("textbox", name="Answer").input_value() == "Try an adapter"
    page.get_by_role("button", name="Keep until a key comes").click()
    page.get_by_text("The answer is kept and waits for a key.").wait_for()
    page.get_by_text("Write an internal note").click()
    page.get_by_role("textbox", name="Note").fill("Has no key yet.")
    page.get_by_role("button", name="Keep the note").click()
    page.get_by_role("button", name="Close").click()
    page.get_by_role("button", name="Reopen").wait_for()
    page.close()
    assert Outgoing.objects.get(kind="answer").state == "waiting"


def test_their_words_stay_words(browser: Browser, live_server: LiveServer, full: Ticket) -> None:
    page = browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    _sign_in(page, live_server)
    page.goto(f"{live_server.url}/tickets/{full.pk}/")
    assert page.title() != "mine"
    assert all(address.startswith(live_server.url) for address in asked)
    assert page.locator(".theirs script, .theirs img").count() == 0
    page.close()


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_nothing_stands_in_anybodys_way(
    browser: Browser, live_server: LiveServer, full: Ticket, colours: str
) -> None:
    context = browser.new_context(color_scheme=colours)  # type: ignore[arg-type]
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if "404" not in said.text else None)
    _sign_in(page, live_server)
    for address in _addresses(full):
        page.goto(f"{live_server.url}{address}")
        # What is drawn for a tick, too, is nothing that the policy stops.
        for box in page.locator("input[type=checkbox], input[type=radio]").all():
            box.check()
            assert box.evaluate("each => getComputedStyle(each).appearance") == "auto"
        found = Axe().run(page).response["violations"]
        assert [(address, each["id"]) for each in found] == []
    context.close()
    assert complaints == []


@pytest.mark.usefixtures("alice", "keyring")
def test_what_goes_in_clear_asks_in_words_that_can_be_seen(
    browser: Browser, live_server: LiveServer, queue: Queue
) -> None:
    ticket = new_ticket(queue, protected=False)
    new_message(ticket, text="Where is it?")
    page = browser.new_page(java_script_enabled=False)
    _sign_in(page, live_server)
    page.goto(f"{live_server.url}/tickets/{ticket.pk}/")
    page.get_by_role("textbox", name="Answer").fill("On our page.")
    page.get_by_role("button", name="Send in clear").click()
    asked = page.get_by_text("Others may read it on the way. I send it all the same.")
    said = page.get_by_text("Nothing was sent: say that it may go in clear.")
    for each in (asked, said):
        box = each.bounding_box()
        assert box
        assert box["width"] > 100
    asked.click()
    page.get_by_role("button", name="Send in clear").click()
    page.get_by_text("goes out in clear").wait_for()
    page.close()


@pytest.mark.parametrize("language", ["en", "fa"])
def test_a_coordinator_gets_to_automatic_mail_on_a_phone(
    browser: Browser, live_server: LiveServer, full: Ticket, alice: User, language: str
) -> None:
    context = browser.new_context(viewport=PHONE)  # type: ignore[arg-type]
    page = context.new_page()
    _sign_in(page, live_server)
    alice.language = language
    alice.save()
    page.goto(live_server.url)
    page.locator('main a[href="/queues/english/texts/"]').click()
    page.wait_for_url("**/queues/english/texts/")
    context.close()


@pytest.mark.parametrize("language", ["en", "fa"])
def test_nothing_is_wider_than_a_phone(
    browser: Browser, live_server: LiveServer, full: Ticket, alice: User, language: str
) -> None:
    context = browser.new_context(viewport=PHONE)  # type: ignore[arg-type]
    page = context.new_page()
    _sign_in(page, live_server)
    alice.language = language
    alice.save()
    for address in _addresses(full):
        page.goto(f"{live_server.url}{address}")
        too_much = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert (address, too_much) == (address, 0)
    context.close()


@pytest.mark.parametrize("with_script", [True, False])
def test_the_mail_room_is_worked_in_with_and_without_script(
    browser: Browser, live_server: LiveServer, full: Ticket, *, with_script: bool
) -> None:
    page = browser.new_page(java_script_enabled=with_script)
    _sign_in(page, live_server)
    page.get_by_role("link", name="Mail room").click()
    page.get_by_text("things need somebody:").wait_for()
    page.get_by_role("button", name="Set aside").first.click()
    page.get_by_text("The mail is set aside.").wait_for()
    page.get_by_role("link", name="Not by a rule: somebody looked at it and set it aside.").click()
    page.get_by_role("heading", name="Set aside").wait_for()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").first.click()
    assert download.value.suggested_filename.startswith("mail-")
    page.get_by_role("link", name="Back to the mail room").click()
    page.get_by_role("button", name="Close the breaker").first.click()
    page.get_by_text("The breaker is closed").wait_for()
    page.get_by_role("button", name="Try all 5 shown here again").click()
    page.get_by_text("5 mails are tried again.").wait_for()
    page.close()


def test_keys_walk_through_the_list_and_to_the_answer(
    browser: Browser, live_server: LiveServer, full: Ticket
) -> None:
    page = browser.new_page()
    _sign_in(page, live_server)
    page.goto(f"{live_server.url}/tickets/")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/tickets/{full.pk}/")
    page.keyboard.press("r")
    page.keyboard.type("jr?")
    assert page.get_by_role("textbox", name="Answer").input_value() == "jr?"
    page.get_by_text("Draft kept").wait_for(timeout=10_000)
    page.locator("h1").click()
    page.keyboard.press("?")
    assert page.get_by_role("dialog").is_visible()
    page.close()
    assert Draft.objects.select_related("ticket__key").get().text == "jr?"
