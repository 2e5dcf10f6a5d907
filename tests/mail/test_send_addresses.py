"""An address that SMTP would take for another, or for more than one, is never said to a mail server."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import LazySettings

from tickets.mail.send import Outcome, hand_over

GOOD = "ana@user.example"


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ana",
        "ana@user.example>\r\nRCPT TO:<eve@evil.example",
        "ana@user.example\n",
        "ana@user.example\0",
        "Ana <ana@user.example>",
        "(eve@evil.example) ana@user.example",
        "ána@user.example",
    ],
)
def test_an_address_that_is_not_only_itself_is_refused(
    address: str, tmp_path: Path, settings: LazySettings
) -> None:
    settings.MAIL_OUT = f"maildir://{tmp_path / 'outbox'}"
    assert hand_over(GOOD, address, b"x") == (Outcome.REFUSED, None)
    assert hand_over(address, GOOD, b"x") == (Outcome.REFUSED, None)
    assert not (tmp_path / "outbox").exists()
    assert hand_over(GOOD, GOOD, b"x") == (Outcome.ACCEPTED, None)
