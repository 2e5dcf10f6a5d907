"""From a report in a mailbox to an answer that only its reporter can read, in a browser, with and without JavaScript."""

from __future__ import annotations

import os
import ssl
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from imapclient import IMAPClient
from playwright.sync_api import Browser, Page, sync_playwright

from helpdesk.templatetags.moments import key_end
from tests.keyrings import BOB
from tests.whole.house import PASSWORD, House, running_house
from tests.whole.mails import read_answer, report, reporter

pytestmark = [pytest.mark.servers, pytest.mark.browser]

CHROMIUM = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    """One running desk for all tests of this file."""
    with running_house() as house:
        yield house


@pytest.fixture(scope="module")
def bob() -> Iterator[Path]:
    """The reporter's gpg home."""
    with reporter() as home:
        yield home


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM)
        yield browser
        browser.close()


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_a_report_becomes_a_ticket_and_the_answer_goes_back_encrypted(
    house: House, bob: Path, browser: Browser, *, script: bool
) -> None:
    mark = "marmalade" if script else "quicksilver"
    words = f"The wireless card disappears when the {mark} lamp is on, every evening at nine."
    _deliver(house, report(bob, subject=f"Wireless and {mark}", words=words))

    page = browser.new_context(java_script_enabled=script).new_page()
    _sign_in(page, house)
    _wait_until(lambda: _is_listed(page, house, f"Wireless and {mark}"))
    page.get_by_role("link", name=f"Wireless and {mark}").first.click()
    shown = page.inner_text("main")
    assert words in shown
    assert "Encrypted to us. Not signed: we cannot be sure who wrote it." in shown
    _wait_until(lambda: _says(page, "ExampleBook 14"))  # The report is read after the mail is filed.
    assert f"Goes encrypted to key {key_end(BOB)} (first seen" in shown

    answer = f"Please send us a photo of the {mark} lamp.\n\nUntil then: turn it off."
    page.fill("#answer textarea", answer)
    earlier = _mails_for_bob()
    page.get_by_role("button", name="Send encrypted").click()
    assert f"photo of the {mark} lamp" in page.inner_text("main")

    _wait_until(lambda: bool(_mails_for_bob() - earlier))
    (sent,) = _mails_for_bob() - earlier
    mail = sent.read_bytes()
    assert mark.encode() not in mail
    inner = read_answer(bob, mail)
    assert inner.get_content().strip().replace("\r\n", "\n") == answer
    assert inner["Subject"].startswith(f"Re: Wireless and {mark}")
    assert b"Subject: ..." in mail


def test_the_mailbox_is_empty_once_the_mail_is_kept(house: House) -> None:
    with _imap(house) as client:
        assert client.select_folder("INBOX")[b"EXISTS"] == 0


def test_the_log_of_all_processes_says_no_word_of_any_mail(house: House) -> None:
    said = house.log.read_text()
    assert not [word for word in ("marmalade", "quicksilver", "bob@", "wireless") if word in said.lower()]


def _deliver(house: House, mail: bytes) -> None:
    with _imap(house) as client:
        client.append("INBOX", mail)


def _imap(house: House) -> IMAPClient:
    parts = urlsplit(house.mailbox)
    trust = ssl.create_default_context(cafile=os.environ["WD_TEST_CA"])
    client = IMAPClient(parts.hostname, port=parts.port, ssl_context=trust)
    client.login(unquote(parts.username or ""), unquote(parts.password or ""))
    return client


def _sign_in(page: Page, house: House) -> None:
    page.goto(house.address)
    page.fill("input[name=login]", "alice")
    page.fill("input[name=password]", PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def _is_listed(page: Page, house: House, subject: str) -> bool:
    page.goto(f"{house.address}/tickets/")
    return subject in page.inner_text("main")


def _says(page: Page, words: str) -> bool:
    page.reload()
    return words in page.inner_text("main")


def _mails_for_bob() -> set[Path]:
    """What the mail server has taken for the reporter."""
    sink = Path(os.environ["WD_TEST_SINK"])
    return {each for each in sink.glob("*.eml") if b"bob@reporter.example" in each.read_bytes()[:300]}


def _wait_until(is_true: Callable[[], bool], seconds: float = 40) -> None:
    deadline = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.2)
