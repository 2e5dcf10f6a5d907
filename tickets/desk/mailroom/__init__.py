"""The mail room: one page that says whether mail comes in, is filed and goes out, and what to do where it does not."""

from __future__ import annotations
