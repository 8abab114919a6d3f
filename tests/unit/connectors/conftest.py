from __future__ import annotations

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from connectors.gateway.app import GatewayDeps
from tests.support.gateway import NOBODY, client, gateway, gateway_pool


@pytest.fixture(scope="module")
def alone() -> Iterator[GatewayDeps]:
    """Return a gateway whose broker and database do not exist."""
    deps = gateway(gateway_pool(f"postgresql://nobody@{NOBODY}/nothing"), NOBODY)
    yield deps
    deps.close()


@pytest.fixture(scope="module")
def http(alone: GatewayDeps) -> Iterator[TestClient]:
    """Return the police's client of that gateway."""
    with client(alone) as opened:
        yield opened
