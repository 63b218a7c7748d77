"""The laws of `kernel_laws` and `ensemble_laws` on a GPU."""

import pytest
from cases import generator
from ensemble_laws import *  # noqa: F403
from kernel_laws import *  # noqa: F403
from kernel_laws import assert_close, same_gradients

import workbench as wb

pytestmark = pytest.mark.gpu


@pytest.mark.parametrize(
    ("cell", "units", "batch", "dtype"),
    [
        ("lstm", 128, 300, "float32"),
        ("lstm", 256, 5, "float32"),
        ("gru", 512, 70, "float32"),
        ("lstm", 512, 3, "float64"),
        ("elman", 1000, 17, "float64"),
        ("lstm", 1500, 20, "float64"),
    ],
)
def test_networks_that_no_block_has_room_for(cell, units, batch, dtype):
    """Rows side by side, groups of blocks, the whole grid, and step by step."""
    g = generator("large", cell, units, dtype)
    exact = wb.Recurrent(cell, 7, units, seed=1)
    net = wb.Recurrent(cell, 7, units, seed=1, dtype=dtype, device="cuda")
    for name, values in net.parameters.items():
        exact.parameters[name] = values.astype("float64")
    x = g.standard_normal((5, batch, 7)).astype(dtype)
    d = g.standard_normal((5, batch, units)).astype(dtype)
    lengths = [5, *(1 + n % 5 for n in range(1, batch))]
    found, expected = net.run(x, lengths=lengths), exact.run(x.astype(float), lengths=lengths)
    for line in expected.names:
        assert_close(found[line], expected[line], dtype, line)
    same_gradients(found.bptt(d), expected.bptt(d.astype(float)), dtype)
