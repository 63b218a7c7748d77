"""Chapter 7: runs with empty starters and with solutions, and says what its prose says."""

import math
import re

import numpy as np
import pytest
import scipy.special
from chapters import FOLDER, source

import workbench as wb

CHAPTER = FOLDER / "07_gru.ipynb"


@pytest.fixture(scope="module")
def networks():
    """The two networks of the live picture, the first library's and the second's."""
    scope = {"wb": wb}
    exec(source(CHAPTER, "explore-gates"), scope)
    return list(scope["explorer"].networks.values())


@pytest.fixture(scope="module")
def years():
    return wb.data.sunspots()[-60:].inputs().x


def percents(text):
    """A row of numbers for every line that holds percentages."""
    rows = [re.findall(r"([\d.]+)%", line) for line in text.splitlines()]
    return [[float(share) for share in row] for row in rows if row]


def table(text):
    """(name, units) -> (weights, lowest at each rate, highest at each rate) of a table of bands."""
    found = {}
    for line in text.splitlines():
        row = re.match(r"(\w[\w ]*?) +(\d+) +([\d,]+) +\d", line)
        if row:
            shares = [float(share) for share in re.findall(r"([\d.]+)%", line)]
            name, units, weights = row.groups()
            found[name, int(units)] = int(weights.replace(",", "")), shares[::2], shares[1::2]
    return found


def test_what_needs_an_empty_starter_says_so(starters):
    users = {cell for cell, text in starters.items() if "not written yet" in text}
    assert users == {
        "your-steps", "your-count", "your-scan", "complex-steps", "own-table", "closing"
    }  # fmt: skip


def test_what_can_be_said_without_a_network(prose):
    names = wb.data.surnames()
    seen, asked = names.labels[names.train_rows], names.labels[names.test_rows]
    commonest = np.mean(asked == np.bincount(seen).argmax())
    ends = np.array([name[-1] for name in names.names])
    by_end = {
        end: np.bincount(seen[ends[names.train_rows] == end]).argmax()
        for end in set(ends[names.train_rows])
    }
    answers = np.array([by_end.get(end, -1) for end in ends[names.test_rows]])
    by_letter = np.mean(answers == asked)
    assert f"in {commonest:.0%} of cases" in prose
    assert f"in {by_letter:.0%}." in prose


def test_the_two_networks_of_the_picture_have_equal_weights_and_other_states(networks, years):
    before, after = networks
    assert (before.cell.name, after.cell.name) == ("gru", "gru_reset_after")
    for name, values in after.parameters.items():
        np.testing.assert_array_equal(values, before.parameters[name] if name != "d.n" else 0)
    first, second = before.run(years).h, after.run(years).h
    assert first[-1, 0] < -0.1 < 0.1 < second[-1, 0]


@pytest.mark.parametrize("value", [0.0, 0.5, 1.0])
def test_with_one_reset_for_all_units_they_agree(networks, years, value):
    first, second = (net.run(years, clamp={"r": value}).h for net in networks)
    np.testing.assert_allclose(first, second, atol=1e-14)


def test_the_update_gate_keeps_at_1_and_takes_at_0(networks, years):
    for net in networks:
        assert not net.run(years, clamp={"z": 1.0}).h.any()
        trace = net.run(years, clamp={"z": 0.0})
        np.testing.assert_array_equal(trace.h, trace["n"])


def test_the_held_lines_do_to_the_trained_network_what_the_prose_says(solved):
    free, r0, r_half, r1, z0, z1, both = percents(solved["held"])
    assert [row[0] for row in percents(solved["train-one"])] == free
    assert free[0] > free[1] + 1
    for one, other in (r0, r_half, r1, z1, both):
        assert abs(one - other) < 0.3  # float32 may turn a name that is nearly a tie
    assert z0[0] != z0[1]
    assert z1[0] < 13  # one answer for all
    assert both[0] < 43 < r0[0]
    last_letter = 42
    assert both[0] == pytest.approx(last_letter, abs=4)


def test_the_learners_steps_are_the_two_libraries(solved, networks, years):
    h = [net.run(years).h[-1, 0] for net in networks]
    assert solved["your-steps"] == (
        f"step        unit 0 in 2008: {h[0]:6.3f}\nstep_after  unit 0 in 2008: {h[1]:6.3f}\n"
    )


def test_the_two_conventions_scale_columns_and_rows(networks):
    rng = np.random.default_rng(0)
    U, r, h = rng.normal(size=(4, 4)), rng.uniform(size=4), rng.normal(size=4)
    np.testing.assert_allclose(U @ (r * h), (U * r[None, :]) @ h, atol=1e-14)
    np.testing.assert_allclose(r * (U @ h), (U * r[:, None]) @ h, atol=1e-14)


def test_the_counts_are_those_of_the_lines(solved):
    W, U, b = 128 * 28, 128 * 128, 128
    before, lstm = 3 * (W + U + b), 4 * (W + U + b)
    assert solved["your-count"] == (
        f"reset before {before:,}; reset after {before + b:,}; "
        f"as PyTorch stores it {before + 3 * b:,}\n"
        f"an LSTM with one bias to each line {lstm:,}: the GRU has 75% of it\n"
    )
    assert before * 4 == lstm * 3


