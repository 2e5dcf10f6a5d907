"""The clock: whether it may be believed by what cannot be undone, which is forgetting and the destruction of keys.

A clock that jumps a year ahead would have everything forgotten within the hour. The day of the newest epoch key is the
last day on which the desk was sure; the time since this process began is known without the clock.
"""

from __future__ import annotations

import time
from datetime import datetime

from crypto.vault import epoch_keys

A_DAY = 24 * 60 * 60
_began_at = time.time()
_began = time.clock_gettime(time.CLOCK_BOOTTIME)


def may_be_believed(now: datetime) -> bool:
    """False when it jumped by more than a day, under us or while nothing ran here.

    After a real pause of some days it is believed once this process has run for a day under it, and at once when a
    person makes the day's epoch key by `rotate_epoch_keys`.
    """
    running = time.clock_gettime(time.CLOCK_BOOTTIME) - _began
    if abs(now.timestamp() - _began_at - running) > A_DAY:
        return False
    newest = epoch_keys().newest_day()
    if newest is None:
        return True
    ahead = (now.date() - newest).days
    return ahead in {0, 1} or (ahead > 1 and running > A_DAY)
