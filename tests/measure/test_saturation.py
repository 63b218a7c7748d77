import numpy as np
import pytest

import workbench as wb
from workbench.measure import gate_lines, gate_saturation

from .equations import network, sequence


@wb.cell
def gated(x, h, W, b):
    s = wb.functions.hard_sigmoid(W.s @ x + b.s)
    shut = 1 - s
    away = 2 * s
    h = shut * h + s * wb.functions.tanh(W.h @ x) + 0 * away
    return h


def test_a_gate_is_a_logistic_function_or_one_minus_a_gate():
    assert gate_lines(wb.cells.get("lstm_coupled")) == ["i", "f", "o"]
    assert gate_lines(gated) == ["s", "shut"]
    assert gate_lines(wb.cells.elman) == []


@pytest.mark.parametrize("form", ["batch", "batch first", "single"])
def test_shares_are_counted_over_the_real_steps_of_every_unit(form):
    net = network("lstm", strength=3.0)
    x = sequence(40, batch=3)
    mask = np.arange(40)[:, None] < [40, 13, 25]
    if form == "single":
        x, mask = x[:, 1], mask[:, 1]
    if form == "batch first":
        trace = net.run(x.swapaxes(0, 1), mask=mask.T, batch_first=True)
    else:
        trace = net.run(x, mask=mask)
    found = gate_saturation(trace, low=0.2, high=0.7)
    assert list(found.left) == list(found.right) == ["i", "f", "o"]
    plain = net.run(x, mask=mask)
    for gate in "ifo":
        for unit in range(4):
            real = [v for v, m in zip(plain[gate][..., unit].flat, mask.flat, strict=True) if m]
            assert found.steps == len(real)
            assert found.left[gate][unit] == sum(v < 0.2 for v in real) / len(real)
            assert found.right[gate][unit] == sum(v > 0.7 for v in real) / len(real)
    assert 0 < found.left["f"].mean() < 1


def test_masked_steps_which_record_0_are_not_taken_for_shut_gates():
    found = gate_saturation(network("lstm", strength=0.1).run(sequence(9), lengths=[2]))
    assert found.steps == 2
    assert all((found.left[gate] == 0).all() for gate in "ifo")


def test_an_open_forget_gate_is_right_saturated_and_a_shut_one_left_saturated():
    net = wb.Recurrent("lstm", 1, 2)
    net.parameters["b.f"] = [9.0, -9.0]
    found = gate_saturation(net.run(np.zeros((5, 1))))
    assert (found.left["f"].tolist(), found.right["f"].tolist()) == ([0, 1], [1, 0])
    assert (found.low, found.high) == (0.1, 0.9)


def test_wrong_arguments_are_refused_in_one_line():
    net, x = network("gru"), sequence(4)
    trace = net.run(x)
    for call, message in [
        (lambda: gate_saturation(network("elman").run(x)), "trace: expected a cell with gates, g"),
        (lambda: gate_saturation(net), 'trace: expected a Trace, net.run(x) or run["lstm_1"], got'),
        (lambda: gate_saturation(net.run(x, record=["h", "r"])), "trace: expected the gates rec"),
        (lambda: gate_saturation(trace, 0.9, 0.1), "low, high: expected 0 <= low < high <= 1, go"),
        (lambda: gate_saturation(net.run(x, lengths=[0])), "trace: expected a real step, got mas"),
    ]:
        with pytest.raises(ValueError, match="expected") as caught:
            call()
        assert str(caught.value).startswith(message)
        assert "\n" not in str(caught.value)
