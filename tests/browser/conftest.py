"""Debian's Chromium, and the pages of the invented region served to it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.conftest import skip_or_fail
from tests.support.pages.invented_editions import publish_editions
from tests.support.pages.served import fill, migrate, pages_of, served

# No sandbox: tests often run as root in a container. No calls home: the pages need no internet.
CHROMIUM_OPTIONS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--lang=nl",
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Return one browser for all pages; it ends with them, and its event loop with it."""
    program = shutil.which("chromium")
    if program is None:
        skip_or_fail("chromium is not installed (apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(CHROMIUM_OPTIONS))
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def site(module_database: str) -> Iterator[str]:
    """Return the address at which the pages are served."""
    migrate(module_database)
    fill(module_database)
    publish_editions(module_database)
    with pages_of(module_database) as app, served(app) as address:
        yield address
