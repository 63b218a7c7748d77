"""JAX on a GPU: the gradient norms of many networks by vmap of grad of a lax.scan."""

import jax
import jax.numpy as jnp
import numpy as np

from workbench.bench import gpu_ensembles

from . import jax_gpu

INCLUDES = (
    "jit of vmap over networks of grad of a lax.scan, waiting for the norms; the gradient by h at "
    "every step is that by what is added to it; matmul precision highest; compiling is not counted"
)
PACKAGES = jax_gpu.PACKAGES


def problem(case):
    return gpu_ensembles.Problem(gpu_ensembles.Size(**case))


def prepare(problem, platform="gpu"):
    jax_gpu.begin(platform=platform)
    own = [jnp.asarray(problem.parameters[name]) for name in ("W", "U", "b")]
    run = jax.jit(jax.vmap(norms, (0, 0, 0, None)))

    def log_norms(found):
        with np.errstate(divide="ignore"):  # what has underflowed
            return np.log10(np.asarray(found))

    return jax_gpu.timed(problem.calls(lambda x: run(*own, x).block_until_ready(), log_norms))


def norms(W, U, b, x):
    """(time,): the norm of the gradient by h of one network, of the mean of the last h times the
    square root of its units."""
    units = len(b)

    def loss(added):
        def step(h, now):
            driven, shift = now
            return jnp.tanh(driven + U @ h) + shift, None

        last, _ = jax.lax.scan(step, jnp.zeros(units, x.dtype), (x @ W.T + b, added))
        return last.sum() / jnp.sqrt(jnp.asarray(units, x.dtype))

    return jnp.linalg.norm(jax.grad(loss)(jnp.zeros((len(x), units), x.dtype)), axis=1)
