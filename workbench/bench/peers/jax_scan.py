"""JAX: a step under lax.scan, compiled; the product with x is done before the scan."""

import jax
import jax.numpy as jnp
import numpy as np

from workbench.bench.problems import BOTH, FORWARD, apart

INCLUDES = (
    "jit of a lax.scan with all products of x before it, waiting for the result; gradients of x "
    "and the parameters by vjp; no gate is recorded; compiling is not counted"
)
PACKAGES = ("jax", "jaxlib")
GATES = {"lstm": "ifgo", "gru_reset_after": "rzn", "elman": ""}


def lstm(states, a, p):
    h, c = states
    i, f, g, o = jnp.split(a + h @ p["U"].T, 4, axis=1)
    c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
    h = jax.nn.sigmoid(o) * jnp.tanh(c)
    return (h, c), h


def gru_reset_after(states, a, p):
    (h,) = states
    x_r, x_z, x_n = jnp.split(a, 3, axis=1)
    h_r, h_z, h_n = jnp.split(h @ p["U"].T, 3, axis=1)
    r, z = jax.nn.sigmoid(x_r + h_r), jax.nn.sigmoid(x_z + h_z)
    h = (1 - z) * jnp.tanh(x_n + r * (h_n + p["d"])) + z * h
    return (h,), h


def elman(states, a, p):
    h = jnp.tanh(a + states[0] @ p["U"].T)
    return (h,), h


STEPS = {"lstm": (lstm, 2), "gru_reset_after": (gru_reset_after, 1), "elman": (elman, 1)}


def prepare(problem):
    forward, output, both, gradients = made(problem)
    x, d_h = jnp.asarray(problem.x), jnp.asarray(problem.d_h)
    return {FORWARD: (lambda: forward(x), output), BOTH: (lambda: both(x, d_h), gradients)}


def made(problem):
    """(forward(x), how its result is read, both(x, d_h), how its result is read)."""
    gates = GATES[problem.cell.name]
    step, states = STEPS[problem.cell.name]
    p = {letter: jnp.asarray(problem.joined(letter, gates)) for letter in "WUb"}
    if "d.n" in problem.parameters:
        p["d"] = jnp.asarray(problem.parameters["d.n"])
    still = jnp.zeros((problem.case.batch, problem.case.hidden_size), problem.case.dtype)
    start = (still,) * states

    def run(x, p):
        return jax.lax.scan(lambda s, a: step(s, a, p), start, x @ p["W"].T + p["b"])[1]

    forward = jax.jit(run)
    both = jax.jit(lambda x, p, d_h: jax.vjp(run, x, p)[1](d_h))

    def gradients(found):
        d_x, d_p = found
        named = {"x": np.asarray(d_x)}
        for letter in "WUb":
            named |= apart(letter, gates, d_p[letter])
        return named | ({"d.n": np.asarray(d_p["d"])} if "d" in d_p else {})

    return (
        lambda x: forward(x, p).block_until_ready(),
        lambda h: {"h": np.asarray(h)},
        lambda x, d_h: jax.block_until_ready(both(x, p, d_h)),
        gradients,
    )
