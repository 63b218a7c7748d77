"""Chromium for the tests of the explorers."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from browser import Pages, chromium, watched_pages

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    """A running Chromium; skips the test where there is none, fails it in CI.

    It ends with the file of tests: while it runs, no notebook can run in the same process.
    """
    with chromium() as running:
        yield running


@pytest.fixture
def open_page(browser) -> Iterator[Pages]:
    """Opens pages (see `Pages`); an error in any of them, uncaught or logged, fails the test."""
    with watched_pages(browser) as pages:
        yield pages
