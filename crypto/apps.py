"""The crypto app: keys, sealing, OpenPGP."""

from __future__ import annotations

from django.apps import AppConfig


class CryptoConfig(AppConfig):
    """Named, so that its tables are called crypto_*."""

    name = "crypto"
    default_auto_field = "django.db.models.BigAutoField"
