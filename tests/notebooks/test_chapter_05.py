"""Chapter 5: runs as it stands and solved; its prose says what its cells print."""

import re
from functools import partial

import chapters
import numpy as np
from chapters import FOLDER

import workbench as wb

CHAPTER = FOLDER / "05_gradients.ipynb"
prose = partial(chapters.prose, CHAPTER)


def test_the_table_of_gains_says_what_the_prose_says(starters):
    rows = re.findall(r"^ *([\d.]+) +(\S+) +(\S+)$", starters["gain-table"], flags=re.MULTILINE)
    left = {float(gain): (float(own), float(alone)) for gain, own, alone in rows}
    assert list(left) == [0.8, 0.9, 1.0, 1.2, 1.5, 2.0]
    for gain, (own, alone) in left.items():
        assert own < alone, gain
        assert np.isclose(alone, gain**50, rtol=0.5), gain
    assert left[1.5][0] < 1e-3
    assert left[1.5][1] > 1e8
    assert left[2.0][0] > 1


def test_one_step_agrees_and_busy_years_saturate(starters):
    assert starters["jacobian-machine"].count("agrees with the formula") == 2
    quiet, busy = map(
        float, re.findall(r"tanh ([\d.]+)$", starters["jacobian-machine"], re.MULTILINE)
    )
    assert busy < quiet


def test_short_lags_make_the_sum(starters):
    shares = [float(share) for share in re.findall(r"have ([\d.]+)%", starters["parts"])]
    assert shares == sorted(shares)
    assert shares[1] > 99


def test_the_cliff_is_where_the_prose_has_it(starters):
    rows = re.findall(r"b = +(\S+) +L = (\S+) +dL/db = +(\S+)", starters["cliff"])
    table = {float(b): (float(loss), float(slope)) for b, loss, slope in rows}
    # At b = 0 the state stays 0, every slope of tanh is 1, and dh/db is a geometric sum.
    assert np.isclose(table[0.0][1], -sum(1.5**k for k in range(10)), atol=0.006)
    assert sum(1.5**k for k in range(50)) > 1e9
    assert max(abs(table[-0.3][1]), abs(table[0.3][1])) < 1
    assert table[-0.3][0] > 1 > table[0.3][0]


def test_clipping_keeps_the_weight_at_the_edge(starters):
    rows = re.findall(r"limit (\S+): b = (\S+), L = ([\d.]+), .* (\S+)$", starters["descent"], re.M)
    (_, free, free_loss, free_slope), (_, held, held_loss, _) = rows
    assert abs(float(free)) > 1
    assert abs(float(held)) < 0.02
    assert float(held_loss) < 0.01 < float(free_loss)
    assert float(free_slope) > 10


def test_clipping_saves_the_training_on_sunspots(starters):
    pattern = r"worst ([\d.]+), at the end ([\d.]+); norm at most (\d+), after clipping (\d+)"
    free, clipped = ([float(n) for n in row] for row in re.findall(pattern, starters["train"]))
    assert free[0] > 1000
    assert free[1] > 1 > clipped[1]
    assert free[2] == free[3] > 1000
    assert clipped[2] > 1000
    assert clipped[3] == 1


def test_what_is_commonly_said_is_wrong(starters):
    growing = re.findall(r"steps: +([\d.]+)", starters["radius-below-1"])
    # [[a, c], [0, a]] to the power n is [[a^n, n c a^(n-1)], [0, a^n]].
    exact = [
        np.linalg.norm([[0.9**n, 3 * n * 0.9 ** (n - 1)], [0, 0.9**n]], 2) for n in (1, 9, 50, 100)
    ]
    assert np.allclose([float(n) for n in growing], exact, atol=6e-4)
    assert exact[1] > 10 > 1 > exact[2] > exact[3]
    relu = [float(n) for n in re.findall(r": (\S+) is left", starters["relu-gains"])]
    assert relu[0] < 1e-6
    assert relu[2] > relu[1] > 1e6


def test_the_closing_number(starters):
    pairs = re.findall(
        r"radius ([\d.]+), largest singular value ([\d.]+)", starters["gaussian-800"]
    )
    radii, sigmas = np.array(pairs, float).T
    assert len(radii) == 3
    assert np.allclose(radii, 1, atol=0.06)
    assert np.allclose(sigmas, 2, atol=0.03)
    assert f"between {radii.min():.2f} and {radii.max():.2f} here" in prose()
    assert "tends to 1 and the largest singular value to 2" in prose()


def test_the_live_pictures_are_there(starters):
    for live in ("explore-gradients", "explore-jacobian"):
        assert "Explorer" in starters[live]


def test_the_bound_of_the_prose_holds_on_the_sunspots():
    series = wb.data.sunspots()
    past, _ = wb.data.split(series, 0.8)
    net = wb.Recurrent("elman", 1, 16, seed=0)
    assert np.allclose(net.parameters["U"] @ net.parameters["U"].T, np.eye(16))
    trace = net.run(series.inputs(until=len(past)).x)
    d_h = np.zeros_like(trace.h)
    d_h[-1] = 0.25
    norms = np.linalg.norm(trace.bptt(d_h)["h"], axis=1)
    assert np.isclose(norms[-1], 1)
    assert (norms[:-1] <= norms[1:]).all()
