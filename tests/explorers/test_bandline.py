"""Where a curve stands that leaves its log axis, and how wide that axis is, in Node.js."""

import json
import subprocess
from pathlib import Path

import pytest

from workbench import measure

DRIVER = Path(__file__).parent / "bandline.js"
WINDOW = {"low": -8, "high": 4}


def answer(node, values=(1.0,), tracks=(), biases=(), lags=()):
    job = {"values": [repr(v) for v in values], "window": WINDOW, "tracks": tracks}
    job |= {"biases": list(biases), "lags": list(lags)}
    text = json.dumps(job).replace('"inf"', '"Infinity"').replace('"nan"', '"NaN"')
    done = subprocess.run([node, DRIVER], input=text, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


def test_a_smaller_norm_never_stands_above_a_greater_one(node):
    values = [float("inf"), 1e9, 1e4, 1.0, 1e-8, 1e-12, 0.0]
    heights = answer(node, values)["heights"]
    assert heights == sorted(heights)
    assert heights[5] > heights[4], "what has left the axis is below all that is on it"


def test_a_curve_ends_at_the_edge_and_goes_on_dotted_where_it_crosses_it(node):
    found = answer(node, [1e-6, 1e-10, 1e-10, 1e-6])
    parts, bottom = found["parts"], found["bottom"]
    # Half of the way from 10^-6 to 10^-10 is 10^-8, the edge.
    assert [line[-1] for line in parts["lines"][:1]] == [[5, bottom]]
    assert parts["lines"][1][0] == [25, bottom]
    assert parts["marks"] == [[5, bottom, True], [25, bottom, True]]
    (dots,) = parts["dots"]
    assert [x for x, _ in dots] == [5, 10, 20, 25]
    assert min(y for _, y in dots) > bottom


def test_what_falls_to_exact_0_falls_at_its_own_step_and_nothing_is_left_out(node):
    found = answer(node, [1.0, 0.0, 0.0])
    assert found["parts"]["marks"] == [[10, found["bottom"], True]]
    for value, shown in ((float("inf"), "top"), (float("nan"), None)):
        parts = answer(node, [value, 1.0])["parts"]
        assert len(parts["dots"]) == len(parts["lines"]) == 1
        assert [y for _, y, _ in parts["marks"]] == ([found[shown]] if shown else [])


def test_an_axis_only_widens_and_ends_at_16_decades(node):
    tracks = [[1e-3, 1.0], [1e-9, 1.0], [0.5, 1.0], [1e7, 1.0], [1e-40, 1.0], [0.0, 1.0]]
    wide = [(each["low"], each["high"]) for each in answer(node, tracks=tracks)["wide"]]
    assert wide == [(-4, 4), (-12, 4), (-12, 4), (-12, 8), (-16, 8), (-16, 8)]


@pytest.mark.parametrize("bias", [-3.0, 0.0, 1.0, 7.0])
def test_the_half_life_lies_on_the_curve_of_the_bias(bias, node):
    half = float(measure.half_life(bias))
    open_loop = answer(node, biases=[bias], lags=[half, 0.0, 3.0])["open"]
    assert open_loop == pytest.approx([0.5, 1.0, measure.retention(bias, 3)[-1]], rel=1e-12)
