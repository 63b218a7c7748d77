"""Named arrays and a description in one file: what goes in comes out, and what cannot is told."""

import numpy as np
import pytest
from safetensors.numpy import load_file
from saved import same_bits

from workbench.formats import read_arrays, write_arrays
from workbench.formats.arrays import DTYPES


def sample():
    chance = np.random.default_rng(3)
    arrays = {f"of {d}": chance.integers(0, 2, (3, 2)).astype(d) for d in DTYPES.values()}
    return arrays | {
        "number": np.array(2.5),
        "none": np.zeros((0, 4)),
        "": np.array([np.nan, -np.inf, -0.0, 5e-324]),
        "é.W": chance.standard_normal((4, 3)).T,
        "rows": chance.standard_normal((6, 4))[::2],
        "other end": np.arange(3, dtype=">f8"),
    }


def test_arrays_and_metadata_come_back(path):
    given = {"step": 3, "ü": [None, True, 0.1, float("inf")], "deep": {"a": {"b": []}}}
    write_arrays(path, sample(), given)
    arrays, metadata = read_arrays(path)
    assert metadata == given
    wanted = sample()
    assert set(arrays) == set(wanted)
    assert (arrays["other end"] == wanted.pop("other end")).all()
    assert all(same_bits(arrays[name], array) for name, array in wanted.items())


def test_what_comes_back_can_be_changed_and_is_nobody_else_s(path):
    write_arrays(path, sample(), {})
    one, other = read_arrays(path)[0], read_arrays(path)[0]
    for name in one:
        one[name][...] = 1
    assert (other["none"] == one["none"]).all()
    assert np.isnan(other[""][0])
    assert np.isnan(read_arrays(path)[0][""][0])


def test_another_program_reads_the_arrays(path):
    wanted = sample()
    write_arrays(path, wanted, {"a": 1})
    found = load_file(path)
    assert all(np.array_equal(found[n], a, equal_nan=True) for n, a in wanted.items() if a.size)


def test_no_arrays_and_no_metadata(path):
    write_arrays(path, {}, {})
    assert read_arrays(path) == ({}, {})


@pytest.mark.parametrize(
    ("arrays", "metadata", "message"),
    [
        ({"a": np.array(["x"])}, {}, r"arrays: expected real numbers, got <U1 for 'a'"),
        ({"a": np.array([None])}, {}, r"arrays: expected real numbers, got object for 'a'"),
        ({"a": np.ones(2, complex)}, {}, r"arrays: expected real numbers, got complex128 for 'a'"),
        ({3: np.ones(2)}, {}, r"arrays: expected names that are text, got 3"),
        ({"__metadata__": np.ones(2)}, {}, r"arrays: expected names that are text, got"),
        ({}, [1], r"metadata: expected a dict, got \[1\]"),
        ({}, {"a": {1}}, r"metadata: expected what JSON can hold, got"),
        ({}, {"a": "x" * 2**20}, r"metadata: expected at most 1048576 bytes.* belongs in an array"),
    ],
)
def test_what_cannot_be_written_is_refused_and_the_old_file_stays(arrays, metadata, message, path):
    write_arrays(path, {"a": np.ones(1)}, {"old": True})
    with pytest.raises(ValueError, match=f"^{message}") as error:
        write_arrays(path, arrays, metadata)
    assert "\n" not in str(error.value)
    assert read_arrays(path)[1] == {"old": True}
    assert [p.name for p in path.parent.iterdir()] == [path.name]
