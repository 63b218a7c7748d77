"""Parameters of layers and networks: assigning copies in, shapes fit, names stay."""

import numpy as np
import pytest

import workbench as wb

from .networks import cell


def places():
    """(mapping, a name in it) of a layer, a network and an encoder with its decoder."""
    dense, model = wb.Dense(3, 2), wb.Network(cell(), wb.Dense(4, 2))
    pair = wb.EncoderDecoder(wb.Network(cell("gru", 2, 3)), wb.Network(cell("gru", 2, 3, 1)))
    return {
        "layer": (dense.parameters, "W"),
        "network": (model.parameters, "dense_1.W"),
        "recurrent in a network": (model.parameters, "lstm_1.W.f"),
        "encoder and decoder": (pair.parameters, "encoder.gru_1.U.z"),
        "direction": (wb.Bidirectional(cell()).parameters, "backward.U.f"),
    }


PLACES = places()


@pytest.mark.parametrize("where", PLACES)
def test_assigning_copies_into_the_array_that_is_there(where):
    mapping, name = PLACES[where]
    array = mapping[name]
    given = np.random.default_rng(0).standard_normal(array.shape)
    mapping[name] = given
    assert mapping[name] is array or np.shares_memory(mapping[name], array)
    assert not np.shares_memory(array, given)
    assert np.array_equal(array, given)
    mapping.update({name: 2 * given})
    assert np.array_equal(array, 2 * given)


@pytest.mark.parametrize("where", PLACES)
def test_a_shape_that_does_not_fit_is_named_with_its_layer(where):
    mapping, name = PLACES[where]
    with pytest.raises(ValueError, match=rf"^{name}: expected \(.*\), got \(7, 7\)$"):
        mapping[name] = np.zeros((7, 7))
    with pytest.raises(ValueError, match=rf"^{name}: expected real numbers, got str$"):
        mapping[name] = "zeros"


@pytest.mark.parametrize("where", PLACES)
def test_names_are_neither_added_nor_deleted(where):
    mapping, name = PLACES[where]
    with pytest.raises(TypeError, match=rf"{name}: parameters cannot be deleted"):
        del mapping[name]
    for wrong in (f"{name}.x", "spam", "spam.W", 3):
        with pytest.raises(KeyError, match=r"expected one of .*"):
            mapping[wrong] = 1.0
        with pytest.raises(KeyError, match=r"expected one of .*"):
            mapping[wrong]
        assert wrong not in mapping
    assert set(mapping) == set(dict(mapping.items()))


@pytest.mark.parametrize("where", PLACES)
def test_it_counts_its_numbers(where):
    mapping, _ = PLACES[where]
    assert mapping.count == sum(array.size for array in mapping.values())
    assert repr(mapping).startswith(f"<{mapping.count:,} parameters: ")
