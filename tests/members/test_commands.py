"""The command that appoints the first steward."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from members.models import Event, Person, RoleGrant

pytestmark = pytest.mark.django_db

MakePerson = Callable[..., Person]


def appoint(email: str) -> str:
    out = StringIO()
    call_command("appoint_first_steward", email, stdout=out)
    return out.getvalue()


def test_it_appoints_whoever_signs_in_with_the_address(make_person: MakePerson) -> None:
    ada = make_person("Ada", standing=False)
    assert appoint("ADA@example.org").startswith("Ada is a steward since")
    grant = RoleGrant.objects.get()
    assert (grant.person, grant.role, grant.basis) == (ada, "steward", "founding")
    assert Event.objects.get().program == "command:appoint_first_steward"


def test_it_names_an_address_nobody_has() -> None:
    with pytest.raises(CommandError, match="Nobody has signed up with this address"):
        appoint("nobody@example.org")


def test_it_ends_with_the_first_election(make_person: MakePerson) -> None:
    make_person("Ada", standing=False, role="scrutineer")
    with pytest.raises(CommandError, match="stewards now come from elections"):
        appoint("ada@example.org")
    assert RoleGrant.objects.count() == 1
