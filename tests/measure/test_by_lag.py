import numpy as np
import pytest

import workbench as wb
from workbench.measure import gradient_by_lag, gradient_reach

from .equations import STEP, network, sequence, states_at, walk


def by_hand(trace, mask, line="h"):
    """Mean norms by lag, one loss after the other, each through `gradient_reach`'s loss."""
    found = {}
    for row in range(mask.shape[1]):
        real = np.flatnonzero(mask[:, row])
        for j, t in enumerate(real):
            d = np.zeros(trace.h.shape)
            d[t, row] = 1 / np.sqrt(d.shape[-1])
            adjoint = trace.bptt(d)[line]
            for i, k in enumerate(real[: j + 1]):
                found.setdefault(j - i, []).append(np.linalg.norm(adjoint[k, row]))
    return found


@pytest.mark.parametrize("line", ["h", "c", "f"])
def test_the_norms_are_the_means_over_all_losses_and_rows_and_lags_count_real_steps(line):
    net, x = network("lstm"), sequence(7, batch=3)
    mask = np.ones((7, 3), bool)
    mask[5:, 1] = mask[[0, 3], [2, 2]] = False
    trace = net.run(x, mask=mask)
    found, wanted = gradient_by_lag(trace, line=line), by_hand(trace, mask, line)
    assert found.losses.tolist() == [len(wanted[lag]) for lag in range(7)]
    means = [np.mean(wanted[lag]) for lag in range(7)]
    np.testing.assert_allclose(found.norms, means, rtol=1e-12)
    assert (found.layer, found.line) == (None, line)


def test_the_norms_of_one_loss_are_those_of_complex_steps_through_the_equations():
    net, x = network("elman"), sequence(6)
    trace, d = net.run(x), np.zeros((6, 4))
    d[4] = [0.3, -1.0, 0.2, 0.7]
    wanted = []
    for k in range(4, -1, -1):
        states, slopes = states_at(net, trace, k), []
        for unit in np.eye(4):
            (end,) = walk(net, x[k + 1 : 5], [states[0] + 1j * STEP * unit])
            slopes.append((d[4] * end).sum().imag / STEP)
        wanted.append(np.linalg.norm(slopes))
    found = gradient_by_lag(trace, d)
    np.testing.assert_allclose(found.norms, wanted, rtol=1e-12)
    assert found.losses.tolist() == [1] * 5


@pytest.mark.parametrize("batch_first", [False, True])
def test_the_way_round_of_the_arrays_and_a_missing_batch_axis_change_nothing(batch_first):
    net, x = network("gru"), sequence(5, batch=2)
    plain = gradient_by_lag(net.run(x))
    if batch_first:
        other = gradient_by_lag(net.run(x.swapaxes(0, 1), batch_first=True))
        np.testing.assert_allclose(other.norms, plain.norms, rtol=1e-13)
    else:
        alone = [gradient_by_lag(net.run(x[:, row])).norms for row in range(2)]
        np.testing.assert_allclose(np.mean(alone, axis=0), plain.norms, rtol=1e-13)


def test_behind_last_each_sequence_has_one_loss_and_lags_count_from_its_last_real_step():
    net, x = network("lstm"), sequence(8, batch=2)
    model = wb.Network(net, wb.Last())
    run = model.run(x, lengths=[8, 5])
    found = gradient_by_lag(run)
    reaches = [gradient_reach(run["lstm_1"], batch=row) for row in range(2)]
    long, short = (r.total[r.at :: -1] for r in reaches)
    wanted = np.concatenate([(long[:5] + short) / 2, long[5:]])
    np.testing.assert_allclose(found.norms, wanted, rtol=1e-12)
    assert found.losses.tolist() == [2] * 5 + [1] * 3
    assert found.layer == "lstm_1"


def test_a_trained_network_s_own_loss_is_measured_at_every_layer():
    first, second = network("elman", hidden=3), network("gru", hidden=4, inputs=3)
    model = wb.Network(first, second, wb.Dense(4, 2))
    x, y = sequence(6, batch=2), np.random.default_rng(3).standard_normal((6, 2, 2))
    run = model.run(x)
    _, d = wb.training.LOSSES["mean_squared"](run.output, y)
    for layer, width in (("elman_1", 3), ("gru_1", 4)):
        found = gradient_by_lag(run, d, layer=layer)
        sums = np.zeros(6)
        for t in range(6):
            own = np.zeros_like(d)
            own[t] = d[t]
            h = run.backward(own)[layer]["h"]
            assert h.shape[-1] == width
            sums[: t + 1] += np.linalg.norm(h, axis=-1).sum(axis=1)[t::-1]
        np.testing.assert_allclose(found.norms, sums / found.losses, rtol=1e-12)
        assert found.losses.tolist() == [12, 10, 8, 6, 4, 2]


def test_of_a_bidirectional_layer_the_forward_direction_is_measured():
    model = wb.Network(wb.Bidirectional(network("gru")), wb.Dense(8, 2))
    run = model.run(sequence(5))
    assert gradient_by_lag(run).layer == "bidirectional_1.forward"
    message = r"layer: expected a layer that reads forward \(bidirectional_1.forward\), got 'b"
    with pytest.raises(ValueError, match=message):
        gradient_by_lag(run, layer="bidirectional_1.backward")


def test_wrong_arguments_are_refused_in_one_line():
    net, x = network("lstm"), sequence(5)
    trace, run = net.run(x), wb.Network(net, wb.Last()).run(x)
    slow = wb.Hierarchical(network("gru"), network("gru", inputs=4), every=2, style="chunked")
    chunked = wb.Network(slow, wb.Last()).run(sequence(8, batch=2))
    for call, message in [
        (lambda: gradient_by_lag(net), "run: expected a Trace or a Run, got Recurrent"),
        (lambda: gradient_by_lag(trace, line="q"), "line: expected one of i, f, g, o, c, h, got"),
        (lambda: gradient_by_lag(trace, layer="a"), "layer: expected None for a trace, got 'a'"),
        (lambda: gradient_by_lag(run, layer="a"), "layer: expected a layer that reads forward (l"),
        (lambda: gradient_by_lag(run, np.ones(3)), "d_output: expected (4,), got (3,)"),
        (lambda: gradient_by_lag(run, np.zeros(4)), "d_output: expected a loss at a real step, "),
        (lambda: gradient_by_lag(run, np.full(4, np.nan)), "d_output: expected numbers, got not"),
        (lambda: gradient_by_lag(chunked), "layer: expected one with the steps and rows of the"),
    ]:
        with pytest.raises(ValueError, match="expected") as caught:
            call()
        assert str(caught.value).startswith(message)
        assert "\n" not in str(caught.value)
