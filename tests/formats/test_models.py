"""A model that was saved comes back as it was; what a file cannot hold is refused before."""

import json

import numpy as np
import pytest
from safetensors.numpy import load_file
from saved import models, outputs, own, same_bits, stirred

import workbench as wb
from workbench.formats import model_from, model_parts, read_about
from workbench.layers import reservoir

MODELS = models()


def saved_and_loaded(model, path):
    wb.save_model(model, path)
    return wb.load_model(path, cells=[own])


def assert_same(model, other):
    assert type(model) is type(other)
    assert model_parts(model)[0] == model_parts(other)[0]
    assert list(model.parameters) == list(other.parameters)
    assert model.dtype == other.dtype
    for name, array in model.parameters.items():
        assert same_bits(array, other.parameters[name]), name


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", MODELS)
def test_what_is_saved_comes_back(name, dtype, path):
    model = models(dtype)[name]()
    other = saved_and_loaded(model, path)
    assert_same(model, other)
    if not isinstance(model, wb.EncoderDecoder):
        assert repr(model) == repr(other)


@pytest.mark.parametrize(
    "name", ["bare lstm", "own cell", "mean, norm", "recurrent dropout", "both directions",
             "two speeds", "reservoir", "nested", "encoder and decoder"],
)  # fmt: skip
def test_outputs_are_the_same_bits(name, path):
    model = MODELS[name]()
    other = saved_and_loaded(model, path)
    for one, two in zip(outputs(model), outputs(other), strict=True):
        assert same_bits(one, two)


def test_numbers_changed_after_the_making_come_back(path):
    model = wb.Recurrent("leaky", 3, 4)
    model.numbers["leak_rate"] = 0.125
    assert saved_and_loaded(model, path).numbers == {"leak_rate": 0.125}


def test_starts_come_back_and_draw_the_same_twin(path):
    model = MODELS["starts"]()
    twin, other = model.like(7), saved_and_loaded(model, path).like(7)
    assert all(same_bits(a, other.parameters[n]) for n, a in twin.parameters.items())
    assert (twin.parameters["W.i"] == 1).all()
    assert (twin.parameters["b.f"] == 5).all()


def test_a_reservoir_is_restored_and_not_drawn_again(path, monkeypatch):
    model = MODELS["reservoir"]()
    wb.save_model(model, path)
    monkeypatch.setattr(reservoir, "sparse_matrix", None)
    assert_same(model, wb.load_model(path))


def test_the_same_model_gives_the_same_bytes(path):
    wb.save_model(MODELS["two speeds"](), path)
    first = path.read_bytes()
    wb.save_model(MODELS["two speeds"](), path)
    assert path.read_bytes() == first


def test_another_program_finds_the_parameters_under_their_names(path):
    model = MODELS["nested"]()
    wb.save_model(model, path)
    found = load_file(path)
    assert set(found) == set(model.parameters)
    assert all(same_bits(array, found[name]) for name, array in model.parameters.items())


def test_a_file_says_what_it_is_about(path):
    model = MODELS["own cell"]()
    wb.save_model(model, path, about={"data": "sunspots", "loss": [0.5, float("inf")]})
    about = read_about(path)
    assert about["about"] == {"data": "sunspots", "loss": [0.5, float("inf")]}
    assert about["model"] == model_parts(model)[0]
    assert about["model"]["cell"] == "own"
    assert about["not_finite"] == []


def test_not_a_number_comes_back_and_is_named(path):
    model = MODELS["dense"]()
    model.parameters["lstm_1.W.f"][1, 2] = np.nan
    model.parameters["dense_2.b"][0] = -np.inf
    assert_same(model, saved_and_loaded(model, path))
    assert read_about(path)["not_finite"] == ["lstm_1.W.f", "dense_2.b"]


@pytest.mark.parametrize("name", MODELS)
def test_parts_go_through_json_and_back(name):
    model = MODELS[name]()
    told, arrays = model_parts(model)
    assert_same(model, model_from(json.loads(json.dumps(told)), arrays, cells=own))


