"""A run and its gradients where CuPy multiplies: a CuPy made of NumPy, beside the simulator."""

import pytest
from fake_cupy import FakeCupy
from kernel_laws import assert_close, both, same_gradients

from workbench.targets.cuda import library, over_time


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
    return fake


@pytest.mark.parametrize(
    ("name", "dtype"), [("lstm", "float32"), ("gru", "float64"), ("residual", "float64")]
)
def test_it_gives_the_cpus_numbers(name, dtype, fake):
    exact, found, weights = both(name, "with cupy", dtype, lengths=[4, 3])
    for line in exact.names:
        assert_close(found[line], exact[line], dtype, line)
    same_gradients(found.bptt(weights), exact.bptt(weights), dtype)
    # Products with x; gradients of matrices, the residual cell's U_h from two products; of x.
    of_matrices = {(True, False, 0.0)} | ({(True, False, 1.0)} if name == "residual" else set())
    plain = {(False, False, 0.0), (False, False, 1.0)}
    assert {call[1:] for call in fake.calls} == plain | of_matrices
