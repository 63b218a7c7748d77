"""Files that are none, or no longer: each gets one line, little memory, and nothing is run."""

import json
import os
import pickle
import struct

import numpy as np
import pytest
from safetensors.numpy import save
from saved import (
    KINDS,
    LENGTH,
    MEGABYTES,
    at_most,
    models,
    own,
    put_together,
    refused,
    same_bits,
    taken_apart,
)  # fmt: skip

import workbench as wb
from workbench.formats import model_parts, read_arrays, write_arrays

MANY = 10**12


def refused_or_same(content, path, model):
    """A changed file is refused, or the change was one that says the same (1e-05 and 1E-05)."""
    path.write_bytes(content)
    try:
        with at_most(MEGABYTES):
            other = wb.load_model(path, cells=[own])
    except ValueError:
        refused(path)
    else:
        assert model_parts(other)[0] == model_parts(model)[0]
        assert all(same_bits(a, other.parameters[n]) for n, a in model.parameters.items())


def some(name, few, many):
    """Parameters 0..few-1 by default, the others up to many with -m long."""
    cases = [*range(few), *(pytest.param(k, marks=pytest.mark.long) for k in range(few, many))]
    return pytest.mark.parametrize(name, cases)


def cuts(content):
    return [*range(0, len(content), 64), len(content) - 1]


@pytest.mark.parametrize("place", range(30))
def test_a_file_cut_at_every_64th_byte(place, contents, path):
    content = contents["dense"]
    for length in cuts(content)[place::30]:
        path.write_bytes(content[:length])
        refused(path)


@pytest.mark.long
@pytest.mark.parametrize("name", KINDS)
def test_every_kind_of_file_cut_at_every_64th_byte(name, contents, path):
    for length in cuts(contents[name]):
        path.write_bytes(contents[name][:length])
        refused(path)


@some("seed", 30, 300)
def test_flipped_bits_anywhere(seed, contents, path):
    chance = np.random.default_rng(seed)
    name = list(contents)[seed % len(contents)]
    content = bytearray(contents[name])
    for _ in range(1 + seed % 3):
        content[chance.integers(len(content))] ^= 1 << chance.integers(8)
    refused_or_same(bytes(content), path, models()[name]())


@pytest.mark.parametrize("bit", [*range(0, 64, 7), 63])
def test_flipped_bits_of_the_header_s_length(bit, contents, path):
    (length,) = struct.unpack("<Q", contents["dense"][:LENGTH])
    path.write_bytes(struct.pack("<Q", length ^ 1 << bit) + contents["dense"][LENGTH:])
    refused(path)


def test_every_flipped_bit_of_a_number_is_seen(contents, path):
    content = contents["dense"]
    for place in range(len(content) - 96, len(content), 8):
        changed = bytearray(content)
        changed[place] ^= 1
        path.write_bytes(changed)
        assert "the file is damaged" in refused(path)


def changed(name, **values):
    """A change of one array's entry in the header."""
    return lambda header: header[name].update(values)


HEADERS = {
    "another number type": changed("dense_2.b", dtype="F32"),
    "whole numbers": changed("dense_2.b", dtype="I64"),
    "an unknown number type": changed("dense_2.b", dtype="F63"),
    "a number type nobody has here": changed("dense_2.b", dtype="BF16", shape=[8]),
    "no number type": lambda header: header["dense_2.b"].pop("dtype"),
    "a shape that is too large": changed("dense_2.b", shape=[3]),
    "a shape of another form": changed("dense_1.W", shape=[3, 4]),
    "a shape with the axes in one": changed("dense_1.W", shape=[12]),
    "a shape below zero": changed("dense_2.b", shape=[-2]),
    "a shape that overflows": changed("dense_2.b", shape=[2**33, 2**33]),
    "a vast shape": changed("dense_2.b", shape=[MANY]),
    "a shape of nothing, vast": lambda h: h["dense_2.b"].update(
        shape=[0, 2**40, 2**40], data_offsets=[0, 0]
    ),
    "an array of nothing, vast": lambda h: h.update(
        {"more": {"dtype": "F64", "shape": [2**40, 0, 2**23], "data_offsets": [0, 0]}}
    ),
    "a shape of text": changed("dense_2.b", shape=["2"]),
    "a shape of 10,000 axes": changed("dense_2.b", shape=[2, *[1] * 9999]),
    "offsets that overlap": lambda h: h["dense_1.b"].update(h["dense_2.b"], shape=[2]),
    "offsets out of range": changed("dense_2.b", data_offsets=[10**6, 10**6 + 16]),
    "offsets the wrong way round": lambda h: h["dense_2.b"]["data_offsets"].reverse(),
    "offsets below zero": changed("dense_2.b", data_offsets=[-16, 0]),
    "offsets beyond all numbers": changed("dense_2.b", data_offsets=[2**64, 2**64 + 16]),
    "two arrays swapped": lambda h: swap(h, "lstm_1.W.i", "lstm_1.W.f"),
    "an array renamed": lambda h: h.update({"dense_2.c": h.pop("dense_2.b")}),
    "an array without entry": lambda h: h.pop("dense_2.b"),
    "an entry without array": lambda h: h.update(
        {"more": {"dtype": "F64", "shape": [2], "data_offsets": [0, 16]}}
    ),
    "no metadata": lambda h: h.pop("__metadata__"),
    "metadata that is no text": lambda h: h.update(__metadata__={"workbench": {"version": 1}}),
    "other metadata": lambda h: h.update(__metadata__={"format": "pt"}),
    "metadata that is no JSON": lambda h: h.update(__metadata__={"workbench": "{'a': 1}"}),
    "metadata that is no object": lambda h: h.update(__metadata__={"workbench": "[1]"}),
    "metadata 100,000 deep": lambda h: h.update(__metadata__={"workbench": "[" * 10**5}),
    "metadata of small pieces": lambda h: h.update(__metadata__={"workbench": "[],".join("[" * 2)}),
    "a number of 100,000 digits": lambda h: h.update(__metadata__={"workbench": "9" * 10**5}),
}


