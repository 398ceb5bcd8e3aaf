"""The API is what its description says: any request that it allows is answered as it says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from anyio.from_thread import start_blocking_portal
from hypothesis import HealthCheck, settings

from codeiod.web.app import make_app
from codeiod.web.openapi import document

NEVER_ENDS = "/api/events"

schema = schemathesis.openapi.from_dict(document()).exclude(path=NEVER_ENDS)


@pytest.fixture(scope="session")
def url(run_directory: Path, serving: Any, daemon_of: Any) -> Iterator[str]:
    """Serve beside the tests, which ask as any client does: without a loop of their own."""
    daemon = daemon_of(run_directory)
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(serving(daemon, max_item_bytes=1000)) as site,
    ):
        portal.call(site.found, "/api/samples")
        yield site.url


@schema.parametrize()
@settings(max_examples=20, derandomize=True, deadline=None, suppress_health_check=[*HealthCheck])
def test_any_request_is_answered_as_it_is_described(case: schemathesis.Case, url: str) -> None:
    """No request ends in a fault; what is allowed is accepted, what is not is refused."""
    case.call_and_validate(base_url=url)


def test_all_that_is_served_is_described(daemon: Any) -> None:
    """The description lists every address of the API."""
    resources = [resource.canonical for resource in make_app(daemon).router.resources()]
    served = {path for path in resources if path.startswith("/api/")} - {"/api/openapi.json"}
    assert served == document()["paths"].keys()
