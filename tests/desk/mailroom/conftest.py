"""What the tests of the mail room share: Carol, who coordinates, and works on no queue."""

from __future__ import annotations

import pytest
from django.test import Client

from helpdesk.models import User
from tests.desk.rows import browser_of


@pytest.fixture
def carol(db: None) -> User:
    """The coordinator."""
    return User.objects.create_user("carol", first_name="Carol", is_coordinator=True)


@pytest.fixture
def room(carol: User) -> Client:
    """A browser in which Carol is signed in."""
    return browser_of(carol)