def swap(header, one, other):
    header[one], header[other] = header[other], header[one]


@pytest.mark.parametrize("name", HEADERS)
def test_a_header_with(name, contents, path):
    header, data = taken_apart(contents["dense"])
    HEADERS[name](header)
    path.write_bytes(put_together(header, data))
    refused(path)


RAW = {
    "nothing": b"",
    "seven bytes": b"1234567",
    "no header": bytes(LENGTH),
    "an empty object": put_together(b"{}", b""),
    "a list": put_together(b"[]", b""),
    "text that is no UTF-8": put_together(b"\xff" * 64, b""),
    "brackets without end": put_together(b"[" * 10**5, b""),
    "objects without end": put_together(b'{"a":' * 10**5, b""),
    "a header longer than the file": struct.pack("<Q", 2**40) + b"{}",
    "the longest header": struct.pack("<Q", 2**64 - 1) + b"{}",
    "a header of 3 MiB": put_together(b"{" + b" " * 3 * 2**20 + b"}", b""),
    "small pieces": put_together(
        json.dumps({"__metadata__": {"workbench": f"[{'[],' * 340_000}[]]"}}).encode(), b""
    ),
    "an array twice": put_together(
        b'{"a":{"dtype":"F64","shape":[1],"data_offsets":[0,8]},'
        b'"a":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}}', bytes(8)
    ),
    "a zip archive": b"PK\x03\x04" + bytes(64),
    "HDF5": b"\x89HDF\r\n\x1a\n" + bytes(64),
    "arrays of another program": save({"W": np.ones((2, 2))}, {"format": "np"}),
    "text": b"import os\nos.system('true')\n" * 10,
}  # fmt: skip


@pytest.mark.parametrize("name", RAW)
def test_a_file_of(name, path):
    path.write_bytes(RAW[name])
    line = refused(path)
    looks = {"a zip archive": "zip archive", "HDF5": "an HDF5 file"}
    assert looks.get(name, "") in line


class Bomb:
    """Unpickled, it makes a file."""

    def __init__(self, mark):
        self.mark = mark

    def __reduce__(self):
        return open, (self.mark, "w")


@pytest.mark.parametrize("protocol", range(6))
def test_a_pickle_is_never_opened(protocol, path, tmp_path):
    mark = str(tmp_path / "mark")
    path.write_bytes(pickle.dumps(Bomb(mark), protocol))
    line = refused(path)
    assert not os.path.exists(mark)
    assert ("Python pickle" in line) == (protocol >= 2)
    pickle.loads(path.read_bytes()).close()
    assert os.path.exists(mark)  # the control: it would have


def test_what_is_no_file_is_told(path):
    assert "No such file" in refused(path)
    path.mkdir()
    assert "got a folder" in refused(path)
    path.rmdir()
    os.mkfifo(path)
    assert "expected a file, got something else" in refused(path)
    path.unlink()
    path.symlink_to(path)
    assert "symbolic link" in refused(path)


def test_a_file_without_permission_is_told(path, contents, monkeypatch):
    path.write_bytes(contents["dense"])

    def closed(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("builtins.open", closed)
    with pytest.raises(ValueError, match=r"^path: expected a readable file, got Permission denied"):
        wb.load_model(path)


def test_arrays_are_held_to_the_same_form(path, contents):
    path.write_bytes(contents["dense"][:-1])
    with pytest.raises(ValueError, match=r"^path: expected a safetensors file, got"):
        read_arrays(path)
    write_arrays(path, {}, {"kind": "checkpoint"})
    assert "expected a model file, got a file of 'checkpoint'" in refused(path)
