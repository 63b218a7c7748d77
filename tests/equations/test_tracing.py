"""Tracing: what the graph knows of the equations, and one clear message for each wrong one."""

import linecache
import re

import numpy as np
import pytest
from cases import CELLS, NAMES

import workbench as wb
from workbench import functions


def typed(source, name="f"):
    """Make a cell of source text, as a notebook does."""
    file = f"<typed {hash(source)}>"
    linecache.cache[file] = len(source), None, source.splitlines(True), file
    scope = {n: getattr(functions, n) for n in (*functions.FUNCTIONS, "clip")}
    scope |= {"np": np, "math": __import__("math"), "cell": wb.cell}
    exec(compile(source, file, "exec"), scope)
    return wb.cell(scope[name])


def equations(*lines, signature="x, h, W, U, b"):
    body = "\n".join(f"    {line}" for line in lines)
    return typed(f"def f({signature}):\n{body}\n")


WRONG = [
    ("if h > 0: h = x", "no branches.*maximum, minimum or clip"),
    ("while h: h = x", "no branches"),
    ("h = x if h == 0 else h", "no branches"),
    ("h = max(W @ x, h)", "no branches.*maximum"),
    ("h = min(h, 1)", "no branches.*minimum"),
    ("h = np.tanh(W @ x)", r"use workbench\.functions\.tanh"),
    ("h = np.exp(b)", r"use workbench\.functions\.exp"),
    ("h = np.sum(h) + W @ x", "one unit at a time"),
    ("h = np.dot(W, x)", "write W @ x"),
    ("h = np.matmul(U, h)", "write W @ x"),
    ("h = np.sin(h)", r"np\.sin cannot be traced; the functions"),
    ("h = h + np.ones(3)", "hyper-parameters of its signature"),
    ("h = np.ones(3) * h", "NumPy arrays cannot stand in equations"),
    ("h = math.tanh(h)", r"workbench\.functions \(tanh"),
    ("h = float(h) + x", r"workbench\.functions"),
    ("h = swish(W @ x)", "unknown name 'swish'"),
    ("h = sigmod(W @ x)", "did you mean sigmoid"),
    ("h = tanh(z)", "unknown name 'z'"),
    ("h = a + W @ x; a = h", "a is used before it is computed"),
    ("h = sum(h) * x", "one unit at a time"),
    ("h = h.sum() * x", "one unit at a time"),
    ("h = h.mean() + x", "one unit at a time"),
    ("h = h[0] + x", "one unit at a time"),
    ("h = len(h) * x", "one unit at a time"),
    ("h = h.T", "one unit at a time"),
    ("h = W * x", "W is a matrix.*write W @ x"),
    ("h = tanh(W)", "W is a matrix"),
    ("h = h * W @ x", r"write \* \(W @ x\), with brackets"),
    ("h = h - U @ h / -W @ x", r"write - \(W @ x\), with brackets"),
    ("h = b @ x", "b is a vector.*upper-case"),
    ("h = W @ U", "not another matrix"),
    ("h = W @ b", "not a parameter"),
    ("h = W @ 3", "expected a vector, got 3"),
    ("h = W.i @ x + W @ h", "either W or W.name"),
    ("h = W @ x + W.i @ h", r"either W or W.name"),
    ("h = tanh(W @ x, h)", "expected 1 argument"),
    ("h = h + 'a'", "expected a vector or a number, got 'a'"),
    ("h = h + None", "expected a vector or a number, got None"),
    ("h = h + tanh", "expected a vector or a number, got tanh"),
    ("h = h ** h", "constant exponent"),
    ("h = 2 ** h", "constant exponent"),
    ("a = W @ x; a = a + b; h = tanh(a)", "a is bound twice"),
    ("b = tanh(W @ x); h = b", "b is a parameter already"),
    ("x = tanh(W @ x); h = x", "x is the input already"),
    ("h = 1 / 0 + x", "division by zero"),
    ("h = range(h)", "write the function|traced value"),
]


@pytest.mark.parametrize(("line", "message"), WRONG)
def test_a_wrong_line_is_shown_with_what_to_write(line, message):
    with pytest.raises(wb.EquationError, match=message) as raised:
        equations(line, "return h")
    text = str(raised.value)
    assert "\n" not in text
    assert text.startswith("f, line 2")
    assert line in text


RETURNS = [
    ("pass", "x, h, W, U, b", "return h.*got nothing"),
    ("return h", "x, h, c, W, U, b", "'return h, c'; got 1"),
    ("return h, h", "x, h, W, U, b", "'return h'; got 2"),
    ("return 1.0", "x, h, W, U, b", "state h: expected a vector, got 1.0"),
    ("return W", "x, h, W, U, b", "state h: expected a vector"),
    ("return c, h", "x, h, c, W, U, b", "order of the signature, 'return h, c'"),
]


@pytest.mark.parametrize(("line", "signature", "message"), RETURNS)
def test_states_are_returned_in_the_order_of_the_signature(line, signature, message):
    with pytest.raises(wb.EquationError, match=message):
        equations("h = tanh(W @ x)", line, signature=signature)


