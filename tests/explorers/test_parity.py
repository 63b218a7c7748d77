"""The written JavaScript beside the CPU kernels in a browser; tests/targets has more in Node.js."""

import json
from pathlib import Path

import pytest
from cases import CELLS, NAMES, case
from written import DRIVER, arrays, compare, expected, groups_as_text, job

pytestmark = pytest.mark.browser

NETWORK = Path(__file__).parents[2] / "workbench" / "explorers" / "web" / "src" / "network.js"
# The driver and the module that it imports, from memory: a page from nowhere can open no file.
RUN = """
async ([network, driver, path, groups]) => {
  const urlOf = (text) => URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  const { answer } = await import(urlOf(driver.replace(path, urlOf(network))));
  return JSON.stringify(await answer(JSON.parse(groups)));
}
"""


def test_every_cell_gives_in_chromium_what_the_kernels_give(open_page):
    made = {name: [case(name, ("page", k)) for k in range(3)] for name in NAMES}
    groups = [(CELLS[name], [job(c) for c in own]) for name, own in made.items()]
    driver = DRIVER.read_text(encoding="utf-8")
    path = "../workbench/explorers/web/src/network.js"
    assert path in driver
    given = [NETWORK.read_text(encoding="utf-8"), driver, path, groups_as_text(groups)]
    answers = json.loads(open_page().evaluate(RUN, given))
    for (name, own), group in zip(made.items(), answers, strict=True):
        for k, (c, got) in enumerate(zip(own, group, strict=True)):
            compare(arrays(got), expected(c), (name, k))
