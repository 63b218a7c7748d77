"""Chapter 6: runs with empty starters and with solutions, and says what its prose says."""

import math
import re

import numpy as np
import pytest
from chapters import FOLDER

import workbench as wb

CHAPTER = FOLDER / "06_lstm.ipynb"
GUESSING = 10  # per cent


@pytest.fixture(scope="module")
def scope(notebook):
    """The names of the chapter after its network has been trained."""
    found = {}
    for cell in notebook.cells:
        if cell.id in ("imports", "train-one"):
            exec(cell.source, found)
    return found


def percents(text):
    """A row of numbers for every line that ends with percentages."""
    rows = [re.findall(r"([\d.]+)%", line) for line in text.splitlines()]
    return [[float(share) for share in row] for row in rows if row]


def logistic(b):
    return 1 / (1 + math.exp(-b))


def test_what_needs_an_empty_starter_says_so(starters):
    users = {cell for cell, text in starters.items() if "not written yet" in text}
    assert users == {"your-forward", "swapped-gates", "closing"}


def test_the_digits_are_as_many_as_the_prose_says(scope, solved):
    assert len(scope["seen"][1]) == 2000
    assert np.bincount(scope["asked"][1]).tolist() == [100] * 10
    x = scope["asked"][0]
    assert x.shape == (1000, 128, 28)
    assert not x[:, 28:].any()
    assert scope["test_labels"][0] == 2
    ((right,),) = percents(solved["train-one"])
    assert right > 70


def test_the_held_lines_do_in_the_live_picture_what_its_prose_says(scope, solved):
    def held(**lines):
        trace = scope["model"].run(scope["asked"][0][0], clamp={"lstm_1": lines})["lstm_1"]
        return np.abs(trace["c"]).mean(axis=1), np.abs(trace["h"]).mean(axis=1)

    free = held()
    assert min(free[0][28:].min(), free[1][28:].min()) > 0.1
    assert not np.any(held(i=0.0))
    wiped = held(f=0.0)
    assert wiped[0][28:].max() < 0.02 * free[0][28:].min()
    assert wiped[1][28:].max() < 0.02 * free[1][28:].min()
    hidden = held(o=0.0)
    assert not hidden[1].any()
    assert hidden[0][28:].min() > 0.05
    assert "Explorer" in solved["explore-gates"]
    assert "Explorer" in solved["explore-carousel"]


def test_a_strong_stripe_fades_when_its_forget_bias_is_dragged_to_0(scope):
    net, x = scope["model"].layers["lstm_1"].net, scope["asked"][0][0]
    free = np.abs(net.run(x)["c"][-1])
    for unit in np.argsort(free)[-5:]:
        own = net.parameters["b.f"][unit]
        net.parameters["b.f"][unit] = 0
        left = np.abs(net.run(x)["c"][-1])
        net.parameters["b.f"][unit] = own
        assert left[unit] < 0.3 * free[unit]
        assert not np.allclose(np.delete(left, unit), np.delete(free, unit), rtol=0.01)


def test_the_answer_goes_with_the_cell_state(solved):
    own, other_h, other_c = percents(solved["exchange-states"])
    assert own[0] > 70
    assert abs(other_h[0] - own[0]) < 3
    assert abs(other_c[1] - own[0]) < 3
    assert max(own[1], other_h[1], other_c[0]) < GUESSING + 5
    (without_h,), (without_c,) = percents(solved["without-c"])
    assert abs(without_h - own[0]) < 3
    assert without_c < own[0] / 2


def test_the_forget_gate_erases_and_the_others_do_not(solved):
    rows = percents(solved["who-may-erase"])
    f_shut, i_open, o_shut, i_shut, f_open = rows
    before = percents(solved["train-one"])[0][0]
    assert max(f_shut) < 35  # at once, and for good
    assert i_open[0] > before - 5
    assert i_open[1] < before - 25  # buried
    for harmless in (o_shut, i_shut, f_open):
        assert min(harmless) > before - 8


def test_the_learners_function_is_the_trained_network(solved):
    apart = [float(n) for n in re.findall(r"by (\S+)$", solved["your-forward"], flags=re.M)]
    assert len(apart) == 2
    assert max(apart) < 1e-4  # float32, over 128 steps


def test_near_5_the_half_life_is_a_hundred_steps(prose):
    f = 0.5 ** (1 / 100)
    assert round(math.log(f / (1 - f))) == 5
    assert f"Near 5 the gate is {f:.3f}" in prose
    assert math.log(2) * math.exp(5) == pytest.approx(
        math.log(0.5) / math.log(logistic(5)), rel=0.01
    )


def test_the_forget_bias_moves_the_lines_of_the_lstm_alone():
    x = wb.data.sunspots().inputs().x[-100:]
    given = wb.explore.carousel(bias=1.0).networks
    left = {name: wb.measure.gradient_left(net, x) for name, net in given.items()}
    assert left["Elman"][-1] < left["LSTM"][-1] / 100
    raised = wb.explore.carousel(bias=5.0).networks
    assert wb.measure.gradient_left(raised["LSTM"], x)[-1] > 1000 * left["LSTM"][-1]
    for name in ("GRU", "Elman"):
        np.testing.assert_array_equal(wb.measure.gradient_left(raised[name], x), left[name])


