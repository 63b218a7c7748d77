"""A run and its gradients where CuPy multiplies: a CuPy made of NumPy, beside the simulator."""

from dataclasses import replace

import pytest
from fake_cupy import FakeCupy
from kernel_laws import assert_close, both, same_gradients

from workbench.targets import cuda
from workbench.targets.cuda import library, over_time, room, run


@pytest.fixture
def fake(monkeypatch):
    """CuPy from now on; our own kernel for products is launched no more."""
    fake = FakeCupy()
    monkeypatch.setattr(library, "cupy", lambda: fake)
    launch = over_time.LaunchedKernel.__call__

    def refused(self, *arguments):
        assert self.function != "multiply"
        launch(self, *arguments)

    monkeypatch.setattr(over_time.LaunchedKernel, "__call__", refused)
    cuda.kernels.cache_clear()
    yield fake
    cuda.kernels.cache_clear()


def check(name, dtype):
    """Lines and gradients of a run, beside the CPU's."""
    exact, found, weights = both(name, "with cupy", dtype, lengths=[4, 3])
    for line in exact.names:
        assert_close(found[line], exact[line], dtype, line)
    same_gradients(found.bptt(weights), exact.bptt(weights), dtype)


@pytest.mark.parametrize(
    ("name", "dtype"), [("lstm", "float32"), ("gru", "float64"), ("residual", "float64")]
)
def test_it_gives_the_cpus_numbers(name, dtype, fake):
    check(name, dtype)
    # Products with x; gradients of matrices, the residual cell's U_h from two products; of x.
    of_matrices = {(True, False, 0.0)} | ({(True, False, 1.0)} if name == "residual" else set())
    plain = {(False, False, 0.0), (False, False, 1.0)}
    assert {call[1:] for call in fake.calls} == plain | of_matrices


def test_it_multiplies_between_the_steps_of_a_large_network(fake, monkeypatch):
    def stepped(plan, kernel, dtype, lengths, batch):
        return replace(room.room_of(plan, dtype, lengths), by_step=True)

    monkeypatch.setattr(run, "shared_room", stepped)
    check("gru", "float64")
    # Two stages of four steps, forward and back, beside the products over all steps.
    assert sum(m == 2 for (m, _, _), *_ in fake.calls) >= 2 * 2 * 4
