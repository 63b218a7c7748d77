"""The unfold explorer's formulas against the equations, its measures in Node.js."""

import json
import re
import subprocess
from pathlib import Path

import numpy as np
import pytest
from cases import CELLS, NAMES, case
from last_loss import loss_at_the_end, stacked_gradient

import workbench as wb
from workbench.explorers.formulas import formulas
from workbench.targets.notation import MathML, equations

DRIVER = Path(__file__).parent / "unfold_answer.js"


@pytest.mark.parametrize("name", NAMES)
def test_formulas_are_the_equations_and_their_blanks_name_what_the_cell_has(name):
    cell = CELLS[name]
    lines = formulas(cell)["lines"]
    assert {line["name"]: line["equation"] for line in lines} == equations(cell.graph, MathML())
    known = {
        "line": set(cell.graph.lines),
        "state": set(cell.states),
        "input": {"x"},
        "vector": set(cell.graph.parameters),
        "number": set(cell.graph.numbers),
        "product": {product["key"] for line in lines for product in line["products"]},
    }
    written = cell.source("module", "javascript")
    assert all(f"{json.dumps(key)}: " in written for key in known["product"])
    for line in lines:
        blanks = re.findall(r'data-kind="(\w+)" data-key="([^"]*)"', line["numbers"])
        assert all(key in known[kind] for kind, key in blanks)


def test_an_arrow_feeds_the_lines_that_read_it():
    lines = formulas(wb.cells.get("lstm"))["lines"]
    fed = {arrow: [n["name"] for n in lines if arrow in n["reads"]] for arrow in ("x", "h", "c")}
    assert fed == {"x": list("ifgo"), "h": list("ifgo"), "c": ["c"]}
    reset = next(line for line in formulas(wb.cells.get("gru"))["lines"] if line["name"] == "n")
    assert reset["products"][1]["operand"] == "r[t] \N{MIDDLE DOT} h[t\N{MINUS SIGN}1]"
    assert reset["products"][1]["reads"] == ["h"]


@pytest.mark.parametrize("name", NAMES)
def test_a_state_answers_to_those_before_it_as_the_jacobian_says(name):
    c = case(name, "unfold through", time=3, batch=1)
    jacobian = c.run().jacobian()[:, 0]
    ends = np.cumsum([c.initial[state].shape[1] for state in c.net.cell.states])
    place = dict(zip(c.net.cell.states, np.split(np.arange(ends[-1]), ends[:-1]), strict=True))
    back = formulas(c.net.cell)["back"]
    del back["input"]
    for before, chain in back.items():
        answering = [
            after
            for after in place
            if np.any(jacobian[:, place[after]][:, :, place[before]])
        ]  # fmt: skip
        assert chain["through"] == answering


def measured(node, jobs):
    done = subprocess.run(
        [node, DRIVER], input=json.dumps(jobs), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


@pytest.mark.browser
def test_measures_of_the_page_are_those_of_the_workbench(node):
    jobs, made = [], []
    for name in wb.cells.CELLS:
        c = case(name, "unfold", time=12, batch=1)
        c.x = c.x[:, 0]
        other = c.x.copy()
        other[3] += 0.5
        units = {state: c.initial[state].shape[1] for state in c.net.cell.states}
        back = [(t, s, j) for t in (1, 6, 11) for s, n in units.items() for j in (0, n - 1)]
        jobs.append(
            {
                "source": c.net.cell.source("module", "javascript"),
                "sizes": {k: int(v) for k, v in c.net.lengths.items()},
                "parameters": {k: a.ravel().tolist() for k, a in c.net.parameters.items()},
                "numbers": {k: float(v) for k, v in c.net.numbers.items()},
                "x": c.x.ravel().tolist(),
                "other": other.ravel().tolist(),
                "back": back,
            }
        )
        made.append((c, other, units, back))
    for (c, other, units, back), got in zip(made, measured(node, jobs), strict=True):
        trace = c.net.run(c.x)
        wanted = wb.measure.gradient_reach(trace)
        np.testing.assert_allclose(got["total"], wanted.total, rtol=1e-11)
        for state, norms in wanted.carried.items():
            np.testing.assert_allclose(got["carried"][state], norms, rtol=1e-11)
        output = c.net.cell.output
        moved = np.linalg.norm(trace[output] - c.net.run(other)[output], axis=1)
        np.testing.assert_allclose(got["changed"], moved, atol=1e-13)
        jacobian = trace.jacobian()
        offset = dict(zip(units, np.cumsum([0, *units.values()]), strict=False))
        dx = trace.bptt(loss_at_the_end(trace, c.net)).x
        for (t, _, feature), values in zip(back, got["byInput"], strict=True):
            wanted = dx[t, feature % dx.shape[1]]
            np.testing.assert_allclose(values, wanted, atol=1e-12)
        for (t, state, unit), value, columns in zip(back, got["back"], got["terms"], strict=True):
            column = jacobian[t][:, offset[state] + unit]
            np.testing.assert_allclose(np.concatenate(columns), column, atol=1e-12)
            expected = column @ stacked_gradient(trace, c.net, t)
            np.testing.assert_allclose(value, expected, atol=1e-12)