def test_parts_are_copies():
    model = MODELS["starts"]()
    told, arrays = model_parts(model)
    other = model_from(told, arrays)
    for array in [*arrays.values(), *other.parameters.values(), other.start["W.i"]]:
        array[...] = 0
    assert (model.parameters["W.f"] != 0).all()
    assert (model.start["W.i"] == 1).all()


def other_equations():
    @wb.cell
    def own(x, h, W, U, b):
        h = wb.functions.tanh(W @ x - U @ h + b)
        return h

    return own


def test_a_cell_of_one_s_own_is_handed_in_and_is_the_right_one(path):
    model = MODELS["own cell"]()
    wb.save_model(model, path)
    assert_same(model, wb.load_model(path, cells=[other_equations(), own]))
    with pytest.raises(ValueError, match=r"path: expected a built-in cell or one of cells=.*'own'"):
        wb.load_model(path)
    with pytest.raises(ValueError, match=rf"'own'.*digest '{model.cell.digest}'.*other equations"):
        wb.load_model(path, cells=[other_equations()])
    with pytest.raises(ValueError, match=r"^cells: expected cells made with @workbench.cell, got"):
        wb.load_model(path, cells=["own"])


def test_a_cell_with_a_built_in_name_is_not_taken_for_the_built_in_one(path):
    @wb.cell
    def elman(x, h, W, U, b):
        h = wb.functions.tanh(W @ x - U @ h + b)
        return h

    model = stirred(wb.Recurrent(elman, 3, 4))
    wb.save_model(model, path)
    with pytest.raises(ValueError, match=r"equations of 'elman' that were saved"):
        wb.load_model(path)
    assert_same(model, wb.load_model(path, cells=[elman]))


class Own(wb.Last):
    pass


def deep():
    network = wb.Network(wb.Recurrent("gru", 3, 3))
    for _ in range(9):
        network = wb.Network(network)
    return network


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: wb.Dense(2, 3), "model: expected a Network, Recurrent or EncoderDecoder, got De"),
        (lambda: {"W": 1}, "model: expected a Network, Recurrent or EncoderDecoder, got dict"),
        (lambda: wb.Network(wb.Recurrent("gru", 3, 3), Own()), "holds no code, got Own"),
        (deep, "model: expected layers at most 8 deep in each other, got deeper ones"),
        (lambda: wb.Network(*(wb.Dropout(0.1) for _ in range(200))), "expected at most 200 layers"),
    ],
)
def test_what_a_file_cannot_hold_is_refused_and_nothing_written(make, message, path):
    with pytest.raises(ValueError, match=message) as error:
        wb.save_model(make(), path)
    assert "\n" not in str(error.value)
    assert list(path.parent.iterdir()) == []


@pytest.mark.parametrize("about", [{1, 2}, object(), np.ones(2), {"a": np.int64(1)}])
def test_an_about_that_json_cannot_hold_is_refused(about, path):
    with pytest.raises(ValueError, match=r"^metadata: expected what JSON can hold, got"):
        wb.save_model(MODELS["dense"](), path, about=about)


@pytest.mark.parametrize("ending", [".pt", ".pth", ".keras", ".h5", ".onnx", ".PT"])
def test_other_kinds_of_files_are_not_read_yet(ending, tmp_path):
    with pytest.raises(ValueError, match=rf"^path: expected .*{ending.lower()} is not read yet"):
        wb.load_model(tmp_path / f"a{ending}")


@pytest.mark.parametrize("name", ["model", "model.npz", "model.safetensors.bak"])
def test_a_model_file_has_one_ending(name, tmp_path):
    for use in (wb.load_model, lambda path: wb.save_model(MODELS["dense"](), path)):
        with pytest.raises(
            ValueError, match=r"^path: expected a file that ends in .safetensors, g"
        ):
            use(tmp_path / name)


@pytest.mark.parametrize("path", [3, None, b"a.safetensors", "", "a\0.safetensors"])
def test_a_path_is_text(path):
    for use in (wb.load_model, lambda path: wb.save_model(MODELS["dense"](), path)):
        with pytest.raises(ValueError, match=r"^path: expected the name of a file, got"):
            use(path)
