import numpy as np
import pytest

import workbench as wb
from workbench.measure import gate_saturation as measure
from workbench.pictures import gate_saturation
from workbench.pictures.style import LIGHT

from .looking import check


def measured(cell="lstm", hidden=6, scale=4.0):
    net = wb.Recurrent(cell, 2, hidden)
    random = np.random.default_rng(0)
    for name, array in net.parameters.items():
        net.parameters[name] = scale * random.standard_normal(array.shape)
    return measure(net.run(random.standard_normal((50, 2, 2))))


def dots_of(picture):
    return [line for line in picture.findobj() if getattr(line, "get_marker", str)() == "o"]


def test_a_dot_is_a_unit_open_across_and_shut_up_in_the_colour_of_the_gate_s_line():
    found = measured()
    dots = dots_of(gate_saturation(found))
    for gate, order, dot in zip("ifo", (0, 1, 3), dots, strict=True):
        np.testing.assert_array_equal(dot.get_xdata(), found.right[gate])
        np.testing.assert_array_equal(dot.get_ydata(), found.left[gate])
        assert dot.get_color() == LIGHT.line(order)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [640, 960])
@pytest.mark.parametrize(
    ("cell", "hidden", "scale"), [("lstm", 64, 4), ("gru", 1, 4), ("mingru", 3, 0), ("lstm", 7, 1)]
)
def test_the_texts_fit(cell, hidden, scale, width, theme):
    picture = gate_saturation(measured(cell, hidden, scale), theme, width)
    said = check(picture)
    assert picture.size()[0] == width
    assert any("steps above 0.9 across, below 0.1 up" in text for text in said)


def test_more_gates_than_fit_in_a_row_begin_another():
    @wb.cell
    def many(x, h, W):
        sigmoid = wb.functions.sigmoid
        a, b, c = sigmoid(W.a @ x), sigmoid(W.b @ x), sigmoid(W.c @ x)
        d, e = sigmoid(W.d @ x), sigmoid(W.e @ x)
        h = a * b * c * d * e * h
        return h

    said = check(gate_saturation(measured(many), width=640))
    assert set("abcde") <= set(said)


def test_wrong_arguments_are_refused_in_one_line():
    found = measured()
    for arguments, message in [
        ((1,), "saturation: expected what measure.gate_saturation(trace) gives, got int"),
        ((found, "blue"), "theme: expected light or dark, got 'blue'"),
        ((found, "dark", 3), "width: expected 640 px or more, got 3"),
    ]:
        with pytest.raises(ValueError, match="expected") as caught:
            gate_saturation(*arguments)
        assert str(caught.value) == message
