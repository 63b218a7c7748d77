"""The Jacobian explorer: its message, its picture, its numbers in Node.js and in the page."""

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest
from own_cell import gated
from pages import drag, sentence, settled, show

import workbench as wb
from workbench.measure import (
    jacobian_norms,
    lag_contributions,
    recurrent_matrices,
    recurrent_parameter,
    sigma_bound,
    singular_values,
)
from workbench.pictures import number, share

DRIVER = Path(__file__).with_name("answer_jacobian.js")
X = np.sin(np.arange(30.0)) + 0.3 * np.cos(np.arange(30.0) ** 2)


def window(net, x, gain=1.0, first=0, steps=None):
    """The trace of a part of x, from the state that the steps before it leave."""
    scaled = wb.Recurrent(net.cell, net.input_size, net.hidden_size)
    for name, values in net.parameters.items():
        factor = gain if name in recurrent_matrices(net.cell) else 1.0
        scaled.parameters[name] = factor * values
    before = scaled.run(x[:first]).final if first else None
    return scaled.run(x[first : None if steps is None else first + steps], before)


def hexadecimal(array):
    return np.ascontiguousarray(array, np.float64).tobytes().hex()


def answers(node, jobs):
    """What the page's modules give for each job; arrays in place of text."""
    done = subprocess.run(
        [node, DRIVER], input=json.dumps(jobs), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return [
        {name: _numbers(name, value) for name, value in each.items()}
        for each in json.loads(done.stdout)
    ]


def _numbers(name, value):
    return value if name == "first" else np.frombuffer(bytes.fromhex(value))


def job(net, x, t, k, gain=1.0, first=0, steps=None, state=None, parameter=None):
    return {
        "source": net.cell.source("module", "javascript"),
        "sizes": {name: int(size) for name, size in net.lengths.items()},
        "parameters": {name: hexadecimal(a) for name, a in net.parameters.items()},
        "x": hexadecimal(x),
        "gain": gain,
        "first": first,
        "steps": steps or len(x) - first,
        "state": state,
        "parameter": parameter or recurrent_parameter(net.cell),
        "t": t,
        "k": k,
    }  # fmt: skip


def compare(got, trace, t, k, state, parameter):
    """An answer against the measures of the same trace."""
    logs = jacobian_norms(trace, state=state)
    np.testing.assert_allclose(got["norms"].reshape(logs.shape), logs, rtol=0, atol=1e-11)
    wanted = 10.0 ** (singular_values(trace, t, k, state=state) - logs[t, k])
    found = 10.0 ** (got["values"] - logs[t, k])
    np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-13 * len(found))
    np.testing.assert_allclose(10 ** got["largest"], sigma_bound(trace).largest, rtol=1e-12)
    lags = lag_contributions(trace, parameter, at=t)
    scale = lags.norms.max()
    np.testing.assert_allclose(got["lags"] / scale, lags.norms / scale, rtol=0, atol=1e-12)
    np.testing.assert_allclose(got["shares"], lags.shares, rtol=1e-12)
    np.testing.assert_allclose(got["whole"], lags.whole, rtol=1e-10)


CELLS = [
    "elman",
    "lstm",
    "gru",
    "gru_reset_after",
    "lstm_peephole",
    "mgu",
    "jordan",
    "leaky",
    gated,
]


@pytest.mark.browser
def test_every_measure_is_that_of_the_kernels(node):
    made, jobs = [], []
    for seed, cell in enumerate(CELLS):
        g = np.random.default_rng(seed)
        net = wb.Recurrent(cell, 2, int(g.integers(1, 8)), seed=seed)
        x = g.standard_normal((18, 2))
        for gain, state in ((1.0, None), (0.4, net.cell.states[-1]), (1.4, net.cell.states[0])):
            first, t, k = int(g.integers(0, 6)), 10, int(g.integers(0, 11))
            parameter = list(net.parameters)[int(g.integers(len(net.parameters)))]
            options = dict(gain=gain, first=first, steps=12)
            jobs.append(job(net, x, t, k, state=state, parameter=parameter, **options))
            made.append((window(net, x, **options), t, k, state, parameter))
    for got, (trace, *rest) in zip(answers(node, jobs), made, strict=True):
        compare(got, trace, *rest)
        assert got["first"] == recurrent_parameter(trace.cell)


