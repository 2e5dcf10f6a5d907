"""The canary: a word hidden in every place of a mail, an answer, a note and a draft is found nowhere on disk."""

from __future__ import annotations

import io
import logging
import mailbox
import secrets
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from celery import Celery, current_app
from django.conf import LazySettings
from django.conf import settings as desk_settings
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from crypto.openpgp import SecretKeyring
from crypto.pgpmime import build_encrypted
from tests.keyrings import BOB, DESK, certificate, secret_home
from tests.tickets.cases import know_key
from tests.traces import traces, traces_in_database, traces_in_folder
from tickets import tasks
from tickets.desk.conversation import ticket_page
from tickets.mail import line
from tickets.models import Incoming, Message, Outgoing, Queue, Ticket

REPORT = Path(__file__).parent / "reports" / "7.6-everything.txt"

pytestmark = [pytest.mark.django_db(transaction=True)]


@pytest.fixture(scope="module")
def keyrings() -> Iterator[tuple[Path, SecretKeyring]]:
    """The desk's home, and Bob's keyring."""
    with secret_home("desk") as desk, secret_home("bob") as bob:
        yield desk, SecretKeyring(bob)


@pytest.fixture
def word() -> str:
    """Never the same, so that nothing of another run is found."""
    return "canary" + secrets.token_hex(6)


@pytest.fixture
def address() -> str:
    """Of the sender: it stands on the envelope of what is sent to him, so it is looked for by itself."""
    return f"sender{secrets.token_hex(6)}@user.example"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """All that the desk writes into its log, down to the last detail."""
    root = logging.getLogger()
    handler = next(each for each in root.handlers if type(each) is logging.StreamHandler)
    said, level = io.StringIO(), root.level
    before = handler.setStream(said)
    root.setLevel(logging.DEBUG)
    yield said
    root.setLevel(level)
    handler.setStream(before or io.StringIO())


@pytest.fixture
def post(
    tmp_path: Path, settings: LazySettings, queue: Queue, keyrings: tuple[Path, SecretKeyring]
) -> mailbox.Maildir:
    """The mailbox that the desk empties; its keys are in place."""
    settings.GNUPG_HOME = keyrings[0]
    settings.MAIL_IN, settings.MAIL_OUT = [f"maildir://{tmp_path}/inbox"], f"maildir://{tmp_path}/outbox"
    Queue.objects.update(fingerprint=DESK, address="desk@desk.example")
    return mailbox.Maildir(tmp_path / "inbox")


@pytest.fixture(autouse=True)
def broker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The embedded broker, whose messages are files; nobody takes them out."""
    folder = tmp_path / "broker"
    folder.mkdir()
    app = Celery("canary", broker="filesystem://", set_as_current=False)
    app.conf.broker_transport_options = {
        "data_folder_in": str(folder),
        "data_folder_out": str(folder),
        "control_folder": str(folder),
    }
    monkeypatch.setattr(current_app, "send_task", app.send_task)
    return folder


def _mail(word: str, address: str, text: str = "") -> EmailMessage:
    message = EmailMessage()
    message["From"] = f"{word} name <{address}>"
    message["To"] = "desk@desk.example"
    message["Subject"] = f"{word} subject"
    message["Message-ID"] = f"<id.{address}>"
    message.set_content(text or f"{word} body\n> {word} quoted\n")
    message.add_attachment(
        f"{word} content".encode(), maintype="text", subtype="plain", filename=f"{word}.txt"
    )
    return message


def _report(word: str, address: str) -> str:
    text = REPORT.read_text(encoding="utf-8")
    assert "nadia@example.org" in text
    return text.replace("nadia@example.org", address).replace("The screen went black", f"{word} words")


def _work() -> None:
    """What the workers do, one after the other."""
    tasks.poll()
    for identity in Incoming.objects.filter(state="new").values_list("pk", flat=True):
        tasks.open_incoming(str(identity))
    for identity in Message.objects.values_list("pk", flat=True):
        tasks.read_report(str(identity))
    for identity in Outgoing.objects.values_list("pk", flat=True):
        tasks.send(str(identity))


def _write(desk: Client, ticket: Ticket, word: str) -> None:
    """An agent reads the ticket, notes, drafts and answers, all in the browser."""
    page = desk.get(reverse("ticket", args=[ticket.pk]))
    assert word in page.content.decode()
    hidden = {field.html_name: field.value() for field in page.context["answer_form"].hidden_fields()}
    for name, values in (
        ("note", {"text": f"{word} note"}),
        ("answer", {**hidden, "text": f"{word} answer", "understood": "on"}),
        ("draft", {"text": f"{word} draft"}),
    ):
        answered = desk.post(reverse(name, args=[ticket.pk]), values)
        assert answered.status_code == 302, name
    assert desk.get(reverse("tickets")).status_code == 200


def _stumble(word: str, desk: Client, ticket: Ticket, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything that can go wrong goes wrong, with the word at hand, and says it in its exceptions."""

    def fail(*arguments: object, **options: object) -> None:
        said = f"{word} in scope"
        raise ValueError(said)

    with monkeypatch.context() as patch:
        patch.setattr(ticket_page, "travel_of", fail)
        desk.raise_request_exception = False
        page = desk.get(reverse("ticket", args=[ticket.pk]))
        assert page.status_code == 500
        assert not traces(page.content, word)
        patch.setattr(tasks, "read_report_of", fail)
        tasks.read_report.apply(args=(str(ticket.pk),))
        patch.setattr(line, "classify", fail)
        for identity in Incoming.objects.filter(state="new").values_list("pk", flat=True):
            tasks.open_incoming(str(identity))
    with pytest.raises(IntegrityError), transaction.atomic():
        Message(ticket=ticket, kind="no kind", created=ticket.created, text=f"{word} refused").save()


