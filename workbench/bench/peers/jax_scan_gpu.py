"""JAX on a GPU: a step under lax.scan, products of matrices in full float32."""

from . import jax_gpu, jax_scan

INCLUDES = f"{jax_scan.INCLUDES}; matmul precision highest; {jax_gpu.TIMES}"
PACKAGES = jax_gpu.PACKAGES


def prepare(problem):
    return jax_gpu.prepared(jax_scan.made, problem)