@pytest.mark.browser
@pytest.mark.parametrize("gain", [0.0, 1e-12, 1e-4, 1e12])
def test_no_product_underflows_or_overflows(node, gain):
    net = wb.Recurrent("elman", 2, 5, seed=4, activation="identity")
    x = np.random.default_rng(4).standard_normal((60, 2))
    (got,) = answers(node, [job(net, x, 59, 0, gain=gain)])
    trace = window(net, x, gain)
    logs = jacobian_norms(trace)
    if gain:
        assert np.isfinite(logs[59, 0])
    np.testing.assert_allclose(got["norms"].reshape(60, 60), logs, rtol=1e-13, atol=1e-11)
    np.testing.assert_allclose(got["values"], singular_values(trace, 59, 0), rtol=1e-11)


@pytest.mark.browser
def test_a_jacobian_that_is_not_finite_gives_not_a_number_as_it_does_there(node):
    net = wb.Recurrent("elman", 1, 3, seed=0, activation="exp")
    x = np.full((8, 1), 0.1)
    x[4] = 1e6
    with np.errstate(all="ignore"):
        logs = jacobian_norms(net.run(x))
    (got,) = answers(node, [job(net, x, 6, 1)])
    assert np.isnan(logs[5, 2])
    np.testing.assert_allclose(got["norms"].reshape(8, 8), logs, atol=1e-11)
    assert np.isnan(got["values"]).all()


def matrices():
    """Square matrices that are hard for one method or another."""
    g = np.random.default_rng(7)
    for n in (1, 2, 3, 5, 8, 16, 17, 32):
        a, q = g.standard_normal((n, n)), np.linalg.qr(g.standard_normal((n, n)))[0]
        yield a
        yield q  # all singular values equal
        yield q * (1 + 1e-9 * np.arange(n))  # nearly so
        yield np.diag(g.standard_normal(n))
        yield np.outer(a[0], a[-1])  # of rank 1
        yield a[:, : n // 2 + 1] @ a[: n // 2 + 1]  # of half the rank
        yield q @ np.diag(10.0 ** -np.arange(n)) @ q.T
        yield 1e-200 * a
        yield 1e200 * a
        yield np.eye(n, k=1)  # nilpotent
        yield np.zeros((n, n))


@pytest.mark.browser
def test_singular_values_and_spectral_norms_are_those_of_numpy(node):
    made = list(matrices())
    got = answers(node, [{"matrix": hexadecimal(a)} for a in made])
    for matrix, found in zip(made, got, strict=True):
        wanted = np.linalg.svd(matrix, compute_uv=False)
        if wanted[0] == 0:
            assert found["norm"] == -np.inf
            assert not found["values"].any()
            continue
        np.testing.assert_allclose(found["norm"], np.log10(wanted[0]), rtol=0, atol=1e-13)
        if 1e-100 < wanted[0] < 1e100:  # the caller scales, before it asks for all of them
            error = np.abs(found["values"] - wanted).max()
            assert error <= 1e-14 * len(wanted) * wanted[0]


def test_picture_is_the_jacobian_picture_of_the_steps_that_are_shown():
    net = wb.Recurrent("gru", 1, 4, seed=3)
    drawn = wb.explore.jacobian(net, X, steps=20).picture()
    direct = wb.pictures.jacobian(window(net, X[:, None], first=10), chosen=(19, 0))
    assert wb.pictures.to_svg(drawn) == wb.pictures.to_svg(direct)


def test_a_network_of_the_reader_is_shown_as_it_is_and_a_cell_with_gain():
    net = wb.Recurrent("elman", 1, 4, seed=3)
    own = wb.explore.jacobian(net, X)
    np.testing.assert_array_equal(own.networks["Elman"].parameters["U"], net.parameters["U"])
    made = wb.explore.jacobian("elman", X, hidden_size=4, seed=3)
    drawn_here = made.networks["Elman"].parameters
    np.testing.assert_allclose(drawn_here["U"], 0.8 * net.parameters["U"], rtol=1e-15)
    np.testing.assert_array_equal(drawn_here["W"], net.parameters["W"])


def test_cells_whose_states_are_too_large_for_a_page_are_left_out():
    explorer = wb.explore.jacobian("elman", X, hidden_size=20)
    assert list(explorer.networks) == ["Elman", "GRU"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"steps": 1}, "steps: expected 2..100, got 1"),
        ({"steps": 400}, "steps: expected 2..100, got 400"),
        ({"steps": 2.5}, "steps: expected 2..100, got 2.5"),
        ({"steps": "all"}, "steps: expected 2..100, got 'all'"),
        ({"net": "lstm", "hidden_size": 129}, "net: expected at most 256 units .* got 258"),
        (
            {"net": "lstm", "hidden_size": 17, "steps": 41, "x": np.zeros(60)},
            r"steps: expected 2\.\.40 .* got 41",
        ),
        ({"net": 3}, "net: expected a Recurrent, a cell or its name .* got int"),
        ({"net": wb.Recurrent("gru", 2, 3)}, "x: expected 2 inputs"),
        ({"x": [1.0, np.nan]}, "x: expected finite numbers"),
        ({"x": np.zeros((9, 2, 1)), "batch": 2}, "batch: expected 0..1, got 2"),
        ({"cells": ("nothing",)}, "nothing"),
    ],
)
def test_wrong_arguments_are_refused_in_one_line(options, said):
    with pytest.raises(ValueError, match=said) as caught:
        wb.explore.jacobian(**({"x": X} | options))
    assert "\n" not in str(caught.value)


