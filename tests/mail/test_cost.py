"""What one mail costs the database: each statement is paid for by every mail."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.mail.letters import keep, letter, mail
from tickets.mail import line
from tickets.mail.file import file_mail
from tickets.mail.keep import Origin, keep_mail
from tickets.mail.letter import Accepted, Attachment

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("queue")]
FRAME = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT")


def statements(asked: CaptureQueriesContext) -> list[str]:
    """Without those that only begin and end a transaction."""
    return [query["sql"] for query in asked if not query["sql"].startswith(FRAME)]


def test_a_plain_mail_of_somebody_new_costs_ten_statements() -> None:
    raw = mail()
    with CaptureQueriesContext(connection) as asked:
        line.process(keep_mail(raw, Origin("test")))
    assert len(statements(asked)) == 10


@pytest.mark.parametrize("number", [1, 20])
def test_files_cost_one_statement_however_many(number: int) -> None:
    incoming = keep()
    files = tuple(Attachment(f"{each}.txt", "text/plain", b"x") for each in range(number))
    with CaptureQueriesContext(connection) as asked:
        assert file_mail(incoming, Accepted(letter(attachments=files)))
    assert sum("INTO" in each and "tickets_attachment" in each for each in statements(asked)) == 1
