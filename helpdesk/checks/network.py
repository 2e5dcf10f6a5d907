"""System checks of what the desk may ask the network for, and through which proxy."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, register

from helpdesk.checks.refusal import TAG, refused
from helpdesk.lib.hosts import RefusedAddressError, public_host
from helpdesk.lib.web import PROXY_SCHEME


@register(TAG)
def check_look_ups(app_configs: Sequence[AppConfig] | None, **options: object) -> Iterator[CheckMessage]:
    """Keys are looked up through a proxy that hides who asks, or not at all."""
    proxy = urlsplit(settings.LOOKUP_PROXY)
    if settings.LOOKUP_PROXY and (proxy.scheme != PROXY_SCHEME or not proxy.hostname):
        yield refused(
            30,
            "LOOKUP_PROXY must begin with socks5h://, so that the proxy looks names up, too; for Tor it is"
            " socks5h://127.0.0.1:9050.",
        )
    if settings.KEYSERVER and not _may_be_asked(settings.KEYSERVER):
        yield refused(31, "KEYSERVER must be https:// and a public host name, or empty for none.")
    if settings.LOOKUP_CA_FILE and not os.access(settings.LOOKUP_CA_FILE, os.R_OK):
        yield refused(32, "LOOKUP_CA_FILE cannot be read. Name a readable PEM file, or leave it out.")


def _may_be_asked(url: str) -> bool:
    try:
        public_host(url)
    except RefusedAddressError:
        return False
    return True
