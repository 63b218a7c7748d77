"""One step with its numbers: what is written is what was computed."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest
from cases import NAMES, case

import workbench as wb

OPERATORS = {"sigmoid": wb.functions.sigmoid, "tanh": np.tanh}


def evaluated(text):
    """Evaluate the plain text of an expression with numbers, as a student with a calculator."""
    scope = {name: f for name, f in wb.functions.FUNCTIONS.items()}
    return float(eval(text.replace("^", "**"), {"__builtins__": {}}, scope))


@pytest.mark.parametrize("name", NAMES)
def test_the_numbers_put_in_give_the_value(name):
    for k in range(5):
        c = case(name, ("worked", k), time=4, batch=2)
        trace = c.run()
        worked = trace.worked(2, batch=1)
        for line, (row, numbers, value) in zip(worked.lines, rows(worked), strict=True):
            exact = trace[line.name][2, 1, line.unit or 0]
            assert row in (line.name, "")
            assert float(value) == pytest.approx(exact, rel=6e-4, abs=1e-12)
            # Four digits of each number are shown: the sum of a few keeps about three.
            assert evaluated(numbers) == pytest.approx(exact, rel=0.05, abs=6e-3)


def rows(worked):
    from workbench.targets.notation import Text

    for name, (equation, numbers, value) in worked.written(Text()):
        numbers = numbers.split(" = ")[1] if " = " in numbers else numbers
        yield (name if equation else ""), numbers, value


def test_the_worked_example_by_hand():
    """Two inputs, one unit, W = (0.5, -1), U = 0.25, b = 0.1: done with pencil and paper."""
    net = wb.Recurrent("elman", 2, 1)
    net.parameters["W"], net.parameters["U"] = [[0.5, -1.0]], [[0.25]]
    net.parameters["b"] = [0.1]
    trace = net.run([[1.0, 2.0], [3.0, 1.0]])
    assert trace.h[0, 0] == pytest.approx(np.tanh(-1.4), rel=1e-15)
    text = str(trace.worked(1))
    assert "h[t] = tanh(W @ x[t] + U @ h[t-1] + b)" in text
    assert "(0.5 * 3 + (-1) * 1) + 0.25 * (-0.8854) + 0.1" in text
    assert text.endswith("= 0.3615")  # tanh(0.5 - 0.22134 + 0.1) = 1.13256 / 3.13256


def test_all_units_are_written_out_when_they_are_few_and_one_when_they_are_many():
    few = wb.Recurrent("lstm", 2, 3).run(np.ones((2, 2))).worked(0)
    many = wb.Recurrent("lstm", 2, 5).run(np.ones((2, 2)))
    assert [line.unit for line in few.lines if line.name == "f"] == [0, 1, 2]
    assert [line.unit for line in many.worked(0).lines if line.name == "f"] == [0]
    assert [line.unit for line in many.worked(-1, unit=4).lines if line.name == "f"] == [4]


def test_a_clamped_line_shows_the_value_it_was_given():
    trace = wb.Recurrent("lstm", 2, 1).run(np.ones((3, 2)), clamp={"f": 0.25})
    f = [line for line in trace.worked(1).lines if line.name == "f"]
    assert [line.value for line in f] == [0.25]


@pytest.mark.parametrize("name", NAMES)
def test_latex_is_balanced_and_mathml_well_formed(name):
    worked = case(name, "written", time=3, batch=1).run().worked(1)
    latex = worked._repr_latex_()
    assert latex.count("{") == latex.count("}")
    assert latex.count(r"\left(") == latex.count(r"\right)")
    for _, parts in worked.mathml:
        for part in parts:
            ElementTree.fromstring(f"<math>{re.sub('&#[0-9]+;', '', part)}</math>")