SIGNATURES = [
    ("x", "x, then the states"),
    ("x, W", "x, then the states"),
    ("W, x, h", "x, then the states"),
    ("x, h, *more", "no meaning"),
    ("x, h, W, *, rate", "expected a default"),
    ("x, h, W, *, rate='a'", "expected a default that is a number or a function"),
    ("x, h, W, **rest", "no meaning"),
    ("x, h, W, *, seed=1.0", "seed is an argument of Recurrent"),
]


@pytest.mark.parametrize(("signature", "message"), SIGNATURES)
def test_a_signature_of_another_form_is_refused(signature, message):
    with pytest.raises(wb.EquationError, match=message):
        equations("return h", signature=signature)


def test_a_size_that_cannot_be_names_the_line_that_ties_the_two():
    made = equations("a = tanh(W @ x)", "h = a * x", "return h")
    assert made.lengths(3, 3)["hidden_size"] == 3
    with pytest.raises(wb.EquationError, match=r"line 3: h = a \* x.*input_size 3.*hidden_size 4"):
        wb.Recurrent(made, 3, 4)


def test_the_trace_has_the_names_of_the_lines_and_the_states():
    made = equations("a = tanh(W @ x)", "k = 2 * 0.5", "old = h", "new = a + k * old", "return new")
    assert made.lines == ("a", "h")
    assert made.states == ("h",)
    assert made.graph.aliases == {"new": "h"}
    trace = wb.Recurrent(made, 2, 3).run(np.ones((4, 2)))
    assert trace["new"] is not None
    assert np.array_equal(trace["new"], trace.h)


def test_a_state_may_be_bound_again_and_a_constant_loop_unrolls():
    made = equations("for k in range(3): h = tanh(U @ h + W @ x)", "return h")
    once = equations("h = tanh(U @ h + W @ x)", "return h")
    net = wb.Recurrent(made, 2, 3, seed=1)
    single = wb.Recurrent(once, 2, 3, seed=1)
    x, h = np.ones(2), np.zeros(3)
    state = {"h": h}
    for _ in range(3):
        state = single.step(x, state)
    assert np.allclose(net.step(x)["h"], state["h"], atol=1e-15)


def test_one_vector_and_one_step_is_the_paper_s_own_reading():
    net = wb.Recurrent("lstm", 3, 4, seed=2)
    x, h, c = np.ones(3), np.full(4, 0.1), np.full(4, -0.2)
    new_h, new_c = wb.cells.lstm(x, h, c, **net.parameters.namespaces())
    state = net.step(x, {"h": h, "c": c})
    assert np.abs(state["h"] - new_h).max() < 1e-15
    assert np.abs(state["c"] - new_c).max() < 1e-15


def test_debuggers_and_coverage_keep_their_trace_function():
    import sys

    def mine(*_):
        return None

    sys.settrace(mine)
    try:
        equations("h = tanh(W @ x)", "return h")
        kept = sys.gettrace()
    finally:
        sys.settrace(None)
    assert kept is mine


COUNTS = {"elman": 20_096, "lstm": 80_384, "gru": 60_288, "gru_reset_after": 60_416}


@pytest.mark.parametrize("name", COUNTS)
def test_parameter_counts_of_the_literature(name):
    """28 inputs, 128 units: Keras reports 20,096 for SimpleRNN and 80,384 for LSTM."""
    assert CELLS[name].parameter_count(28, 128) == COUNTS[name]
    assert wb.Recurrent(name, 28, 128).parameters.count == COUNTS[name]


def test_multiplications_of_one_lstm_step_counted_by_hand():
    # Eight products of H x I or H x H, and f * c, i * g, o * tanh(c).
    assert wb.cells.lstm.multiply_count(3, 5) == 4 * 5 * 3 + 4 * 5 * 5 + 3 * 5


@pytest.mark.parametrize("name", NAMES)
def test_every_cell_shows_itself(name):
    shown = CELLS[name]
    for line in shown.lines:
        assert re.search(rf"^  {line}\[t\] = ", repr(shown), re.M)
    assert repr(shown).count("\n") >= len(shown.lines) + 2
    assert shown._repr_latex_().count("&=") == len(shown.lines)


def test_the_lstm_as_text_and_latex():
    text = repr(wb.cells.lstm)
    assert "i[t] = sigmoid(W.i @ x[t] + U.i @ h[t-1] + b.i)" in text
    assert "c[t] = f[t] * c[t-1] + i[t] * g[t]" in text
    assert "4 H I + 4 H^2 + 4 H parameters" in text
    latex = wb.cells.lstm._repr_latex_()
    assert r"c_{t} &= f_{t} \odot c_{t-1} + i_{t} \odot g_{t}" in latex
    assert r"h_{t} &= o_{t} \odot \tanh\left(c_{t}\right)" in latex


def test_equal_equations_have_one_digest_and_others_another():
    again = equations("h = tanh(W @ x + U @ h + b)", "return h")
    other = equations("h = tanh(W @ x + U @ h - b)", "return h")
    assert again.digest == wb.cells.elman.digest != other.digest


def test_a_cell_is_found_by_name_or_the_nearest_is_suggested():
    assert wb.cells.get("gru") is wb.cells.gru
    with pytest.raises(ValueError, match="did you mean 'lstm'"):
        wb.cells.get("lsmt")
    with pytest.raises(wb.EquationError, match="expected a Python function"):
        wb.cell(3)
