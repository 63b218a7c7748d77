"""Models of every kind, for the laws of files that hold for all of them."""

import json
import resource
from contextlib import contextmanager

import numpy as np
import pytest
from safetensors.numpy import load, save

import workbench as wb
from workbench.functions import sigmoid, tanh

LENGTH = 8
MEGABYTES = 100
KINDS = (
    "dense", "mean, norm", "embedding", "own cell", "starts", "both directions", "two speeds",
    "reservoir", "encoder and decoder",
)  # fmt: skip
"""Models that have all kinds of layers between them."""


@wb.cell(start={"b.f": 1.0})
def own(x, h, m, W, U, V, b, *, keep=0.8, activation=tanh):
    """A cell of one's own with a second size, a number and a function."""
    f = sigmoid(W.f @ x + U.f @ h + b.f)
    m = keep * m + (1 - keep) * activation(V @ (f * h))
    h = f * tanh(W.h @ x + U.h @ m + b.h)
    return h, m


def models(dtype="float64"):
    """name -> () -> model, its parameters random."""
    kind = {"dtype": dtype}

    def net(cell="lstm", inputs=3, hidden=4, seed=0, **options):
        return wb.Recurrent(cell, inputs, hidden, seed=seed, **kind, **options)

    def dense(inputs, outputs, *rest):
        return wb.Dense(inputs, outputs, *rest, seed=3, **kind)

    made = {f"bare {name}": lambda n=name: net(n, 4, 4) for name in wb.cells.CELLS} | {
        "numbers and functions": lambda: net("leaky", leak_rate=0.1, activation="relu"),
        "own cell": lambda: net(own, keep=0.25, activation="softsign", sizes={"m": 2}),
        "starts": lambda: net(
            start={"b.f": 5, "U": "identity", "W.i": np.ones((4, 3)), "b": [1] * 4}
        ),
        "large seed": lambda: net(seed=2**70),
        "dense": lambda: wb.Network(dense(3, 4, "relu"), net(inputs=4), wb.Last(), dense(4, 2)),
        "mean, norm": lambda: wb.Network(
            net("gru"), wb.LayerNorm(4, epsilon=1e-3, **kind),
            wb.Dropout(0.25, same_over_time=True), wb.MeanOverTime(),
            wb.Repeat(3, first_only=True), net("elman", 4, 2, 1),
        ),
        "embedding": lambda: wb.Network(wb.Embedding(5, 3, seed=2, **kind), net(), dense(4, 5)),
        "one hot": lambda: wb.Network(wb.OneHot(5, **kind), net(inputs=5), wb.Last()),
        "recurrent dropout": lambda: wb.Network(wb.RecurrentDropout(net("gru"), 0.3)),
        "both directions": lambda: wb.Network(
            wb.Bidirectional(wb.RecurrentDropout(net(), 0.1), merge="sum"),
            wb.Bidirectional(net(own, 4, seed=2), merge="product", ends=True),
        ),
        "two speeds": lambda: wb.Network(
            wb.Hierarchical(net(), net("gru", 4, 2, 1), every=2),
            wb.Hierarchical(net(inputs=6), net("gru", 4, 2, 1), every=3, style="chunked"),
        ),
        "reservoir": lambda: wb.Network(
            wb.Reservoir(3, 12, density=0.5, leak_rate=0.4, bias_scale=0.1, seed=4, **kind),
            dense(12, 2),
        ),
        "nested": lambda: wb.Network(wb.Network(net(), dense(4, 3)), wb.Network(net("gru"))),
        "encoder and decoder": lambda: wb.EncoderDecoder(
            wb.Network(wb.Embedding(6, 3, **kind), net(), net("gru", 4, 3, 1)),
            wb.Network(wb.OneHot(5, **kind), net(inputs=5), net("gru", 4, 3, 2), dense(3, 5)),
        ),
    }  # fmt: skip
    return {name: lambda make=make: stirred(make()) for name, make in made.items()}


def stirred(model):
    """The model with parameters that no start would give."""
    generator = np.random.default_rng(9)
    for array in model.parameters.values():
        array += 0.1 * generator.standard_normal(array.shape)
    return model


def outputs(model):
    """Arrays that a model gives out for one input, while it learns and after."""
    generator = np.random.default_rng(4)
    if isinstance(model, wb.EncoderDecoder):
        read, given = (generator.integers(0, 5, (steps, 2)) for steps in (6, 3))
        return [model.run(read, given).output, *model.generate(read, given[0], 3)]
    tokens = isinstance(model, wb.Network) and "tokens" in model.takes
    x = generator.integers(0, 5, (6, 2)) if tokens else generator.standard_normal((6, 2, 3))
    if isinstance(model, wb.Recurrent):
        x = generator.standard_normal((6, 2, model.input_size))
        return [model.run(x)[name] for name in model.cell.lines]
    return [model.run(x, training=training, seed=5).output for training in (False, True)]


def same_bits(one, other):
    return (
        one.dtype == other.dtype and one.shape == other.shape and one.tobytes() == other.tobytes()
    )


def taken_apart(content):
    """(header as an object, data) of the bytes of a safetensors file."""
    end = LENGTH + int.from_bytes(content[:LENGTH], "little")
    return json.loads(content[LENGTH:end]), content[end:]


def put_together(header, data):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return len(text).to_bytes(LENGTH, "little") + text + data


def rewritten(content, change):
    """The bytes with other metadata or arrays, and no word of it in the digest.

    change: (envelope, arrays) -> None, changes both in place.
    """
    arrays = load(content)
    envelope = json.loads(taken_apart(content)[0]["__metadata__"]["workbench"])
    change(envelope, arrays)
    return save(arrays, {"workbench": json.dumps(envelope)})


@contextmanager
def at_most(megabytes):
    """Inside, this process gets no more memory than that in addition."""
    with open("/proc/self/statm") as file:
        used = int(file.read().split()[0]) * resource.getpagesize()
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (used + megabytes * 2**20, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def refused(path):
    """The one line that a file is answered with."""
    with at_most(MEGABYTES), pytest.raises(ValueError, match=r"^path: expected .+, got .+") as told:
        wb.load_model(path, cells=[own])
    line = str(told.value)
    assert "\n" not in line
    assert len(line) < 700
    assert repr(str(path)) in line
    return line
