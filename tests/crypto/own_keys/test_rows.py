"""What the desk writes down of its own keys, with real gpg."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from crypto.errors import GnupgError
from crypto.gnupg import stop_agent
from crypto.models import DeskKey, RetiredSubkey
from crypto.own_keys import rows as desk_keys
from crypto.own_keys.making import OwnKey, OwnSubkey
from crypto.own_keys.rekeying import extend_key, replace_subkeys
from crypto.own_keys.rows import (
    KeyWarning,
    claim_warning,
    destroy_due,
    due_subkeys,
    key_warnings,
    plan_rotation,
    refresh_desk_keys,
    rotate_key,
)
from tests.crypto.own import NOW, changeable_home, mail_to, opens, the_key
from tests.keyrings import DESK, DORA

pytestmark = pytest.mark.django_db
YEAR, DAY = timedelta(days=365), timedelta(days=1)


@pytest.fixture
def home() -> Iterator[Path]:
    with changeable_home() as home:
        yield home


def rotated(home: Path, *, now: datetime = NOW) -> RetiredSubkey:
    """The row of the old subkey after a rotation."""
    plan = plan_rotation(home, DESK, until=now + 2 * YEAR, destroy_after=now + 180 * DAY, now=now)
    rotate_key(home, plan, now=now)
    return RetiredSubkey.objects.latest("pk")


def ending(home: Path, end: datetime, *, now: datetime = NOW) -> DeskKey:
    """The row of a key that ends then."""
    key = the_key(home)
    extend_key(home, key, key.subkeys, until=end, now=now)
    refresh_desk_keys(home, used=[DESK], now=now)
    return DeskKey.objects.get()


def warnings(now: datetime) -> list[tuple[int, str]]:
    return [(each.days, each.trouble) for each in key_warnings(DeskKey.objects.all(), now=now)]


def test_a_key_is_written_down_with_its_end(home: Path) -> None:
    row = ending(home, NOW + YEAR)
    assert (row.fingerprint, row.address, row.expires, row.trouble) == (
        DESK,
        "desk@desk.example",
        NOW + YEAR,
        "",
    )
    assert row.checked == NOW
    refresh_desk_keys(home, used=[DESK], now=NOW + DAY)
    assert DeskKey.objects.get().checked == NOW + DAY


def test_a_key_that_is_used_and_not_there_is_missing(home: Path, tmp_path: Path) -> None:
    refresh_desk_keys(home, used=[DESK, DORA], now=NOW)
    assert dict(DeskKey.objects.values_list("fingerprint", "trouble")) == {DESK: "", DORA: "missing"}
    refresh_desk_keys(tmp_path / "nothing", used=[DESK], now=NOW + DAY)
    assert set(DeskKey.objects.values_list("trouble", "checked")) == {("missing", NOW + DAY)}
    refresh_desk_keys(home, used=[DESK], now=NOW + 2 * DAY)
    assert DeskKey.objects.get(fingerprint=DESK).trouble == ""


def test_a_secret_that_is_gone_is_missing(home: Path) -> None:
    (home / "private-keys-v1.d" / f"{the_key(home).subkeys[0].keygrip}.key").unlink()
    stop_agent(home)
    refresh_desk_keys(home, used=[], now=NOW)
    assert DeskKey.objects.get().trouble == "missing"


@pytest.mark.parametrize(
    ("days", "said"),
    [(400, []), (61, []), (60, [(60, "")]), (14, [(14, "")]), (0, [(0, "expired")]), (-3, [(0, "expired")])],
)
def test_an_end_is_said_from_sixty_days_ahead(home: Path, days: int, said: list[tuple[int, str]]) -> None:
    ending(home, NOW + 500 * DAY)
    assert warnings(NOW + (500 - days) * DAY) == said


@pytest.mark.parametrize(
    ("days", "threshold"), [(60, 60), (31, 60), (30, 30), (15, 30), (14, 14), (8, 14), (7, 7), (0, 7)]
)
def test_days_are_counted_in_four_steps(days: int, threshold: int) -> None:
    assert KeyWarning(DESK, "", days, "").threshold == threshold
    assert KeyWarning(DESK, "", days, "revoked").threshold == 0


def test_each_step_is_claimed_once(home: Path) -> None:
    ending(home, NOW + 100 * DAY)

    def claimed(days: int, trouble: str = "") -> bool:
        return claim_warning(KeyWarning(DESK, "", days, trouble))

    assert [claimed(50), claimed(40), claimed(30), claimed(30), claimed(5), claimed(5)] == [
        *(True, False, True, False, True, False),
    ]
    assert [claimed(0, "expired"), claimed(0, "expired")] == [True, False]


def test_a_key_with_more_time_is_warned_of_anew(home: Path) -> None:
    row = ending(home, NOW + 10 * DAY)
    claim_warning(KeyWarning(DESK, "", 10, ""))
    refresh_desk_keys(home, used=[DESK], now=NOW + DAY)
    row.refresh_from_db()
    assert row.warned == 14
    assert ending(home, NOW + 40 * DAY, now=NOW + 2 * DAY).warned is None


def test_a_key_that_ended_keeps_its_end_and_is_said_once(home: Path) -> None:
    ending(home, NOW + 10 * DAY)
    for later in (11, 12):
        refresh_desk_keys(home, used=[DESK], now=NOW + later * DAY)
        row = DeskKey.objects.get()
        assert (row.trouble, row.expires) == ("expired", NOW + 10 * DAY)
        assert claim_warning(KeyWarning(DESK, "", 0, "expired")) is (later == 11)


def test_an_old_subkey_is_written_down_and_destroyed_when_its_time_is_over(home: Path) -> None:
    message = mail_to(home, the_key(home).subkeys[0].fingerprint, now=NOW)
    row = rotated(home)
    old = the_key(home).subkeys[0]
    assert (row.fingerprint, row.desk_key.fingerprint) == (old.fingerprint, DESK)
    assert (destroy_due(home, now=NOW + 179 * DAY), opens(home, message)) == (0, True)
    assert (destroy_due(home, now=NOW + 180 * DAY), opens(home, message)) == (1, False)
    assert destroy_due(home, now=NOW + 181 * DAY) == 0
    row.refresh_from_db()
    assert row.destroyed == NOW + 180 * DAY


def test_what_is_old_already_is_not_retired_twice(home: Path) -> None:
    first = rotated(home)
    second = rotated(home, now=NOW + YEAR)
    assert first.fingerprint != second.fingerprint
    assert RetiredSubkey.objects.count() == 2
    assert the_key(home, now=NOW + YEAR + DAY).trouble(NOW + YEAR + DAY) == ""


def test_a_rotation_that_fails_writes_nothing_down(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*given: object, **options: object) -> None:
        raise GnupgError("gpg made no subkey")

    monkeypatch.setattr(desk_keys, "replace_subkeys", fail)
    with pytest.raises(GnupgError):
        rotated(home)
    assert not RetiredSubkey.objects.exists()


def test_what_a_killed_rotation_left_is_retired_by_the_next(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def be_killed(
        home: Path, key: OwnKey, old: Sequence[OwnSubkey], *, until: datetime, now: datetime
    ) -> None:
        replace_subkeys(home, key, old, until=until, now=now)
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(desk_keys, "replace_subkeys", be_killed)
        with pytest.raises(SystemExit):
            rotated(home)
    left = {each.fingerprint for each in the_key(home).subkeys}
    assert (len(left), RetiredSubkey.objects.count()) == (2, 0)
    rotated(home, now=NOW + DAY)
    assert set(RetiredSubkey.objects.values_list("fingerprint", flat=True)) == left
    later = NOW + 2 * DAY
    (current,) = (each for each in the_key(home, now=later).subkeys if each.is_living(later))
    assert current.fingerprint not in left
    assert destroy_due(home, now=NOW + 181 * DAY) == 2


def test_what_cannot_be_destroyed_is_tried_again(
    home: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    row = rotated(home)
    RetiredSubkey.objects.update(fingerprint=the_key(home).subkeys[1].fingerprint)
    with caplog.at_level(logging.ERROR):
        assert destroy_due(home, now=NOW + YEAR) == 0
    assert "was not destroyed: mail is still encrypted to this subkey" in caplog.text
    assert list(due_subkeys(NOW + YEAR)) == [row]


def test_a_key_that_cannot_be_changed_is_not_rotated() -> None:
    with changeable_home("desk", "dora-expired") as home:
        with pytest.raises(GnupgError, match="has ended"):
            plan_rotation(home, DORA, until=NOW + YEAR, destroy_after=NOW + YEAR, now=NOW)
        (home / "private-keys-v1.d" / f"{the_key(home).keygrip}.key").unlink()
        stop_agent(home)
        with pytest.raises(GnupgError, match="primary secret key"):
            plan_rotation(home, DESK, until=NOW + YEAR, destroy_after=NOW + YEAR, now=NOW)
