"""Node.js and Chromium for the tests that need them: found, started, and watched for errors.

Installs neither. Where one is missing, a test that asks for it is skipped with the reason, but
fails in continuous integration (CI in the environment), where it would otherwise go unnoticed.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

NO_NETWORK = "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"
CHROMIUM_OPTIONS = (
    "--no-sandbox",  # a container's root may not use it
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    f"--host-resolver-rules={NO_NETWORK}",
)


def missing(what: str) -> None:
    """Skip the test that is running because of what is missing; fail it in CI."""
    if os.environ.get("CI"):
        pytest.fail(what, pytrace=False)
    pytest.skip(what)


def find_program(name: str) -> str:
    """The path of a program (node, npm); skips or fails the test where there is none."""
    path = shutil.which(name)
    if path is None:
        missing(f"{name}: expected on PATH, got none (Node.js and npm are needed)")
    return path


def find_chromium() -> str:
    """The path of Chromium; skips or fails the test where there is none."""
    named = os.environ.get("WORKBENCH_CHROMIUM")
    names = [named] if named else ["chromium", "chromium-browser", "google-chrome"]
    path = next(filter(None, map(shutil.which, names)), None)
    if path is None:
        wanted = "WORKBENCH_CHROMIUM" if named else "Chromium"
        missing(f"{wanted}: expected a browser, got none at {', '.join(names)}")
    return path


@contextmanager
def chromium() -> "Iterator[Browser]":
    """A running Chromium that reaches this computer and nothing beyond it.

    While it runs, so does Playwright's event loop, in this thread: no other can be started.
    """
    path = find_chromium()
    from playwright.sync_api import sync_playwright  # most tests do without it

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[*CHROMIUM_OPTIONS])
        yield browser
        browser.close()


class Pages:
    """Opens pages: `open_page(width=640)`. `errors` lists what went wrong in all of them.

    A test that provokes an error checks it in `errors` and removes it (`errors.clear()`).
    """

    def __init__(self, browser: "Browser"):
        self.browser = browser
        self.contexts: list[BrowserContext] = []
        self.errors: list[str] = []

    def __call__(
        self,
        *,
        width: int = 960,
        height: int = 720,
        color_scheme: str = "light",
        reduced_motion: str = "no-preference",
        offline: bool = True,
        **more: Any,
    ) -> "Page":
        """An empty page in a window of its own, with no cookies or storage from another.

        width, height in CSS pixels; color_scheme "light" or "dark"; reduced_motion "reduce" or
        "no-preference"; offline=False lets it reach servers on this computer; `more` goes to
        Playwright's `new_context`.
        """
        context = self.browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=color_scheme,
            reduced_motion=reduced_motion,
            offline=offline,
            **more,
        )
        self.contexts.append(context)
        context.on("page", lambda page: page.on("pageerror", self.uncaught))
        context.on("console", self.heard)
        return context.new_page()

    def uncaught(self, error: Exception) -> None:
        """Keep an exception that nothing in a page has caught."""
        where = getattr(error, "stack", None) or ""
        self.errors.append(f"uncaught: {error}\n{where}")

    def heard(self, message: "ConsoleMessage") -> None:
        """Keep a message of the console if it is an error."""
        # JupyterLab asks for `attachment:NAME` before it puts the picture itself there.
        attached = message.location.get("url", "").startswith("attachment:")
        if message.type == "error" and not attached:
            self.errors.append(f"console: {message.text}")

    def close(self) -> None:
        """Close every page once what it has begun in this turn of its event loop is done."""
        for context in self.contexts:
            for page in context.pages:
                page.evaluate("new Promise(done => setTimeout(done))")
            context.close()


@contextmanager
def watched_pages(browser: "Browser") -> Iterator[Pages]:
    """Pages that are closed at the end; fails then if any of them met with an error."""
    pages = Pages(browser)
    try:
        yield pages
    finally:
        pages.close()
    if pages.errors:
        pytest.fail("errors in the page:\n" + "\n".join(pages.errors), pytrace=False)
