"""Files whose bytes are whole, but not what they say: one line each, before memory is taken."""

import json

import numpy as np
import pytest
from safetensors.numpy import load
from saved import models, own, refused, rewritten, taken_apart

import workbench as wb
from workbench.formats import write_arrays

MANY = 10**12


def layer(*place, **values):
    """A change of the described part at this place: keys and numbers from the model on."""

    def change(envelope, arrays):
        part = envelope["metadata"]["model"]
        for key in place:
            part = part[key]
        part.update(values)

    return change


def without(*place):
    def change(envelope, arrays):
        part = envelope["metadata"]["model"]
        for key in place[:-1]:
            part = part[key]
        del part[place[-1]]

    return change


def deep(envelope, arrays):
    model = envelope["metadata"]["model"]
    for _ in range(100):
        model = {"class": "Network", "layers": [model]}
    envelope["metadata"]["model"] = model


LSTM, DENSE = ("layers", 1), ("layers", 3)
DESCRIPTIONS = {
    "another version of the file": lambda e, a: e.update(version=2),
    "no version": lambda e, a: e.pop("version"),
    "no digest": lambda e, a: e.pop("sha256"),
    "another version of a model": lambda e, a: e["metadata"].update(version=2),
    "another kind": lambda e, a: e["metadata"].update(kind="checkpoint"),
    "metadata that is a list": lambda e, a: e.update(metadata=[]),
    "no model": lambda e, a: e["metadata"].pop("model"),
    "a model that is text": lambda e, a: e["metadata"].update(model="wb.Network"),
    "an unknown class": layer(*LSTM, **{"class": "os.system"}),
    "a class that is a list": layer(*LSTM, **{"class": ["Recurrent"]}),
    "no class": without(*LSTM, "class"),
    "a class that is no model": layer(**{"class": "Last"}),
    "a layer too little": lambda e, a: e["metadata"]["model"]["layers"].pop(),
    "a layer too much": lambda e, a: e["metadata"]["model"]["layers"].append({"class": "Last"}),
    "a layer that is a number": lambda e, a: e["metadata"]["model"]["layers"].append(3),
    "no layers": lambda e, a: e["metadata"]["model"].update(layers=[]),
    "layers by name": lambda e, a: e["metadata"]["model"].update(layers={}),
    "100,000 layers": lambda e, a: e["metadata"]["model"].update(
        layers=[{"class": "Last"}] * 100_000
    ),
    "layers 100 deep": deep,
    "an unknown cell": layer(*LSTM, cell="transformer"),
    "a cell that is a path": layer(*LSTM, cell="os.path"),
    "a cell that is a list": layer(*LSTM, cell=["lstm"]),
    "another cell": layer(*LSTM, cell="gru"),
    "another digest": layer(*LSTM, digest="0" * 16),
    "an unknown hyper-parameter": layer(*LSTM, hyper={"leak_rate": 0.5}),
    "a hyper-parameter called self": layer(*LSTM, hyper={"self": 0.5}),
    "hidden_size of 10**12": layer(*LSTM, hidden_size=MANY),
    "hidden_size of 10**400": layer(*LSTM, hidden_size=10**400),
    "hidden_size of zero": layer(*LSTM, hidden_size=0),
    "hidden_size below zero": layer(*LSTM, hidden_size=-4),
    "hidden_size with a point": layer(*LSTM, hidden_size=4.0),
    "hidden_size true": layer(*LSTM, hidden_size=True),
    "no hidden_size": without(*LSTM, "hidden_size"),
    "input_size of 10**12": layer(*LSTM, input_size=MANY),
    "sizes that it has not": layer(*LSTM, sizes={"y": 3}),
    "output_size of 10**12": layer(*DENSE, output_size=MANY),
    "sizes that trade places": layer(*DENSE, input_size=2, output_size=3),
    "an unknown dtype": layer(*LSTM, dtype="float16"),
    "a dtype that is code": layer(*LSTM, dtype="object"),
    "another dtype": layer(*DENSE, dtype="float32"),
    "a seed below zero": layer(*LSTM, seed=-1),
    "a seed of text": layer(*LSTM, seed="0"),
    "an unknown start": layer(*LSTM, start={"U": "eval"}),
    "a start of nothing": layer(*LSTM, start={"Q": 1.0}),
    "a start that is not there": layer(*LSTM, start={"b": {"array": "nowhere"}}),
    "a start that is a parameter": layer(*LSTM, start={"b": {"array": "dense_2.b"}}),
    "starts in a list": layer(*LSTM, start=[]),
    "an unknown activation": layer(*DENSE, activation="__import__"),
    "an activation of two arguments": layer(*DENSE, activation="maximum"),
    "an activation that is a list": layer(*DENSE, activation=[1]),
    "an option too much": layer(*DENSE, code="print()"),
    "a network with options": layer(training=False),
    "an array missing": lambda e, a: a.pop("dense_2.b"),
    "an array too much": lambda e, a: a.update(more=np.ones(3)),
    "an array of another name": lambda e, a: a.update(other=a.pop("dense_2.b")),
    "an array turned": lambda e, a: a.update({"dense_1.W": a["dense_1.W"].T.copy()}),
    "an array of another dtype": lambda e, a: a.update(
        {"dense_2.b": a["dense_2.b"].astype("float32")}
    ),
    "an array of whole numbers": lambda e, a: a.update({"dense_2.b": np.arange(2)}),
    "an array with other numbers": lambda e, a: a.update({"dense_2.b": np.ones(2)}),
}


