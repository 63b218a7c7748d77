"""A learner's hands in JupyterLab: opens a notebook, runs its cells, types into them, reads.

Everything goes through the page, by keyboard and pointer. Judges nothing.
"""

import re
import time

IDLE = re.compile(r"\| Idle$")
WAIT = 120  # seconds: a kernel starts, and compiles with an empty cache


class Hands:
    """One page of JupyterLab with one notebook open."""

    def __init__(self, page, address, token):
        self.page, self.address, self.token = page, address, token

    def open(self, notebook):
        """Open a notebook and wait until the bar below it says that its kernel is idle."""
        self.page.goto(f"{self.address}/lab/tree/{notebook}?reset&token={self.token}")
        bar = self.page.locator("#jp-main-statusbar").get_by_text(IDLE)
        bar.wait_for(timeout=1000 * WAIT)

    def cell(self, text):
        """The cell whose source has this text, brought into sight."""
        found = self.page.locator(".jp-Notebook .jp-CodeCell", has=self._source(text)).first
        found.scroll_into_view_if_needed()
        return found

    def _source(self, text):
        return self.page.locator(".jp-InputArea-editor", has_text=text)

    def type_into(self, cell, source):
        """Click into a cell, take out what is there, and write this."""
        cell.locator(".cm-content").click()
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(source)

    def run(self, cell):
        """Run a cell as Shift and Enter do; return what it shows, when it has ended."""
        cell.locator(".cm-content").click()
        before = self._number(cell)
        self.page.keyboard.press("Shift+Enter")
        until = time.monotonic() + WAIT
        while self._number(cell) in ("", "*", before):
            assert time.monotonic() < until, f"the cell did not end: {cell.inner_text()}"
            self.page.wait_for_timeout(50)
        return " ".join(cell.locator(".jp-OutputArea").inner_text().split())

    def _number(self, cell):
        prompt = cell.locator(".jp-InputPrompt").inner_text()
        return re.sub(r"[\[\]:\s]", "", prompt)

    def below(self, cell, source):
        """Put a new cell below this one, write into it, run it; return it and what it shows."""
        cell.locator(".cm-content").click()
        self.page.keyboard.press("Escape")
        self.page.keyboard.press("b")
        self.page.keyboard.press("Enter")
        self.page.keyboard.insert_text(source)
        new = self.cell(source)
        return new, self.run(new)

    def save(self):
        """Save the notebook and wait until it is."""
        self.page.keyboard.press("Escape")
        with self.page.expect_response(
            lambda answer: "/api/contents/" in answer.url and answer.request.method == "PUT"
        ):
            self.page.keyboard.press("Control+s")
