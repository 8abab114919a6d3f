"""One local stack for the whole run, and an empty database for whoever asks.

The stack is imported inside the fixtures, so that fast tests do not pay for it.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings as hypothesis_settings

if TYPE_CHECKING:
    from hub.local.endpoints import Endpoints
    from hub.local.stack import LocalStack

MARKED_FOLDERS = ("integration", "crash", "browser")
TESTS = Path(__file__).parent

# Fifty examples on every check; HYPOTHESIS_PROFILE=long for a night. A busy machine is slow, which
# says nothing about an example, so there is no deadline. The blob repeats a failure elsewhere.
hypothesis_settings.register_profile("check", max_examples=50, deadline=None, print_blob=True)
hypothesis_settings.register_profile("long", max_examples=5_000, deadline=None, print_blob=True)
hypothesis_settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "check"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests by their folder, so that nobody can forget it."""
    for item in items:
        folder = item.path.relative_to(TESTS).parts[0]
        if folder in MARKED_FOLDERS:
            item.add_marker(folder)


def skip_or_fail(reason: str) -> None:
    """Skip a test that this machine cannot run; in CI that is a failure, never silence."""
    if os.environ.get("CI"):
        pytest.fail(f"CI must run this: {reason}", pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def local_stack(request: pytest.FixtureRequest) -> Iterator[LocalStack]:
    """Return a started stack of its own; for tests that stop or kill one of its servers.

    Its data is removed afterwards, unless a test failed: then its logs may say why.
    """
    from hub.local.errors import DownloadFailed, PackagesMissing
    from hub.local.stack import LocalStack, StackSettings, erase

    data = Path(tempfile.mkdtemp(prefix="radar-test-stack-"))
    settings = StackSettings.from_environment(data, durable=False)
    stack = LocalStack(settings)
    with stack:
        try:
            stack.start(lambda step, seconds: print(f"{step}: {seconds:.1f} s"))
        except (PackagesMissing, DownloadFailed) as error:
            skip_or_fail(str(error))
        yield stack
    if request.session.testsfailed:
        print(f"\nthe stack's data and logs are kept in {data}")
    else:
        erase(settings)


@pytest.fixture(scope="session")
def stack(local_stack: LocalStack) -> Endpoints:
    """Return the addresses of the session's Kafka, registry and PostgreSQL."""
    return local_stack.endpoints


@pytest.fixture
def database(stack: Endpoints) -> Iterator[str]:
    """Return the connection string of an empty database for one test."""
    from tests.support.databases import drop_database, fresh_database

    url = fresh_database(stack)
    yield url
    drop_database(stack, url)


@pytest.fixture(scope="module")
def module_database(stack: Endpoints) -> Iterator[str]:
    """Return the connection string of an empty database shared by one module's tests."""
    from tests.support.databases import drop_database, fresh_database

    url = fresh_database(stack)
    yield url
    drop_database(stack, url)
