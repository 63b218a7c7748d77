"""What the page of the gradients explorer computes, beside workbench.measure, in Node.js."""

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest

import workbench as wb
from workbench.explorers.recurrence import keeps, recurrent_weights, variants
from workbench.measure import gradient_reach
from workbench.measure.norms import step_norms
from workbench.pictures.gradient_norms import axis_decades, decades

DRIVER = Path(__file__).parent / "reaching.js"
TOLERANCE = 1e-11  # relative; the order of sums differs
CELLS = (
    "elman",
    "jordan",
    "lstm",
    "lstm_peephole",
    "lstm_coupled",
    "gru",
    "mgu",
    "indrnn",
    "leaky",
)


def told(array):
    return [repr(float(value)) for value in np.ravel(array)]


def answers(node, jobs):
    text = json.dumps(jobs).replace('"inf"', '"Infinity"').replace('"-inf"', '"-Infinity"')
    done = subprocess.run([node, DRIVER], input=text, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


def close(got, wanted):
    np.testing.assert_allclose(np.array(got, float), wanted, rtol=TOLERANCE, atol=0)


def job(net, x, at, lag, hand=None, other=None):
    hand = hand or {}
    return {
        "kind": "reach",
        "source": net.cell.source("module", "javascript"),
        "other": (other or net.cell).source("module", "javascript"),
        "sizes": net.lengths,
        "parameters": {name: told(a) for name, a in net.parameters.items()},
        "about": {
            "recurrent": recurrent_weights(net.cell),
            "keeps": keeps(net.cell),
            "numbers": dict(net.numbers),
        },
        "hand": hand,
        "x": told(x),
        "at": at,
        "lag": lag,
    }


def by_hand(net, gain, bias):
    """The same change, parameter by parameter, from what the equations say."""
    changed = wb.Recurrent(
        net.cell, net.input_size, net.hidden_size, seed=net.seed, sizes=sizes_of(net)
    )
    for name, values in net.parameters.items():
        recurrent = name.split(".")[0] in ("U", "u", "V", "p")
        changed.parameters[name] = values * gain if recurrent else values
    kept = {"lstm": "b.f", "lstm_peephole": "b.f", "gru": "b.z"}.get(net.cell.name)
    less = {"lstm_coupled": "b.i", "mgu": "b.f"}.get(net.cell.name)
    if kept or less:
        changed.parameters[kept or less] += bias if kept else -bias
    return changed


def sizes_of(net):
    return {name: net.lengths[name] for name in net.cell.size_names}


def test_every_cell_bent_by_hand_reaches_back_as_measure_says(node):
    generator = np.random.default_rng(4)
    made = []
    for k, name in enumerate(CELLS):
        net = wb.Recurrent(name, 2, 5, seed=k)
        for parameter in net.parameters.values():
            parameter += 0.1 * generator.standard_normal(parameter.shape)
        made.append((net, generator.standard_normal((17, 2)), 5 + k, 3))
    hand = {"gain": 1.3, "bias": 0.75}
    got = answers(node, [job(*each, hand) for each in made])
    for (net, x, at, lag), found in zip(made, got, strict=True):
        changed = by_hand(net, **hand)
        wanted = gradient_reach(changed, x, at)
        close(found["total"], wanted.total)
        close(found["together"], wanted.together)
        assert set(found["carried"]) == set(wanted.carried)
        for state, norms in wanted.carried.items():
            close(found["carried"][state], norms)
        close(found["factor"], wanted.total[at - lag] ** (1 / lag))
        assert found["untouched"]
        trace = changed.run(x)
        for keep, most in zip(keeps(net.cell), found["kept"], strict=True):
            gate = trace[keep["gate"]][at - lag + 1 : at + 1]
            let = gate if keep["sign"] > 0 else 1 - gate
            share = np.prod(let, axis=0) ** (1 / lag)
            assert int(most["unit"]) == share.argmax()
            close(most["share"], share.max())


def test_another_activation_and_another_number_are_those_of_the_cell_with_them(node):
    x = np.random.default_rng(1).standard_normal((12, 1))
    net = wb.Recurrent("leaky", 1, 4, seed=3)
    jobs, wanted = [], []
    for chosen, cell in variants(net.cell):
        jobs.append(job(net, x, 11, 4, {"numbers": {"leak_rate": 0.6}}, cell))
        own = wb.Recurrent("leaky", 1, 4, seed=3, leak_rate=0.6, **chosen)
        wanted.append(gradient_reach(own, x, 11))
    assert len(wanted) == 4
    for found, reach in zip(answers(node, jobs), wanted, strict=True):
        close(found["total"], reach.total)


def test_what_vanishes_below_float64_is_zero_and_what_explodes_is_no_nan(node):
    x = np.full((400, 1), 0.1)
    net = wb.Recurrent("elman", 1, 4, seed=0, activation="identity")
    gains = (0.0, 0.01, 2.0)
    got = answers(node, [job(net, x, 399, 399, {"gain": gain}) for gain in gains])
    for gain, found in zip(gains, got, strict=True):
        total = np.array(found["total"], float)
        reach = gradient_reach(by_hand(net, gain, 0.0), x)
        assert np.isfinite(total).all()
        assert ((total == 0) == (reach.total == 0)).all()
        # U is orthogonal: a step back multiplies the norm by the gain, down to subnormal numbers.
        lags = np.arange(399, -1, -1.0)
        normal = gain**lags > 1e-290
        np.testing.assert_allclose(total[normal], (gain**lags)[normal], rtol=1e-11)


def test_norms_of_rows_are_those_of_measure(node):
    generator = np.random.default_rng(8)
    scale = np.array([1e-200, 1.0, 1e200, 1e-308, 0.0])[:, None]
    values = generator.standard_normal((5, 3)) * scale
    broken = np.array([[np.inf, 1, 0], [np.nan, 1, 0], [np.nan, np.inf, 0], [-np.inf, 0, 1]])
    values = np.concatenate([values, broken])
    (got,) = answers(node, [{"kind": "norms", "values": told(values), "units": 3}])
    close(got, step_norms(values))


def test_the_axis_has_the_decades_of_the_matplotlib_twin(node):
    curves = [
        [[1e-3, 0.2, 1.0], [3.0, 2.0, 1.0]],
        [[1e-300, 1e-9, 1.0]],
        [[0.0, 0.0, 0.0]],
        [[1e250, np.inf, 1.0], [np.nan, 1e-40, 1.0]],
        [[1.0, 1.0, 1.0]],
    ]
    jobs = [{"kind": "range", "curves": [told(c) for c in each]} for each in curves]
    for each, got in zip(curves, answers(node, jobs), strict=True):
        assert (got["low"], got["high"]) == axis_decades(decades(np.array(each)))


def test_recurrent_weights_are_those_that_meet_a_state_or_what_is_made_of_one():
    found = {name: recurrent_weights(wb.cells.get(name)) for name in CELLS}
    assert found["elman"] == ["U"]
    assert found["jordan"] == ["U", "V"]
    assert found["gru"] == ["U.r", "U.z", "U.n"]
    assert found["indrnn"] == ["u"]
    assert found["lstm_peephole"] == ["U.i", "U.f", "U.g", "U.o", "p.i", "p.f", "p.o"]
    assert recurrent_weights(wb.cells.get("mingru")) == []


@pytest.mark.parametrize("name", wb.cells.CELLS)
def test_a_bias_that_keeps_all_makes_the_new_state_change_as_the_old(name):
    net = wb.Recurrent(name, 1, 4, seed=1)
    for keep in keeps(net.cell):
        net.parameters[keep["bias"]] += 60.0 * keep["sign"]
        for peephole in (n for n in net.parameters if n.startswith("p.")):
            net.parameters[peephole] = np.zeros(4)  # another way for c into the new c
        block = slice(first := 4 * net.cell.states.index(keep["state"]), first + 4)
        jacobian = net.run(np.ones((1, 1))).jacobian()[0, block, block]
        np.testing.assert_allclose(jacobian, np.eye(4), atol=1e-12)
