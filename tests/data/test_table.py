import numpy as np
import pytest

from workbench.data import Series, Table, split, windows


def small(**changes):
    fields = {
        "name": "small",
        "values": [[1.0, 10.0], [2.0, 30.0], [3.0, 20.0], [6.0, 0.0]],
        "times": [0, 1, 2, 3],
        "columns": ("wind", "rain"),
        "units": ("m/s", "mm"),
        "labels": [0, 1, 1, 0],
        "class_names": ("sun", "rain"),
    }
    return Table(**{**fields, **changes})


def test_a_name_gives_a_series_and_a_slice_a_table():
    column = small()["rain"]
    assert isinstance(column, Series)
    assert (column.name, column.unit, column.values.tolist()) == ("rain", "mm", [10, 30, 20, 0])
    part = small()[1:3]
    assert part.values.tolist() == [[2, 30], [3, 20]]
    assert (part.times.tolist(), part.labels.tolist()) == ([1, 2], [1, 1])
    with pytest.raises(KeyError, match="column: expected one of wind, rain, got 'snow'"):
        small()["snow"]


def test_inputs_standardise_each_column_as_the_series_does_and_know_no_later_step():
    table = small()
    x, mean, scale = table.inputs(until=3)
    for k, column in enumerate(table.columns):
        alone = table[column].inputs(until=3)
        np.testing.assert_array_equal(x[:, k], alone.x[:, 0])
        assert (mean[k], scale[k]) == (alone.mean, alone.scale)
    np.testing.assert_allclose(table.inputs(until=3).restore(x), table.values, rtol=1e-15)
    with pytest.raises(ValueError, match=r"until: expected 1..4, got 5"):
        table.inputs(until=5)


def test_split_and_windows_take_a_table():
    past, future = split(small(), 0.5)
    assert (len(past), len(future)) == (2, 2)
    assert future.times.tolist() == [2, 3]
    x, y = windows(small(), length=2)
    assert x[1].tolist() == [[2, 30], [3, 20]]
    assert y[1].tolist() == [6, 0]


def test_the_arrays_are_copies_that_nobody_can_write_to():
    for array in (small().values, small().times, small().labels):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1
    assert repr(small()) == "Table(small: 4 steps of wind, rain)"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"values": [1.0, 2.0]}, r"values: expected \(time, columns\), got \(2,\)"),
        (
            {"values": [[1, 2], [3, np.inf], [1, 2], [1, 2]]},
            r"values: expected finite numbers, got inf at \(1, 1\)",
        ),
        ({"columns": ("wind",)}, "columns: expected 2 names, got 1"),
        ({"units": ("m", "m", "m")}, "units: expected 2 names, got 3"),
        ({"times": [0, 1]}, r"times: expected \(4,\), got \(2,\)"),
        ({"labels": [0, 1]}, r"labels: expected \(4,\), got \(2,\)"),
        ({"labels": [0, 1, 2, 0]}, r"labels: expected 0..1, got 2"),
    ],
)
def test_a_table_that_does_not_fit_together_is_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        small(**changes)
