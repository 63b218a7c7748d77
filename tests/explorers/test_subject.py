"""What an explorer can be about: networks, cells, names; arrays, texts, series, files."""

import numpy as np
import pytest

import workbench as wb
from workbench.explorers.subject import SHOWN, Sequence, network, packed


def test_nothing_given_is_the_end_of_the_sunspots():
    series = wb.data.sunspots()[-SHOWN:]
    sequence = Sequence.of(None)
    np.testing.assert_array_equal(sequence.x, series.inputs().x)
    assert sequence.times.tolist() == series.times.tolist()
    assert (sequence.axis, sequence.name) == ("year", "sunspots")


def test_a_text_becomes_one_hot_letters():
    sequence = Sequence.of("abba")
    assert sequence.x.tolist() == [[1, 0], [0, 1], [0, 1], [1, 0]]
    assert sequence.times.tolist() == ["a", "b", "b", "a"]
    assert sequence.inputs == ("a", "b")


def test_a_csv_file_is_read_by_its_path(tmp_path):
    path = tmp_path / "sold.csv"
    path.write_text("date,sold\n2001-01-01,3\n2001-01-02,5\n2001-01-03,4\n")
    for given in (path, str(path)):
        sequence = Sequence.of(given)
        np.testing.assert_allclose(sequence.x[:, 0], np.array([-1, 1, 0]) * np.sqrt(1.5))
        assert sequence.described()["times"] == {
            "kind": "date",
            "values": ["2001-01-01", "2001-01-02", "2001-01-03"],
            "name": "date",
        }


def test_arrays_of_one_two_and_three_axes():
    x = np.arange(12.0)
    assert Sequence.of(x).x.shape == (12, 1)
    assert Sequence.of(x.reshape(6, 2)).inputs == ("x[0]", "x[1]")
    three = x.reshape(3, 2, 2)
    np.testing.assert_array_equal(Sequence.of(three, 1).x, three[:, 1])


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (np.zeros((2, 2, 2, 2)), r"x: expected \(time,\), .*got \(2, 2, 2, 2\)"),
        ([1.0], r"x: expected 2\.\.400 steps in one explorer, got 1"),
        (np.zeros(401), r"x: expected 2\.\.400 steps .*got 401; take a part, x\[:200\]"),
        ([0.0, np.nan], r"x: expected finite numbers, got nan at step 1, input 0"),
        ([[0.0, 1.0], [np.inf, 1.0]], r"x: expected finite numbers, got inf at step 1, input 0"),
        ("a", r"x: expected 2\.\.400 steps"),
        ("", r"x: expected 2\.\.400 steps in one explorer, got 0"),
        ({"a": 1}, r"x: expected an array of numbers, a Series, a text or a CSV file, got dict"),
        ([[1.0], [2.0, 3.0]], r"x: expected an array of numbers"),
        (["a", "b"], r"x: expected an array of numbers"),
    ],
)
def test_what_is_no_sequence_gets_one_line(x, message):
    with pytest.raises(ValueError, match=f"^{message}") as error:
        Sequence.of(x)
    assert "\n" not in str(error.value)


def test_a_row_that_is_not_there_and_a_file_that_is_missing(tmp_path):
    with pytest.raises(ValueError, match=r"^batch: expected 0\.\.1, got 2"):
        Sequence.of(np.zeros((3, 2, 1)), 2)
    with pytest.raises(FileNotFoundError):
        Sequence.of(tmp_path / "none.csv")


@pytest.mark.parametrize(
    ("net", "message"),
    [
        ("lstn", r"cell: expected one of .*did you mean 'lstm'"),
        (7, r"net: expected a Recurrent, a cell or its name \(elman, .*\), got int"),
        (wb.Recurrent("gru", 3, 2), r"x: expected 3 inputs, as the network reads, got 1"),
    ],
)
def test_what_is_no_network_for_the_sequence_gets_one_line(net, message):
    with pytest.raises(ValueError, match=f"^{message}"):
        network(net, Sequence.of([1.0, 2.0]))


def test_networks_of_one_cell_share_one_source():
    nets = {"a": wb.Recurrent("gru", 1, 2), "b": wb.Recurrent("gru", 1, 3, seed=1)}
    about, arrays = packed(nets, Sequence.of([1.0, 2.0]))
    assert len(about["sources"]) == 1
    assert [own["source"] for own in about["networks"]] == [0, 0]
    np.testing.assert_array_equal(arrays["1/U.z"], nets["b"].parameters["U.z"])
