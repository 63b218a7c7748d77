"""Whole kernels on processors with narrower vectors: the same numbers, from their own code."""

import os
import subprocess
import sys

import numpy as np
import pytest

from workbench.targets.simd import WIDTH

NARROWER = [width for width in (16, 32) if width < WIDTH]

# Lengths that fill no register: masked tails and single rows are walked through.
PROGRAM = """
import sys
import numpy as np
import workbench as wb

def results(dtype):
    net = wb.Recurrent("gru_reset_after", 5, 19, seed=3, dtype=dtype)
    rng = np.random.default_rng(3)
    x, d_h = rng.standard_normal((6, 9, 5)), rng.standard_normal((6, 9, 19))
    trace = net.run(x)
    gradients = trace.bptt(d_h)
    found = {name: trace[name] for name in trace.names} | {"x": gradients.x}
    return found | {f"d {name}": d for name, d in gradients.parameters.items()}
"""
SAVED = 'np.savez(sys.argv[1], **results("float32"))'


@pytest.mark.parametrize("width", NARROWER)
def test_every_width_gives_the_same_numbers(width, tmp_path):
    file = tmp_path / "results.npz"
    own = os.environ | {
        "WORKBENCH_VECTOR_BYTES": str(width),
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    command = [sys.executable, "-c", PROGRAM + SAVED, str(file)]
    subprocess.run(command, env=own, check=True, timeout=300)
    scope = {}
    exec(PROGRAM, scope)
    exact = scope["results"]("float64")
    with np.load(file) as got:
        assert set(got) == set(exact)
        for name, array in exact.items():
            assert np.abs(got[name] - array).max() <= 1e-5 * np.abs(array).max(), name
