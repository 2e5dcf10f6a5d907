"""Columns with choices: the database knows the same words as the code, and refuses all others."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from tests.desk.rows import new_ticket
from tickets.models import Event, Queue

MODELS = [*apps.get_app_config("tickets").get_models(), *apps.get_app_config("crypto").get_models()]
# Languages are a setting of the desk, and what the database knew of them would be old with the next.
COLUMNS = [
    pytest.param(model, field, id=f"{model.__name__}.{field.name}")
    for model in MODELS
    for field in model._meta.concrete_fields
    if field.choices and field.name != "language"
]


def known(model: type[models.Model], name: str) -> set[str]:
    """What a constraint lets stand in a column."""
    for constraint in model._meta.constraints:
        if isinstance(constraint, models.CheckConstraint) and constraint.name.endswith(f"_{name}_known"):
            _, _, condition = constraint.deconstruct()
            (found,) = condition["condition"].deconstruct()[1]
            assert found[0] == f"{name}__in"
            return set(found[1])
    return set()


@pytest.mark.parametrize(("model", "field"), COLUMNS)
def test_the_database_knows_the_same_words(model: type[models.Model], field: models.Field[str, str]) -> None:
    words = {value for value, _ in field.flatchoices}
    assert known(model, field.name) == (words | {""} if field.blank else words)


@pytest.mark.django_db
def test_nothing_is_done_to_a_ticket_that_nobody_knows(queue: Queue) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Event.objects.create(ticket=new_ticket(queue), kind="dreamt", at=timezone.now())
