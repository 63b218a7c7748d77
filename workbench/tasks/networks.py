"""The few shapes of network that the tasks use. Each takes a problem, a recipe and a seed."""

from ..layers import Dense, Last, Network, OneHot
from ..recurrent import Recurrent


def recurrent(problem, recipe, seed):
    """The recurrent layer of a recipe."""
    return Recurrent(
        recipe.cell, problem.inputs, recipe.hidden_size, seed=seed, start=recipe.start,
        dtype=recipe.dtype,
    )  # fmt: skip


def output(net, problem, recipe, seed):
    """The layer that turns a recurrent layer's output into the answer."""
    return Dense(net.output_size, problem.outputs, seed=seed, dtype=recipe.dtype)


def many_to_one(problem, recipe, seed):
    """One answer when the sequence has been read."""
    net = recurrent(problem, recipe, seed)
    return Network(net, Last(), output(net, problem, recipe, seed))


def many_to_many(problem, recipe, seed):
    """One answer at every step."""
    net = recurrent(problem, recipe, seed)
    return Network(net, output(net, problem, recipe, seed))


def tokens_to_one(problem, recipe, seed):
    """One answer when all tokens have been read."""
    net = recurrent(problem, recipe, seed)
    read = OneHot(problem.inputs, dtype=recipe.dtype)
    return Network(read, net, Last(), output(net, problem, recipe, seed))


def tokens_to_tokens(problem, recipe, seed):
    """Tokens in, the logits of a token out, at every step."""
    net = recurrent(problem, recipe, seed)
    read = OneHot(problem.inputs, dtype=recipe.dtype)
    return Network(read, net, output(net, problem, recipe, seed))
