"""A trigger that a migration dropped would go unnoticed until it mattered; here it does not."""

import pytest
from django.db import IntegrityError, connection, transaction

from kernel.immutability import installed
from members.models import Event, Person
from tests.conftest import NOW, TEST
from tests.triggers import declared_triggers


@pytest.mark.django_db
def test_the_installed_triggers_are_the_declared_ones() -> None:
    there = "postgresql" if connection.vendor == "postgresql" else "sqlite"
    declared = {(t.table, t.name) for t in declared_triggers() if getattr(t, there)}
    assert declared
    assert installed(connection) == declared


@pytest.mark.django_db
def test_an_event_can_be_neither_changed_nor_deleted() -> None:
    event = Event.record("person.renamed", subject="person:1", by=TEST, at=NOW)
    for change in (
        lambda: Event.objects.filter(pk=event.pk).update(verb="other"),
        lambda: Event.objects.filter(pk=event.pk).delete(),
    ):
        with pytest.raises(IntegrityError, match="refused"), transaction.atomic():
            change()
    assert Event.objects.get().verb == "person.renamed"


@pytest.mark.django_db(transaction=True)
def test_flushing_leaves_every_trigger_in_place() -> None:
    Person.objects.create_user("flushed@example.org")
    test_an_event_can_be_neither_changed_nor_deleted()
