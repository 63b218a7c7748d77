"""Chapter 3 as a learner drives it, in JupyterLab in Chromium: wrong, named, a hint, right, kept.

`workbench lab` is the real one, with the notebooks that it copies; nothing is called from outside.
"""

import json
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import nbformat
import pytest
from browser import Pages, chromium, watched_pages
from chapters import FOLDER
from hands import Hands
from server import running_lab

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(os.name != "posix", reason="ends JupyterLab by a POSIX signal"),
]

SETTINGS = "config/lab/user-settings/@jupyterlab/apputils-extension/themes.jupyterlab-settings"
EMPTY = "    ...  # your lines; return a, h, y"
OLD_STATE = ("a = W @ x + U @ h + b", "y = V @ h + b_y", "h = np.tanh(a)", "return a, h, y")
RIGHT = ("a = W @ x + U @ h + b", "h = np.tanh(a)", "y = V @ h + b_y", "return a, h, y")
LOOK = """
box => {
  const luminance = text => {
    const parts = text.match(/[\\d.]+/g).map(Number);
    const [r, g, b] = parts.map(v => v / 255)
      .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = element => {
    for (; element; element = element.parentElement) {
      const color = getComputedStyle(element).backgroundColor;
      if (!/rgba\\(.*, 0\\)/.test(color) && color !== 'transparent') return color;
    }
    return 'rgb(255, 255, 255)';
  };
  const parts = [box, ...box.querySelectorAll('*')];
  const contrasts = parts.map(part => {
    const pair = [getComputedStyle(part).color, behind(part)].map(luminance).sort((a, b) => b - a);
    return (pair[0] + 0.05) / (pair[1] + 0.05);
  });
  return {
    wider: Math.max(...parts.map(part => part.scrollWidth - part.clientWidth)
      .filter((_, k) => getComputedStyle(parts[k]).display !== 'inline')),
    smallest: Math.min(...parts.map(part => parseFloat(getComputedStyle(part).fontSize))),
    contrast: Math.min(...contrasts),
    dark: luminance(behind(box)) < 0.5,
  };
}
"""


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    """A running Chromium; skips the tests where there is none, fails them in CI."""
    with chromium() as running:
        yield running


@pytest.fixture
def open_page(browser) -> Iterator[Pages]:
    """Opens pages; an error in any of them fails the test, unless the test takes it out."""
    with watched_pages(browser) as pages:
        yield pages


@pytest.fixture
def hands(tmp_path, open_page) -> Iterator[Hands]:
    """A learner before a JupyterLab that follows the browser's theme."""
    (tmp_path / SETTINGS).parent.mkdir(parents=True)
    (tmp_path / SETTINGS).write_text(json.dumps({"adaptive-theme": True}))
    with running_lab(tmp_path) as (_, address, token):
        page = open_page(width=1280, height=900, offline=False)
        yield Hands(page, address, token)
        page.goto("about:blank")  # before its server ends, which it would report


def starter() -> str:
    """The first starter of chapter 3."""
    book = nbformat.read(FOLDER / "03_bptt.ipynb", as_version=4)
    (source,) = (cell.source for cell in book.cells if cell.get("id") == "elman-step")
    assert EMPTY in source
    return source


def looks(page, box) -> list[dict]:
    """What the box looks like at both widths, in both themes."""
    seen = []
    for width in (960, 640):
        for scheme in ("light", "dark"):
            page.set_viewport_size({"width": width, "height": 800})
            page.emulate_media(color_scheme=scheme)
            light = "light => document.body.dataset.jpThemeLight === String(light)"
            page.wait_for_function(light, arg=scheme == "light")
            # Changed again before this has faded, JupyterLab takes it out twice, which fails.
            page.locator("#jupyterlab-splash").wait_for(state="detached")
            seen.append({"width": width, "scheme": scheme, **box.evaluate(LOOK)})
    page.set_viewport_size({"width": 1280, "height": 900})
    return seen


def test_a_learner_is_wrong_is_told_why_asks_and_gets_it_right(hands):
    hands.open("03_bptt.ipynb")
    for beginning in ("import workbench as wb", "W = np.array", "net = wb.Recurrent"):
        hands.run(hands.cell(beginning))
    function = hands.cell("def step(x, h, W, U, b, V, b_y)")
    asked = hands.cell('wb.check("elman.step", step)')

    def answer(lines):
        body = "\n".join(f"    {line}" for line in lines)
        hands.type_into(function, starter().replace(EMPTY, body))
        hands.run(function)
        return hands.run(asked)

    hands.run(function)
    assert "Your function returned None" in hands.run(asked)

    said = answer(OLD_STATE)
    assert "elman.step: not yet." in said
    assert "The first difference is in y at output 0." in said
    assert "the output was read from the old state: it comes one step late." in said
    assert said.endswith("0")  # the points of the cell

    box = asked.locator(".jp-OutputArea-output div[style]").first
    for seen in looks(hands.page, box):
        assert seen["dark"] == (seen["scheme"] == "dark"), seen
        assert seen["wider"] <= 0, seen
        assert seen["smallest"] >= 12, seen
        assert seen["contrast"] >= 4.5, seen

    _, hint = hands.below(asked, 'wb.hint("elman.step")')
    assert "hint 1 of 3" in hint

    said = answer(RIGHT)
    assert "Public cases passed" in said
    assert said.endswith("1")

    # A question that JupyterLab asks of whoever opens it first would lie over the page.
    assert hands.page.locator(".Toastify__toast").count() == 0

    hands.save()
    hands.open("00_index.ipynb")
    progress = hands.run(hands.cell("wb.exercises.progress()"))
    assert "Chapter 3: 1 of 5 passed" in progress
    assert "passed (tries 3, hints 1 of 3)" in progress
    pictures = hands.page.locator(".jp-MarkdownOutput td img")
    widths = pictures.evaluate_all("images => images.map(image => image.naturalWidth)")
    assert widths == [168] * 12
