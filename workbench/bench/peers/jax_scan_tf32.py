"""JAX on a GPU with TF32, which is what it does unless it is told otherwise; of float32 alone."""

from . import jax_gpu, jax_scan

INCLUDES = "the same with matmul precision tensorfloat32, JAX's default on a GPU; of float32 alone"
PACKAGES = jax_gpu.PACKAGES


def prepare(problem):
    if problem.case.dtype != "float32":
        return {}
    return jax_gpu.prepared(jax_scan.made, problem, precision="tensorfloat32")
