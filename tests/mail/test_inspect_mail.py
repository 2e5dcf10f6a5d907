"""The command that shows what the line makes of a mail."""

from __future__ import annotations

import io
import json
from contextlib import nullcontext
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command

from tests.keyrings import secret_home
from tickets.mail import inspection
from tickets.mail.letter import SetAside

ROOT = Path(__file__).resolve().parents[1]
MAILS = ROOT / "mails"
KEYS_OF_THE_OBJECT = {
    "file", "error", "outcome", "reason", "machine", "from", "to", "cc", "reply_to", "subject", "subject_protected",
    "message_id", "references", "date", "text", "answer", "html", "language", "attachments", "encryption", "signature",
    "keys", "report",
}  # fmt: skip


def inspected(*files: Path, keys: Path | None = None) -> list[dict[str, object]]:
    output = io.StringIO()
    arguments = ["--keys", str(keys)] if keys else []
    with nullcontext() if all(file.exists() for file in files) else pytest.raises(CommandError):
        call_command("inspect_mail", *map(str, files), *arguments, stdout=output)
    found = [json.loads(line) for line in output.getvalue().splitlines()]
    assert all(set(each) == KEYS_OF_THE_OBJECT for each in found)
    return found


@pytest.fixture
def desk_folder(tmp_path: Path) -> Path:
    (tmp_path / "desk.asc").write_bytes((ROOT / "keys" / "desk.secret.asc").read_bytes())
    return tmp_path


def test_each_file_is_an_object_with_every_key(desk_folder: Path, tmp_path: Path) -> None:
    missing = tmp_path / "missing.eml"
    answer, bounce, nothing = inspected(
        MAILS / "gmail-answer.eml", MAILS / "delivery-failed.eml", missing, keys=desk_folder
    )
    assert (answer["outcome"], answer["machine"], answer["language"]) == ("accepted", None, "pt")
    assert (bounce["outcome"], bounce["machine"]) == ("accepted", "bounce")
    assert (nothing["error"], nothing["outcome"], nothing["file"]) == (
        "FileNotFoundError",
        "quarantined",
        str(missing),
    )


def test_an_encrypted_mail_is_opened_with_the_given_keys(desk_folder: Path) -> None:
    (mail,) = inspected(MAILS / "encrypted-question.eml", keys=desk_folder)
    assert (mail["encryption"], mail["outcome"], mail["language"]) == ("ok", "accepted", "fr")
    assert (mail["subject"], mail["subject_protected"]) == ("L'imprimante ne répond plus", True)
    assert mail["from"] == [{"name": "Bob Bird", "address": "bob@user.example"}]
    assert mail["reply_to"] == []
    assert mail["signature"] == {"state": "none", "fingerprint": None}


def test_without_a_folder_the_desks_own_keys_are_used(settings: LazySettings) -> None:
    with secret_home("desk") as home:
        settings.GNUPG_HOME = home
        (mail,) = inspected(MAILS / "encrypted-question.eml")
    assert mail["encryption"] == "ok"


def test_a_mail_for_somebody_else_is_set_aside(tmp_path: Path) -> None:
    (tmp_path / "bob.asc").write_bytes((ROOT / "keys" / "bob.secret.asc").read_bytes())
    (mail,) = inspected(MAILS / "encrypted-question.eml", keys=tmp_path)
    assert (mail["outcome"], mail["reason"], mail["encryption"]) == ("set_aside", "no_key", "no_key")
    assert (mail["text"], mail["subject"]) == ("", "...")


def test_a_report_is_shown_with_the_language_of_its_words(desk_folder: Path, tmp_path: Path) -> None:
    text = (ROOT / "reports" / "5.15-french.txt").read_text("utf-8")
    head = "From: devnull@user.example\nSubject: Bug report: 0123456789abcdef0123456789abcdef\n"
    mail = tmp_path / "report.eml"
    mail.write_text(f"{head}Content-Type: text/plain; charset=utf-8\n\n{text}", "utf-8")
    (shown,) = inspected(mail, keys=desk_folder)
    report = shown["report"]
    assert isinstance(report, dict)
    assert report["language"] == "fr"
    assert "hardware" in report


def test_a_stop_before_the_letter_leaves_the_rest_empty(
    monkeypatch: pytest.MonkeyPatch, desk_folder: Path
) -> None:
    def stops(*_arguments: object) -> object:
        raise SetAside("elsewhere")

    monkeypatch.setattr(inspection, "open_mail", stops)
    (mail,) = inspected(MAILS / "html-only.eml", keys=desk_folder)
    assert (mail["outcome"], mail["reason"], mail["from"], mail["date"]) == (
        "set_aside",
        "elsewhere",
        [],
        None,
    )