@pytest.fixture
def run(
    post: mailbox.Maildir,
    desk: Client,
    keyrings: tuple[Path, SecretKeyring],
    word: str,
    address: str,
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[[], None]:
    """A day at the desk: two sealed mails, one in clear, one that cannot be read; answers; and trouble."""

    def sealed(message: EmailMessage) -> bytes:
        return build_encrypted(message, keyring=keyrings[1], signer=BOB, recipients=[certificate("desk")])

    def day() -> None:
        know_key("bob", address=address)
        post.add(sealed(_mail(word, address)))
        post.add(sealed(_mail(word, "nobody@user.example", _report(word, address))))
        post.add(_mail(word, f"clear.{address}").as_bytes())
        _work()
        assert Ticket.objects.count() == 3
        for ticket in Ticket.objects.all():
            _write(desk, ticket, word)
        post.add(_mail(word, address, f"{word} again").as_bytes())
        tasks.poll()
        _stumble(word, desk, ticket, monkeypatch)
        _work()

    return day


def test_the_day_is_a_whole_day(run: Callable[[], None], word: str) -> None:
    """What is looked for below was really there, and every kind of it."""
    run()
    assert sorted(Incoming.objects.values_list("state", flat=True)) == ["filed"] * 3 + ["quarantined"]
    assert sorted(Outgoing.objects.values_list("state", flat=True)) == ["sent", "sent", "sent"]
    assert Outgoing.objects.filter(fingerprint__isnull=False).count() == 2
    assert Ticket.objects.filter(facts__isnull=False).count() == 1
    for message in Message.objects.filter(kind="inbound"):
        assert word in message.text
        assert word in message.attachments.get().name
        assert word.encode() in message.attachments.get().read()


def test_the_word_is_nowhere(
    run: Callable[[], None],
    word: str,
    address: str,
    log: io.StringIO,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    run()
    assert list((tmp_path / "broker").glob("*.msg"))
    assert list((tmp_path / "vault" / "blobs").rglob("*"))
    assert "ValueError" in log.getvalue()
    sent = [path for path in (tmp_path / "outbox").rglob("*") if path.is_file()]
    assert len(sent) == 3
    sender = address.partition("@")[0]
    for path in sent:
        content = path.read_bytes()
        head, _, body = content.partition(b"\r\n\r\n")
        if b"multipart/encrypted" in head:
            assert not traces(content, word)
            assert not traces(body, sender)
            assert f"To: {address}".encode() in head
        path.unlink()  # What left in clear was asked for in clear.
    written = "".join([log.getvalue(), *capfd.readouterr()]).encode()
    for hidden in (word, sender):
        assert traces(written, hidden) == set()
        for folder in (tmp_path, desk_settings.DATA_DIR, desk_settings.GNUPG_HOME):
            assert traces_in_folder(folder, hidden) == set()
        assert traces_in_database(hidden) == set()
