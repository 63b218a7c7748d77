import numpy as np
import pytest
from scipy.signal import find_peaks

from workbench.data import MarkedSeries, Series, heartbeats


@pytest.fixture(scope="module")
def marked():
    pytest.importorskip("sktime")
    return heartbeats()


def beats(series):
    """The steps of the sharp peaks, at least a quarter of a second apart."""
    steps, _ = find_peaks(series.values, height=0.5, distance=90)
    return steps


def test_the_record_is_of_a_heart_at_rest(marked):
    seconds = marked.series.times[beats(marked.series)]
    assert 60 < 60 / np.median(np.diff(seconds)) < 100  # the resting rate of an adult
    assert len(marked.series) == 7500
    assert marked.series.times[360] == 1


def test_one_stretch_is_marked_and_holds_the_beat_that_comes_too_early(marked):
    edges = np.flatnonzero(np.diff(np.r_[0, marked.anomalous, 0]))
    assert len(edges) == 2
    steps = beats(marked.series)
    early = steps[1:][np.argmin(np.diff(steps))]
    assert marked.anomalous[early]


def test_the_part_to_learn_from_has_nothing_anomalous(marked):
    assert not marked.anomalous[: marked.normal_until].any()
    assert marked.anomalous[marked.normal_until :].any()
    assert repr(marked).startswith("MarkedSeries(electrocardiogram: 7500 steps, ")


@pytest.mark.parametrize(
    ("anomalous", "normal_until", "message"),
    [
        ([False, True], 1, r"anomalous: expected \(3,\), got \(2,\)"),
        ([False, True, False], 0, "normal_until: expected 1..3, got 0"),
        ([False, False, False], 4, "normal_until: expected 1..3, got 4"),
        (
            [False, True, False],
            2,
            "normal_until: expected at most 1, the first anomalous step, got 2",
        ),
    ],
)
def test_marks_that_do_not_fit_are_refused(anomalous, normal_until, message):
    with pytest.raises(ValueError, match=message):
        MarkedSeries(Series("s", [1, 2, 3], [0, 1, 2]), anomalous, normal_until)


def test_the_marks_are_a_copy_that_nobody_can_write_to():
    mine = np.array([False, False, True])
    marked = MarkedSeries(Series("s", [1, 2, 3], [0, 1, 2]), mine, 2)
    mine[0] = True
    assert marked.anomalous.tolist() == [False, False, True]
    with pytest.raises(ValueError, match="read-only"):
        marked.anomalous[0] = True
