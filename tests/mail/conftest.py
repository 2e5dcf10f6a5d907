"""A queue for the mail that is filed, mailboxes of one test alone, and a mail server that says what a test tells it."""

from __future__ import annotations

import io
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import LazySettings
from django.core.management import call_command

from tests.mail.old_mail import Import, mbox
from tests.mail.script import ScriptedServer
from tickets.mail import line
from tickets.models import Incoming


@pytest.fixture
def imaps(settings: LazySettings) -> str:
    """The address of an empty mailbox on the throw-away Dovecot; MAIL_IN names it."""
    settings.MAIL_CA_FILE = os.environ["WD_TEST_CA"]
    parts = urlsplit(os.environ["WD_TEST_IMAPS"])
    settings.MAIL_IN = [f"imaps://{secrets.token_hex(8)}:{parts.password}@localhost:{parts.port}/INBOX"]
    address: str = settings.MAIL_IN[0]
    return address


@pytest.fixture
def sink(settings: LazySettings) -> Path:
    """Where the throw-away mail server puts what it was given; MAIL_OUT names it."""
    settings.MAIL_CA_FILE = os.environ["WD_TEST_CA"]
    settings.MAIL_OUT = os.environ["WD_TEST_SMTP"]
    return Path(os.environ["WD_TEST_SINK"])


@pytest.fixture
def scripted(settings: LazySettings) -> Iterator[Callable[..., ScriptedServer]]:
    """Start a mail server (with STARTTLS, unless told otherwise) that answers as the test says."""
    settings.MAIL_CA_FILE = os.environ["WD_TEST_CA"]
    with ExitStack() as stack:

        def start(**answers: object) -> ScriptedServer:
            folder = Path(settings.MAIL_CA_FILE).parent
            tls = (folder / "chain.pem", folder / "key.pem")
            server = stack.enter_context(ScriptedServer(tls, **answers))  # type: ignore[arg-type]  # its own keywords
            settings.MAIL_OUT = f"smtp+starttls://localhost:{server.port}"
            return server

        yield start


@pytest.fixture
def run_line(db: None) -> Callable[[], None]:
    """Bring every mail that is due to its place."""

    def run() -> None:
        for identity in Incoming.objects.values_list("pk", flat=True):
            line.process(identity)

    return run


@pytest.fixture
def run_import(tmp_path: Path) -> Import:
    """Import these mails, from an mbox, or what is at this path; gives the report."""

    def run(*mails: bytes, options: tuple[str, ...] = (), path: Path | None = None) -> str:
        said = io.StringIO()
        archive = path or mbox(tmp_path / "archive", *mails)
        call_command("import_mail", str(archive), *options, stdout=said, stderr=io.StringIO())
        return said.getvalue()

    return run