def influence(trace, t, k):
    return f"the influence of the state is {number(10 ** jacobian_norms(trace)[t, k], 2)}"


def allows(trace, steps):
    log = sigma_bound(trace).log10(steps)
    bound = number(10**log, 2)
    above = f"the bound, {bound}, is above 1 and promises nothing."
    return above if log > 0 else f"the bound allows {bound}."


def gradient(trace, t, k, parameter):
    lags = lag_contributions(trace, parameter, at=t)
    only = "only " if jacobian_norms(trace)[t, k] < -1 else ""
    part = lags.norms[: k + 1].sum() / lags.norms.sum()
    told = "less than 0.1 %" if part < 1e-3 else f"{only}{share(part)}"
    return (
        f"‖∂L/\u2060∂{parameter}‖ is {number(lags.whole)}, {health(lags.whole)}: of all that the "
        f"steps add, the last 5 add {share(lags.share(5))} and those up to step {k} {told}."
    )


def health(whole):
    """The comparison of the sentence: the derivative of the loss by its own h has norm 1."""
    word = "small" if whole < 0.1 else "large" if whole > 10 else "healthy"
    return f"{word} beside the ‖∂L/\u2060∂h‖ = 1 that the loss starts with"


@pytest.mark.browser
@pytest.mark.parametrize("cell", ["elman", "lstm", "gru", gated])
def test_dragging_the_gain_shows_what_the_measures_give(cell, open_page, tmp_path):
    net = wb.Recurrent(cell, 1, 5, seed=2)
    page = show(open_page, wb.explore.jacobian(net, X), tmp_path)
    for keys in (-70, 25):
        gain = drag(page, "recurrent gain", keys)
        trace, said = window(net, X[:, None], gain), sentence(page)
        assert influence(trace, 29, 5) in said
        assert allows(trace, 24) in said
        parameter = recurrent_parameter(net.cell)
        assert gradient(trace, 29, 5, parameter) in said
        whole = lag_contributions(trace, parameter, at=29).whole
        assert ("Yet " in said) == (jacobian_norms(trace)[29, 5] < -1 and whole >= 0.1)
    page.get_by_role("slider", name="recurrent gain").dblclick()
    assert influence(net.run(X[:, None]), 29, 5) in sentence(page)


@pytest.mark.browser
def test_keys_choose_both_steps_and_never_one_after_the_other(open_page, tmp_path):
    net = wb.Recurrent("gru", 1, 5, seed=2)
    page = show(open_page, wb.explore.jacobian(net, X), tmp_path)
    trace, body = net.run(X[:, None]), page.locator(".wb-body")
    body.focus()
    pairs = [
        ("ArrowLeft", 28, 5), ("Shift+ArrowUp", 28, 15), ("ArrowDown", 28, 14),
        ("Shift+ArrowLeft", 18, 14), ("Shift+ArrowDown", 18, 4), ("ArrowDown", 18, 3),
        ("Shift+ArrowUp", 18, 13), ("Shift+ArrowUp", 18, 17), ("Shift+ArrowLeft", 8, 7),
    ]  # fmt: skip
    for key, t, k in pairs:
        page.keyboard.press(key)
        said = sentence(page)
        over = "1 step" if t - k == 1 else f"{t - k} steps"
        assert said.startswith(f"From step {k} to step {t}, {over}, ")
        assert influence(trace, t, k) in said
        assert gradient(trace, t, k, "U.r") in said
    page.keyboard.press("Home")
    assert sentence(page).startswith("At step 0 the state is compared with itself")