@pytest.mark.parametrize("signed", [False, True], ids=["", "with the right digest"])
@pytest.mark.parametrize("name", DESCRIPTIONS)
def test_a_description_with(name, signed, contents, path):
    """With the right digest as well: a file that somebody made on purpose is no other case."""
    content = rewritten(contents["dense"], DESCRIPTIONS[name])
    envelope = json.loads(taken_apart(content)[0]["__metadata__"]["workbench"])
    if signed and set(envelope) == {"version", "sha256", "metadata"} and name != "100,000 layers":
        if not isinstance(envelope["metadata"], dict) or envelope["version"] != 1:
            return
        write_arrays(path, load(content), envelope["metadata"])
        if name == "an array with other numbers":
            wb.load_model(path)  # the control: a whole file with other numbers is a model
            return
    else:
        path.write_bytes(content)
    refused(path)


OTHER = {
    "a size that the cell has not": ("own cell", layer(sizes={"y": 2})),
    "a size of 10**12": ("own cell", layer(sizes={"m": MANY})),
    "a number for a function": ("own cell", layer(hyper={"keep": 0.5, "activation": 2.0})),
    "a function for a number": ("own cell", layer(hyper={"keep": "tanh", "activation": "tanh"})),
    "an unknown function": ("own cell", layer(hyper={"keep": 0.5, "activation": "eval"})),
    "a function of two": ("own cell", layer(hyper={"keep": 0.5, "activation": "maximum"})),
    "a number beyond all": ("own cell", layer(hyper={"keep": 10**400, "activation": "tanh"})),
    "two starts in one array": (
        "starts", layer("start", b={"array": "model.start.W.i"}),
    ),
    "an unknown merge": ("both directions", layer("layers", 0, merge="stack")),
    "ends of one": ("both directions", layer("layers", 0, ends=1)),
    "directions that are no layers": ("both directions", layer("layers", 0, forward=None)),
    "a direction that is a Dense": (
        "both directions", layer("layers", 1, forward={"class": "Last"}),
    ),
    "a rate of 2": ("both directions", layer("layers", 0, "forward", rate=2.0)),
    "a rate that is not a number": (
        "both directions", layer("layers", 0, "forward", rate=float("nan")),
    ),
    "dropout of a Last": ("both directions", layer("layers", 0, "forward", net={"class": "Last"})),
    "an unknown style": ("two speeds", layer("layers", 0, style="fast")),
    "every zero": ("two speeds", layer("layers", 0, every=0)),
    "a reservoir of a Last": ("reservoir", layer("layers", 0, net={"class": "Last"})),
    "a reservoir of 10**12": ("reservoir", layer("layers", 0, "net", hidden_size=MANY)),
    "a radius of text": ("reservoir", layer("layers", 0, spectral_radius="0.9")),
    "a vocabulary of 10**12": ("embedding", layer("layers", 0, vocabulary_size=MANY)),
    "an epsilon of zero": ("mean, norm", layer("layers", 1, epsilon=0.0)),
    "a norm of 10**12": ("mean, norm", layer("layers", 1, input_size=MANY)),
    "no steps": ("mean, norm", layer("layers", 4, steps=0)),
    "a flag of text": ("mean, norm", layer("layers", 2, same_over_time="yes")),
    "an encoder that is a Recurrent": (
        "encoder and decoder", layer(encoder={"class": "Last"}),
    ),
    "an encoder too small": (
        "encoder and decoder", lambda e, a: e["metadata"]["model"]["encoder"]["layers"].pop(),
    ),
    "an encoder and decoder in a network": (
        "encoder and decoder",
        lambda e, a: e["metadata"].update(
            model={"class": "Network", "layers": [e["metadata"]["model"]]}
        ),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", OTHER)
def test_a_description_of_other_layers_with(name, contents, path):
    model, change = OTHER[name]
    content = rewritten(contents[model], change)
    envelope = json.loads(taken_apart(content)[0]["__metadata__"]["workbench"])
    write_arrays(path, load(content), envelope["metadata"])
    refused(path)


def test_a_whole_file_is_no_such_case(contents, path):
    for name, content in contents.items():
        path.write_bytes(rewritten(content, lambda envelope, arrays: None))
        assert repr(wb.load_model(path, cells=[own])) == repr(models()[name]()) or "enc" in name