def test_the_chrono_start_is_spread_over_the_time_scales(scope, solved):
    f = 1 / (1 + np.exp(-scope["chrono"].forget))
    assert 2 <= (1 / (1 - f)).min() < (1 / (1 - f)).max() <= 128
    np.testing.assert_array_equal(scope["chrono"].input, -scope["chrono"].forget)
    lives = np.log(0.5) / np.log(f)
    assert f"{lives.min():.0f} to {lives.max():.0f} steps" in solved["chrono-half-lives"]
    assert f"{(1 - f).max():.3f} at most" in solved["chrono-half-lives"]


def gradient_table(said):
    """Name -> its numbers: all ways; and for an LSTM along c and the mean of |c|."""
    pattern = r"^(Elman|LSTM, [^\n]*?)  +(\d[-\de.]*)(?: +(\S+) +(\S+))?$"
    rows = re.findall(pattern, said, flags=re.M)
    return {name: [float(n) for n in numbers if n] for name, *numbers in rows}


def test_the_gradient_comes_the_ways_that_the_prose_says(solved):
    table = gradient_table(solved["gradient-left"])
    assert [len(row) for row in table.values()] == [1, 3, 3, 3]
    (elman,), usual, open_, shut = table.values()
    assert usual[1] < 1e-12 < 1e-4 < usual[0] < 0.05
    assert open_[0] < 0.1 < 0.4 < open_[1] < 0.6
    assert open_[2] > 5 > 1 > max(usual[2], shut[2])
    assert shut[0] > 0.1
    assert elman > 0.1


@pytest.mark.parametrize("bias", [(1, 0), (5, 0), (5, -5)])
def test_the_table_of_gradients_is_that_of_complex_steps(solved, scope, bias):
    forget, let_in = bias
    net = wb.Recurrent("lstm", 28, 32, seed=0, start={"b.f": forget, "b.i": let_in})
    weights = net.parameters.namespaces()
    x = np.array(scope["asked"][0][0], float)
    h, c = np.zeros(32), np.zeros(32)
    for x_t in x[:28]:
        h, c = wb.cells.lstm(x_t, h, c, **weights)
    # d(sum of the last h / sqrt(32)) / d(each of both states, 100 steps before), one at a time
    arrived = []
    for k in range(64):
        moved = np.concatenate([h, c]).astype(complex)
        moved[k] += 1e-30j
        a, b = moved[:32], moved[32:]
        for x_t in x[28:]:
            a, b = wb.cells.lstm(x_t, a, b, **weights)
        arrived.append(a.sum().imag / 1e-30 / np.sqrt(32))
    kept = 1.0
    for x_t in x[28:]:
        kept = kept / (1 + np.exp(-(weights["W"].f @ x_t + weights["U"].f @ h + weights["b"].f)))
        h, c = wb.cells.lstm(x_t, h, c, **weights)
    name = f"LSTM, b_f = {forget}" + (f", b_i = {let_in}" if let_in else "")
    told = [f"{np.linalg.norm(arrived):.0e}", f"{kept.mean():.0e}", f"{np.abs(c).mean():.3f}"]
    (row,) = [line for line in solved["gradient-left"].splitlines() if line.startswith(name + "  ")]
    assert row.removeprefix(name).split() == told


def test_both_gates_together_make_the_difference(solved):
    elman, usual, open_, both = percents(solved["who-learns"])
    assert [len(row) for row in (elman, usual, open_, both)] == [4] * 4
    assert max(elman) < 50
    assert max(usual) < 62
    assert max(open_) < 60
    assert min(both[:2]) > 65
    assert np.mean(both) > max(np.mean(row) for row in (elman, usual, open_)) + 20


def test_gates_in_a_wrong_order_are_as_good_as_guessing(solved):
    (wrong,), (right,) = percents(solved["swapped-gates"])
    assert wrong < 2 * GUESSING
    assert right == percents(solved["train-one"])[0][0]


def test_the_counts_are_those_of_the_lines(solved, prose):
    W, U, b = 128 * 28, 128 * 128, 128
    counts = 4 * (W + U + b), 4 * (W + U + 2 * b), W + U + b
    told = "one bias {:,}, two biases {:,}, an Elman layer {:,}\n".format(*counts)
    assert solved["counts"] == told
    assert f"{counts[0]:,} weights" in prose
    assert counts[0] == 4 * counts[2]


def test_the_closing_number_is_a_power_of_the_gate(solved, prose):
    for bias, line in zip((0, 1, 5), solved["closing"].splitlines(), strict=True):
        f = logistic(bias)
        life, left = math.log(0.5) / math.log(f), f"{f**100:.1e}"
        assert line == (
            f"bias {bias}: half-life {life:6.2f} steps; after a hundred {left} of c is left, "
            f"and {left} of the gradient"
        )
    mantissa, exponent = f"{logistic(1) ** 100:.1e}".split("e")
    superscript = str(int(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    assert f"**{mantissa} · 10{superscript}**" in prose
    assert f"{logistic(5) ** 100:.1f}" == "0.5"