@pytest.mark.browser
def test_play_follows_the_influence_of_one_step_from_there_to_the_end(open_page, tmp_path):
    net = wb.Recurrent("elman", 1, 5, seed=2)
    page = show(open_page, wb.explore.jacobian(net, X), tmp_path)
    page.locator(".wb-body").focus()
    page.keyboard.press("Shift+ArrowUp")
    page.keyboard.press("ArrowUp")
    page.keyboard.press(" ")
    page.wait_for_function("document.querySelector('.wb-body').ariaValueNow < 29")
    page.wait_for_function("document.querySelector('.wb-body').ariaValueNow > 20")
    page.keyboard.press(" ")
    assert sentence(page).startswith("From step 16 to step 2")


@pytest.mark.browser
def test_a_press_chooses_a_pair_and_a_double_click_gives_the_first_back(open_page, tmp_path):
    net = wb.Recurrent("elman", 1, 5, seed=2)
    page = show(open_page, wb.explore.jacobian(net, X), tmp_path)
    first = sentence(page)
    area = page.locator(".wb-pick")
    box = area.bounding_box()
    page.mouse.move(box["x"] + 500, box["y"] + 250)
    page.mouse.down()
    page.mouse.move(box["x"] + 520, box["y"] + 262, steps=3)
    page.mouse.up()
    assert sentence(page) != first
    told = page.locator(".wb-readout").inner_text()
    t, k = (int(part.split("]")[0]) for part in told.split("[")[1:3])
    norm = number(10 ** jacobian_norms(net.run(X[:, None]))[t, k])
    assert f"= {norm}, over {t - k} steps" in told
    area.dblclick(position={"x": 400, "y": 280})
    assert sentence(page) == first


@pytest.mark.browser
def test_another_window_starts_from_the_state_that_the_steps_before_leave(open_page, tmp_path):
    net = wb.Recurrent("lstm", 1, 4, seed=2)
    page = show(open_page, wb.explore.jacobian(net, X, steps=12), tmp_path)
    assert sentence(page).startswith("From step 18 to step 29, 11 steps")
    assert drag(page, "showing", -7) == 11
    assert "steps 11 to 22" in page.locator(".wb-controls").inner_text()
    trace = window(net, X[:, None], first=11, steps=12)
    said = sentence(page)
    assert said.startswith("From step 11 to step 22, 11 steps")
    assert influence(trace, 11, 0) in said
    trace_of_all = window(net, X[:, None], steps=23)
    np.testing.assert_allclose(trace.h, trace_of_all.h[11:], atol=1e-14)
    assert gradient(trace, 11, 0, "U.i").replace("step 0", "step 11") in said
    page.get_by_label("state", exact=True).select_option("h")
    block = number(10 ** jacobian_norms(trace, state="h")[11, 0], 2)
    assert f"the influence of the state is {block}" in sentence(page)


@pytest.mark.browser
def test_singular_values_are_written_and_an_exact_zero_has_its_name(open_page, tmp_path):
    net = wb.Recurrent("elman", 1, 3, seed=2)
    page = show(open_page, wb.explore.jacobian(net, X), tmp_path)
    words = page.locator(".wb-pick text").all_text_contents()
    for n, log in enumerate(singular_values(net.run(X[:, None]), 29, 5)):
        assert f"\N{GREEK SMALL LETTER SIGMA}{'₁₂₃'[n]} {number(10**log, 2)}" in words
    assert "exactly 0" not in words
    page.get_by_role("slider", name="recurrent gain").focus()
    page.keyboard.press("Home")
    settled(page)
    words = page.locator(".wb-pick text").all_text_contents()
    assert {"exactly 0", "≈ 0: 3 of 3"} <= set(words)
    assert "the influence of the state is exactly 0; the bound allows 0." in sentence(page)


@pytest.mark.browser
def test_a_cell_of_one_state_shows_it_whatever_was_chosen_before(open_page, tmp_path):
    page = show(open_page, wb.explore.jacobian("lstm", X), tmp_path)
    states = page.get_by_role("combobox", name="state")
    states.select_option("h")
    page.get_by_role("button", name="GRU", exact=True).click()
    settled(page)
    assert states.is_disabled()
    assert states.evaluate("one => one.selectedOptions[0]?.textContent") == "h"
