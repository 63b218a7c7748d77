"""Equations as text, LaTeX and MathML, from one walk over the graph."""

from xml.etree import ElementTree

import pytest
from cases import CELLS, NAMES
from matplotlib.mathtext import MathTextParser

import workbench as wb
from workbench.targets.notation import Latex, MathML, Text, count_formula, digits, equations


@wb.cell
def brackets(x, h, W, U, b, *, rate=0.5):
    a = (W @ x - (U @ h - b)) * rate
    d = a / (1 + a * a) / (2 - a)
    e = -((a + d) ** 2) - -d
    h = rate * (a - (d - e)) + (1 - rate) * h
    return h


def test_brackets_stand_where_the_equations_need_them():
    text = equations(brackets.graph, Text())
    assert text["a"] == "a[t] = (W @ x[t] - (U @ h[t-1] - b)) * rate"
    assert text["d"] == "d[t] = a[t] / (1 + a[t] * a[t]) / (2 - a[t])"
    assert text["e"] == "e[t] = -(a[t] + d[t])^2 - (-d[t])"
    assert text["h"] == "h[t] = rate * (a[t] - (d[t] - e[t])) + (1 - rate) * h[t-1]"


def test_a_product_of_a_product_of_lines_keeps_its_operand_together():
    text = equations(wb.cells.gru.graph, Text())
    assert text["n"] == "n[t] = tanh(W.n @ x[t] + U.n @ (r[t] * h[t-1]) + b.n)"
    latex = equations(wb.cells.gru.graph, Latex())
    assert r"U_{n} \, \left(r_{t} \odot h_{t-1}\right)" in latex["n"]


@pytest.mark.parametrize("name", NAMES)
def test_latex_is_drawn_by_mathtext_and_mathml_is_well_formed(name):
    parser = MathTextParser("path")
    for line in equations(CELLS[name].graph, Latex()).values():
        assert parser.parse(f"${line}$").width > 0
    for line in equations(CELLS[name].graph, MathML()).values():
        ElementTree.fromstring(f"<math>{line}</math>")


def test_a_name_that_looks_like_markup_is_escaped():
    assert MathML().parameter("W.<b>") == "<msub><mi>W</mi><mi>&lt;b&gt;</mi></msub>"


@pytest.mark.parametrize(
    ("value", "text", "latex"),
    [
        (0.5, "0.5", "0.5"),
        (-1.23456, "-1.235", "-1.235"),
        (1.2e-7, "1.2e-7", r"1.2 \times 10^{-7}"),
        (3.4e12, "3.4e12", r"3.4 \times 10^{12}"),
        (0.0, "0", "0"),
        (float("nan"), "nan", r"\mathrm{NaN}"),
        (float("-inf"), "-inf", r"-\infty"),
    ],
)
def test_numbers_have_at_most_four_digits(value, text, latex):
    assert digits(value) == text
    assert Latex().number(value) == latex
    ElementTree.fromstring(MathML().number(value))


def test_a_negative_number_that_is_multiplied_has_brackets_in_every_style():
    net = wb.Recurrent("leaky", 1, 1, leak_rate=0.25, start={"W": 1.0})
    worked = net.run([[1.0]], {"h": [-1.0]}).worked(0)
    for style, minus in ((Text(), "(-1)"), (Latex(), r"\left(-1\right)")):
        assert minus in worked.written(style)[-1][1][1]
    assert "<mo>(</mo><mrow><mo>&#8722;</mo><mn>1</mn></mrow><mo>)</mo>" in worked.mathml[-1][1][1]


def test_parameter_counts_as_formulas():
    assert count_formula(wb.cells.lstm.graph) == "4 H I + 4 H^2 + 4 H"
    assert count_formula(wb.cells.jordan.graph) == "H I + 2 H y + H + y"
    assert count_formula(wb.cells.indrnn.graph) == "H I + 2 H"
