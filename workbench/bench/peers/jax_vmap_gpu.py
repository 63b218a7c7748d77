"""JAX on a GPU: the gradient norms of many networks by vmap of grad of a lax.scan."""

import jax.numpy as jnp

from workbench.bench import gpu_ensembles

from . import jax_ensemble, jax_gpu

INCLUDES = f"{jax_ensemble.INCLUDES}; matmul precision highest; {jax_gpu.TIMES}"
PACKAGES = jax_gpu.PACKAGES


def problem(case):
    return gpu_ensembles.Problem(gpu_ensembles.Size(**case))


def prepare(problem, platform="gpu"):
    jax_gpu.begin(platform=platform)
    run = jax_ensemble.made(*(jnp.asarray(problem.parameters[name]) for name in "WU"))
    return jax_gpu.timed(problem.calls(lambda x: run(x).block_until_ready(), jax_ensemble.log10))
