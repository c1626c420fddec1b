"""What the OpenAPI description says is so, of all that it allows and of much that it does not.

Schemathesis writes the requests, the same ones every time; they reach the site as a server passes
them on. Nothing that they do lasts.
"""

from __future__ import annotations

import copy
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import hypothesis
import pytest
import schemathesis
from django.core.cache import cache
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client
from schemathesis.config import SchemathesisConfig
from schemathesis.core.result import Ok
from schemathesis.pytest.lazy import get_all_tests

from governance.terms.models import Rendition
from tests.routes.scene import Role, Scene, set_scene
from tests.routes.walking import undone
from tests.world import World

CONFIG = SchemathesisConfig.from_dict(
    {
        "seed": 20261120,
        "base-url": "http://testserver",
        "generation": {"deterministic": True, "max-examples": 5, "no-shrink": True},
        "phases": {"stateful": {"enabled": False}},
        # What a body may hold is more than a schema can say: signatures, rules that contradict.
        "operations": [
            {
                "include-method": ["POST", "PUT"],
                "checks": {
                    "positive_data_acceptance": {
                        "expected-statuses": ["2xx", "400", "401", "403", "404", "409"]
                    }
                },
            }
        ],
    }
)
# From 1970 on, as the filters say: no schema can.
TIMES = ["2026-11-20T12:00:00Z", "1971-01-01T00:00:00.5+01:00", "2999-12-31T23:59:59Z", ""]
BUSY = [hypothesis.HealthCheck.too_slow, hypothesis.HealthCheck.filter_too_much]


_application = WSGIHandler()


def site(environ: dict[str, Any], start_response: Any) -> Any:
    """The site, told by its server who asks."""
    return _application({**environ, "REMOTE_ADDR": "192.0.2.1"}, start_response)


@pytest.fixture
def scene(world: World, caplog: pytest.LogCaptureFixture) -> Scene:
    # Thousands of refusals, none of which is news.
    caplog.set_level(logging.CRITICAL, logger="django")
    return set_scene(world)


@pytest.fixture
def described(scene: Scene) -> schemathesis.BaseSchema:
    """The description as it is served, knowing what there is: half of what it asks for is found."""
    served: dict[str, Any] = Client().get("/api/v1/schema/").json()
    for path, operations in served["paths"].items():
        for operation in operations.values():
            for parameter in operation.get("parameters", []):
                if parameter["in"] == "path":
                    there = _there_is(path, parameter["name"], scene)
                    parameter["schema"] = {"anyOf": [{"enum": there}, parameter["schema"]]}
                    parameter.pop("example", None)
                elif parameter["schema"].get("anyOf", [{}])[0].get("format") == "date-time":
                    parameter["schema"] = {"enum": TIMES}
    schema = schemathesis.openapi.from_dict(served, config=copy.deepcopy(CONFIG))
    schema.app = site
    return schema


def _there_is(path: str, name: str, scene: Scene) -> list[Any]:
    """What the parameter ``name`` may say in ``path`` and find something."""
    if name == "id":
        part = next(part for part in _ids(scene) if part in path)
        return [str(found) for found in _ids(scene)[part]]
    policies = Rendition.objects.filter(name="policy.jsonld").values_list("sha256", flat=True)
    talk = scene.talk
    found: dict[str, list[Any]] = {
        "slug": [scene.version.term_id],
        "version": [scene.version.version],
        "language": ["en"],
        "ending": ["soi"],
        "digest": [scene.version.sha256, *policies[:1]],
        "leaf_hash": [scene.entry.leaf_hash],
        "type": ["term.published", "term.status"],
        "flag": [str(talk.flag.pk)],
        "fault": [str(scene.named_fault.pk)],
        "comment": [str(talk.comment.pk), str(talk.own_comment.pk)],
        "payment": [str(scene.payment.uuid)],
        "entry": [str(scene.payment.entry_id)],
        "role": ["scrutineer"],
        "domain": ["shop.example"],
        "number": [talk.amendment.number, talk.own_amendment.number],
        "file": [str(scene.grants.file.pk)],
    }
    return found[name]


def _ids(scene: Scene) -> dict[str, list[Any]]:
    """What ``id`` may say, by what stands in the path; the first that does decides."""
    talk = scene.talk
    proposals = [scene.own, scene.idea, scene.supported, scene.comment.proposal, scene.election]
    return {
        "/polls/{id}/faults/{fault}/": [scene.named_fault.poll_id],
        "/polls/": [scene.open_poll.pk, scene.closed_poll.pk],
        "/drafts/": [talk.draft.pk],
        "/amendments/": [talk.discussed.pk],
        "/comments/{comment}/": [talk.discussed.pk],
        "/proposals/": [*(one.pk for one in proposals), talk.discussed.pk],
        "/books/entries/": [scene.payment.entry_id],
        "/books/vouchers/": [scene.voucher.pk, scene.own_voucher.pk],
        "/cases/": [scene.work.case.pk],
        "/desk/away/": [scene.world.steward.aways.get().pk],
        "/refunds/": [scene.work.refund.pk],
        "/grants/rounds/": [scene.grants.open.pk, scene.grants.read.pk],
        "/grants/projects/": [scene.grants.standing.pk],
        "/grants/mine/": [scene.grants.draft.pk, scene.grants.declined.pk],
        "/grants/applications/": [scene.grants.screened.pk, scene.grants.reviewed.pk],
        "/grants/awards/": [scene.awards.award.pk, scene.awards.offered.pk],
        "/grants/milestones/": [scene.awards.shown.pk, scene.awards.reached.pk],
        "/grants/payments/": [scene.awards.payment.pk],
        "/grants/bank-files/": [scene.awards.file.pk],
    }


@contextmanager
def _one_connection() -> Iterator[None]:
    """Keep the connection after each request: what the request did is taken back over it."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)


def test_the_description_holds(
    described: schemathesis.BaseSchema, scene: Scene, subtests: pytest.Subtests
) -> None:
    token = {"Authorization": f"Bearer {scene.secrets[Role.FULL]}"}

    @hypothesis.settings(suppress_health_check=BUSY, deadline=None)
    def holds(case: Any) -> None:
        # That nobody is answered without a token where one is needed is walked in test_routes.
        public = {} in case.operation.definition.raw.get("security", [{}])
        cache.clear()
        with _one_connection(), undone():
            case.call_and_validate(headers={} if public else token)

    # What its own decorator does for a fixture, which pytest 9.2 has no longer what it takes for.
    for found in get_all_tests(schema=described, test_func=holds, settings=None, given_kwargs=None):
        assert isinstance(found, Ok)
        operation, test = found.ok()
        with subtests.test(operation=operation.label):
            test()
