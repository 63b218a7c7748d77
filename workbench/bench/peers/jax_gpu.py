"""What all peers of JAX on a GPU have in common: its memory, its number types, its clock."""

import os

# It would take most of the GPU's memory at once, and the others need some.
os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")

import jax
import jax.numpy as jnp

from . import on_gpu

PACKAGES = ("jax", "jaxlib", "jax-cuda12-plugin", "jax-cuda13-plugin")
TIMES = "device: on the wall until the result is there, since JAX has no events, inputs on the GPU"


def prepared(made, problem, precision="highest", platform="gpu"):
    """The passes of what `made(problem)` gives, as `on_gpu.calls_of` takes it.

    precision: of products of float32 matrices, as JAX calls it; its default on a GPU is TF32.
    Raises RuntimeError where this JAX can use no GPU.
    """
    begin(precision, platform)
    return timed(on_gpu.calls_of(problem, made(problem)))


def begin(precision="highest", platform="gpu"):
    """Set what JAX computes with, before anything is made; as `prepared`."""
    if jax.default_backend() != platform:
        words = f"this JAX ({jax.__version__}) can use no GPU"
        raise RuntimeError(f'{words}: pip install "jax[cuda12]", or cuda13')
    jax.config.update("jax_enable_x64", True)
    jax.config.update("jax_default_matmul_precision", precision)


def timed(calls):
    """The passes of calls that wait for their results themselves."""
    clock = on_gpu.waiting(lambda: None)
    return on_gpu.passes(calls, lambda a: jnp.asarray(a).block_until_ready(), clock, lambda: None)
