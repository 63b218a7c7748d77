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
    run = made(w, u)
    return lambda: run(x).block_until_ready(), lambda found: {"log_norms": log10(found)}


def made(w, u):
    """The compiled function x (time, input) -> (count, time): the norms of networks that have
    matrices u (count, units, units) and one w (units, input)."""
    run = jax.jit(lambda x, w, u: jax.vmap(norms, (0, None))(u, x @ w.T))
    return lambda x: run(x, w, u)


def norms(u, a):
    """(time,): norms of dL/dh_t of one network. a: (time, units), what x adds to every step."""
    units = len(u)

    def loss(added):
        def step(h, now):
            h = jnp.tanh(now[0] + u @ h) + now[1]
            return h, None

        last = jax.lax.scan(step, jnp.zeros(units, a.dtype), (a, added))[0]
        return last.sum() / jnp.sqrt(units).astype(a.dtype)

    return jnp.linalg.norm(jax.grad(loss)(jnp.zeros_like(a)), axis=1)


def log10(found):
    """Logarithms on the host; -inf of what has underflowed."""
    with np.errstate(divide="ignore"):
        return np.log10(np.asarray(found, float))