def test_the_gated_cells_are_level_and_the_elman_network_below_them(solved):
    found = table(solved["who-learns"])
    elman, *gated = found.values()
    assert list(found) == [
        ("Elman", 63), ("LSTM", 32), ("LSTM", 27), ("GRU", 32), ("GRU reset after", 32)
    ]  # fmt: skip
    assert max(elman[2]) < min(min(cell[1]) for cell in gated)
    for one in gated:
        for other in gated:
            assert min(one[1]) <= max(other[2])  # the ranges over both rates overlap
    weights = [cell[0] for cell in found.values()]
    assert weights == [
        units * lines * (26 + units + 1) + extra
        for units, lines, extra in ((63, 1, 0), (32, 4, 0), (27, 4, 0), (32, 3, 0), (32, 3, 32))
    ]
    assert abs(weights[0] / weights[3] - 1) < 0.05
    assert abs(weights[2] / weights[3] - 1) < 0.05


def test_what_leaving_out_costs(solved):
    elman, *gated = table(solved["who-learns"]).values()
    mgu, mingru, minlstm = table(solved["min-table"]).values()
    lowest = min(min(cell[1]) for cell in gated)
    assert np.mean([*mgu[1], *mgu[2]]) > lowest - 2
    for cell in (mingru, minlstm):
        assert max(cell[2]) < lowest
        assert max(cell[2]) == pytest.approx(max(elman[2]), abs=3)
    assert mingru[0] / elman[0] == pytest.approx(1 / 3, abs=0.05)
    assert minlstm[0] / elman[0] == pytest.approx(1 / 2, abs=0.05)


def test_the_small_scan_is_a_sum_of_halves(solved):
    h = " ".join(f"{sum(0.5**k for k in range(t)):.4g}" for t in range(1, 9))
    assert solved["your-scan"] == f"h: {h} in 3 rounds\n"


def test_the_gradients_of_the_typed_cell_are_those_of_complex_steps(solved):
    rows = re.findall(r"^(\S+) .* entry: (\S+)$", solved["complex-steps"], flags=re.M)
    assert [name for name, _ in rows] == [
        "W.theta", "W.eta", "W.n", "U.theta", "U.eta", "b.theta", "b.eta"
    ]  # fmt: skip
    assert max(float(apart) for _, apart in rows) < 1e-12


def test_the_typed_cell_learns_and_comes_to_rest(solved):
    ((_, lowest, _),) = table(solved["own-table"]).values()
    assert min(lowest) > max(table(solved["who-learns"])["Elman", 63][2])
    (size, step), (gru_size, gru_step) = (
        map(float, row)
        for row in re.findall(r"\|h\| (\S+), .* by (\S+)$", solved["own-table"], flags=re.M)
    )
    assert max(size, step) < 1e-100
    assert min(gru_size, gru_step) > 0.1


def test_a_gate_read_the_other_way_round_is_the_gate_with_its_signs_changed(solved, networks):
    (right, turned), *_ = percents(solved["turned-gate"])
    assert right == percents(solved["train-one"])[0][0]
    assert turned < right - 15
    net, rng = networks[0], np.random.default_rng(1)
    weights, x, h = net.parameters.namespaces(), rng.normal(size=1), rng.normal(size=4)
    W, U, b = (weights[letter] for letter in "WUb")
    z = scipy.special.expit(W.z @ x + U.z @ h + b.z)
    r = scipy.special.expit(W.r @ x + U.r @ h + b.r)
    n = np.tanh(W.n @ x + U.n @ (r * h) + b.n)
    other = wb.Recurrent("gru", 1, 4)
    for name, values in net.parameters.items():
        other.parameters[name] = -values if name.endswith(".z") else values
    state = other.run(x[None], {"h": h}).h[0]
    np.testing.assert_allclose(state, z * n + (1 - z) * h, atol=1e-14)


def test_the_shortcut_ends_where_the_product_is_0(solved):
    weeks = wb.data.co2().inputs().x
    net = wb.Recurrent("mingru", 1, 16, seed=0)
    left = np.log10(1 - net.run(weeks)["z"]).cumsum(axis=0).min(axis=1)
    (until,) = map(int, re.findall(r"until week (\d+)", solved["cumulated"]))
    # The quotient overflows somewhere between these two sizes of the product.
    assert -330 < left[until] < -300
    assert f"{len(weeks):,} weeks" in solved["cumulated"]


def test_the_closing_number_is_the_logarithm_of_the_steps(solved, prose):
    steps = len(wb.data.co2().inputs().x)
    rounds = math.ceil(math.log2(steps))
    rows = re.findall(r"^(\w+): (\d+) rounds for ([\d,]+) steps, at most (\S+)", solved["closing"],
                      flags=re.M)  # fmt: skip
    assert [row[:3] for row in rows] == [
        (name, str(rounds), f"{steps:,}") for name in ("minGRU", "minLSTM")
    ]
    assert max(float(row[3]) for row in rows) < 1e-10
    assert f"**{rounds} rounds** in the place of {steps:,} steps" in prose
    assert math.ceil(math.log2(2 * steps)) == 13
    assert "it would be 13" in prose
