"""Routing: which queue takes a ticket, by the address it was sent to and the language it is written in."""

from __future__ import annotations

from collections.abc import Iterable

from tickets.models import Queue


def queue_for(addresses: Iterable[str], language: str | None) -> Queue:
    """The queue of that language among those with one of these addresses, else their default.

    Raises Queue.DoesNotExist when no queue is set up at all.
    """
    queues = list(Queue.objects.order_by("-is_default", "pk"))
    wanted = {address.lower() for address in addresses}
    at_address = [queue for queue in queues if queue.address.lower() in wanted] or queues
    ranked = sorted(at_address, key=lambda queue: _distance(queue, language))
    if not ranked:
        raise Queue.DoesNotExist
    return ranked[0]


def _distance(queue: Queue, language: str | None) -> int:
    if language and queue.language == language:
        return 0
    if queue.is_default:
        return 1
    return 2 if not queue.language else 3
