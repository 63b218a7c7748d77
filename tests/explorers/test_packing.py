"""Messages between Python and a page: what goes in comes out, and nonsense gets one line."""

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest

from workbench.explorers.packing import pack, unpack

WEB = Path(__file__).parents[2] / "workbench" / "explorers" / "web" / "src"
ECHO = """
import { pack, unpack } from %s;
import { readFileSync } from "node:fs";
const { about, arrays } = unpack(readFileSync(0));
process.stdout.write(pack({ ...about, seen: Object.keys(arrays) }, arrays));
"""


def sample():
    g = np.random.default_rng(1)
    return {
        "a": g.standard_normal((3, 4)),
        "": np.array([np.nan, np.inf, 5e-324]),
        "é": np.zeros(0),
    }


def same(got, wanted):
    assert set(got) == set(wanted)
    for name, array in wanted.items():
        np.testing.assert_array_equal(got[name], array)


def test_what_is_packed_is_unpacked():
    about, arrays = unpack(pack({"ü": [1, None, "x"]}, sample()))
    assert about == {"ü": [1, None, "x"]}
    same(arrays, sample())


def test_a_message_without_arrays():
    assert unpack(pack({"a": 1})) == ({"a": 1}, {})


@pytest.mark.browser
def test_the_page_reads_and_writes_the_same_format(node, tmp_path):
    script = tmp_path / "echo.mjs"
    script.write_text(ECHO % json.dumps((WEB / "packing.js").as_uri()), encoding="utf-8")
    message = pack({"ü": "ß"}, sample())
    done = subprocess.run([node, script], input=message, capture_output=True, check=True)
    about, arrays = unpack(done.stdout)
    assert (about["ü"], sorted(about["seen"])) == ("ß", sorted(sample()))
    same(arrays, sample())


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"1234567",
        b"\xff" * 64,
        pack({"a": 1}, {"x": np.ones(9)})[:-8],
        pack({"a": 1})[:12],
        (2).to_bytes(8, "little") + b"[]",
        (40).to_bytes(8, "little") + b'{"__metadata__":{"about":"[1, 2, 3]"}}  ',
        (38).to_bytes(8, "little") + b'{"__metadata__":{"about":"{not json"}}',
    ],
)
def test_bytes_that_are_no_message_get_one_line(message):
    with pytest.raises(ValueError, match=r"^message: expected") as error:
        unpack(message)
    assert "\n" not in str(error.value)


def test_a_truncated_message_never_does_harm():
    message = pack({"a": 1}, sample())
    for length in range(len(message)):
        with pytest.raises(ValueError, match=r"^message: expected"):
            unpack(message[:length])
