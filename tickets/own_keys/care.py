"""The daily look at the desk's own keys: what has changed is written down, people are warned, old subkeys destroyed."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from crypto.own_keys.rows import KeyWarning, claim_warning, destroy_due, is_unsaid, refresh_desk_keys
from tickets.actions.automatic.alert import Words, forget_alerts, keep_alerts, write_alerts
from tickets.models import Queue
from tickets.own_keys.warnings import warnings_of
from tickets.own_keys.words import end_in_words, trouble_in_words


def look_after_keys(now: datetime, *, may_destroy: bool = True) -> None:
    """May run any number of times: each warning is mailed once, each subkey destroyed once.

    A clock that jumped must not have a subkey destroyed before its time: there is no way back.
    """
    home = Path(settings.GNUPG_HOME)
    note_own_keys(now)
    for warning in warnings_of(Queue.objects.all(), now):
        if is_unsaid(warning):
            _say(warning, now)
    if may_destroy:
        destroy_due(home, now=now)
    forget_alerts(now)


def _say(warning: KeyWarning, now: datetime) -> None:
    """Where there is nobody to tell, it is still to be said."""
    alerts = write_alerts(partial(_words, warning), now=now)
    with transaction.atomic():
        if alerts and claim_warning(warning):
            keep_alerts(alerts)


def note_own_keys(now: datetime) -> None:
    """Write down what gpg says of the desk's own keys now."""
    used = set(Queue.objects.values_list("fingerprint", flat=True))
    refresh_desk_keys(Path(settings.GNUPG_HOME), used=used, now=now)


def _words(warning: KeyWarning) -> Words:
    """The desk's own addresses and keys are public; of nobody else is anything said."""
    lines = [
        f"{warning.address} 0x{warning.fingerprint}".strip(),
        trouble_in_words(warning.trouble) if warning.trouble else end_in_words(warning.days),
        "",
        _(
            "Somebody who runs the desk has to look after it. 'manage.py desk_key list' says how it is,\n"
            "'manage.py desk_key extend' gives a key more time."
        ),
        "",
        _("This is an automatic message to the coordinators of the desk."),
    ]
    return Words(_("A key of the help desk needs care"), "\n".join(lines))
