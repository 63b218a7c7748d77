"""What a thread keeps of a matrix: in registers, in shared memory, and what is left in the record.

The simulator's threads are few, so that elsewhere hardly any product has a thread for each sum.
"""

import pytest
from cases import generator
from kernel_laws import assert_close, same_gradients

import workbench as wb
from workbench.targets import cuda
from workbench.targets.cuda import room as of_a_block

THREADS = 32


@pytest.fixture
def room(monkeypatch):
    """room(registers, bytes of shared memory): what every block has from now on."""

    def room(registers, shared):
        cuda.kernels.cache_clear()
        monkeypatch.setattr(of_a_block, "THREADS", THREADS)
        monkeypatch.setattr(of_a_block, "SHARED", shared)
        monkeypatch.setattr(of_a_block, "REGISTERS", {"float64": registers})

    yield room
    cuda.kernels.cache_clear()


# A step's operand and sums take 384 bytes.
@pytest.mark.parametrize(
    ("registers", "shared", "where"),
    [
        (16, 48 * 2**10, (True, False, False)),
        (3, 48 * 2**10, (True, True, False)),
        (3, 1100, (True, True, True)),
        (0, 1100, (False, True, True)),
        (3, 400, (True, False, True)),
    ],
)
def test_every_place_of_a_matrix_gives_the_same(room, registers, shared, where):
    room(registers, shared)
    g = generator("places", registers, shared)
    net, alike = (wb.Recurrent("elman", 2, 16, seed=1, device=d) for d in ("cuda", "cpu"))
    x, d = g.standard_normal((3, 2, 2)), g.standard_normal((3, 2, 16))
    found, exact = net.run(x), alike.run(x)
    text = net._kernels("all").kernel("forward", net.lengths, 2).kernel.text
    in_record = "record[index(pack_U__h" in text.split("while t < T")[1]
    assert ("register_product" in text, "kept_product" in text, in_record) == where
    assert_close(found.h, exact.h, "float64", "h")
    same_gradients(found.bptt(d), exact.bptt(d), "float64")
