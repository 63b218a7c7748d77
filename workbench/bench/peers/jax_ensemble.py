"""JAX: the gradient by what is added to h at every step, by vmap over networks of grad of scan."""

import jax
import jax.numpy as jnp
import numpy as np

from workbench.bench.ensembles import DTYPES, Size, networks

INCLUDES = "jit of vmap of grad of a lax.scan, waiting for the norms; compiling is not counted"
PACKAGES = ("jax", "jaxlib")

jax.config.update("jax_enable_x64", True)


def problem(case):
    return Size(**case)


def prepare(size):
    return {dtype: _prepared(size, dtype) for dtype in DTYPES}


def _prepared(size, dtype):
    x, w, u = (jnp.asarray(array, dtype) for array in networks(size))
    units = size.hidden_size
    still, nothing = jnp.zeros(units, dtype), jnp.zeros((size.time, units), dtype)

    def loss(added, u, a):
        def step(h, now):
            h = jnp.tanh(now[0] + u @ h) + now[1]
            return h, None

        return jax.lax.scan(step, still, (a, added))[0].sum() / jnp.sqrt(units).astype(dtype)

    def norms(u, a):
        return jnp.linalg.norm(jax.grad(loss)(nothing, u, a), axis=1)

    run = jax.jit(lambda u, x, w: jax.vmap(norms, (0, None))(u, x @ w.T))
    return (
        lambda: run(u, x, w).block_until_ready(),
        lambda found: {"log_norms": np.log10(np.asarray(found, float))},
    )
