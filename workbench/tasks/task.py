"""A task: real or generated data with a split, a measure, a baseline and a target, all fixed before
anything was tuned; and a recipe that trains a network for it in at most two minutes on two cores.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from ..layers import Network
from ..recurrent.inputs import positive_integer, real_number
from ..training import Adam, CosineDecay, History, fit
from ..training.evaluate import as_batches
from ..training.options import Options

GIVEN = {"model", "train", "validation", "loss", "optimizer", "epochs", "seed", "clip_norm"}
"""What a task hands to `fit` itself."""
SEEDS = (0, 1, 2, 3, 4)
"""The seeds of a row of the table; the worst of them is what counts."""


@dataclass(frozen=True, eq=False)
class Problem:
    """What is to be learnt, for one seed.

    train: (x, y), Batches or a Stream. validation: the same of other rows, or None; no decision is
        made by it, it is only drawn. loss: as `fit` takes it.
    score: (trained network) -> a number on the test rows, which share nothing with `train`.
    baseline: the same number for an answer that needs no network; `baseline_name` says which.
    inputs, outputs: units, or sizes of vocabularies, that the network has at its ends.
    """

    train: Any
    loss: str | Callable
    score: Callable[[Network], float]
    baseline: float
    baseline_name: str
    inputs: int
    outputs: int
    validation: Any = None


@dataclass(frozen=True)
class Recipe:
    """How a task's network is made and trained; each field can be given to the task.

    decay: whether the learning rate comes down to 0 along half a cosine, or stays.
    """

    cell: str = "lstm"
    hidden_size: int = 64
    epochs: int = 15
    batch_size: int = 32
    learning_rate: float = 2e-3
    clip_norm: float | None = 1.0
    decay: bool = False
    dtype: str = "float32"
    start: dict = field(default_factory=dict)

    def choose(self, **given):
        """The same with other values; None keeps a value. Raises ValueError for unknown names."""
        for name in given:
            if name not in self.__dataclass_fields__:
                known = ", ".join(self.__dataclass_fields__)
                hint = (
                    f'; write options={{"{name}": ...}}'
                    if name in Options.__dataclass_fields__
                    else ""
                )
                raise ValueError(f"{name}: expected one of {known}, got {name!r}{hint}")
        return replace(self, **{name: v for name, v in given.items() if v is not None})


@dataclass(frozen=True, eq=False)
class Task:
    """One row of the table of tasks; calling it trains a network and returns an Outcome.

    name, question: what is learnt, in words. data, split: where the numbers are from and which are
    kept for the test. measure: what the score is; higher_is_better: which way. target: what the
    worst of `SEEDS` must reach, written down before tuning. note: what a reader should know.
    load: (seed) -> Problem. network: (problem, recipe, seed) -> Network.
    rehearsal: (seed) -> a Problem of the training rows alone, by which recipes are chosen.
    """

    name: str
    question: str
    data: str
    split: str
    measure: str
    higher_is_better: bool
    target: float
    load: Callable[[int], Problem]
    network: Callable[[Problem, Recipe, int], Network]
    recipe: Recipe = Recipe()
    note: str = ""
    rehearsal: Callable[[int], Problem] | None = None

    def __call__(self, *, seed=0, epochs=None, options=None, **chosen):
        """Train a network from `seed` and score it on the test rows: an Outcome.

        chosen: fields of `Recipe`, such as cell or hidden_size, in place of the recipe's own.
        options: a dict of further options for `fit`, such as {"progress": False}.
        """
        seed = positive_integer("seed", seed, least=0)
        options = {} if options is None else options
        if not isinstance(options, dict) or GIVEN.intersection(options):
            wanted = f"a dict of options of fit besides {', '.join(sorted(GIVEN))}"
            raise ValueError(f"options: expected {wanted}, got {options!r:.60}")
        recipe = self.recipe.choose(epochs=epochs, **chosen)
        epochs = positive_integer("epochs", recipe.epochs)
        problem = self.load(seed)
        model = self.network(problem, recipe, seed)
        train = as_batches("train", problem.train, recipe.batch_size, seed=seed)
        rate = recipe.learning_rate
        if recipe.decay:
            rate = CosineDecay(real_number("learning_rate", rate, least=0), epochs * len(train))
        began = time.perf_counter()
        history = fit(
            model, train, validation=problem.validation, loss=problem.loss, optimizer=Adam(rate),
            epochs=epochs, seed=seed, clip_norm=recipe.clip_norm, **options,
        )  # fmt: skip
        seconds = time.perf_counter() - began
        return Outcome(self, recipe, seed, problem, model, history, seconds)

    def example(self, *, steps=200, seed=0):
        """One sequence to train on, its first `steps` steps: (time, input), or (time,) tokens."""
        steps = positive_integer("steps", steps)
        batches = as_batches("train", self.load(seed).train, 1, seed=seed)
        batch = next(iter(batches.epoch(0)))
        x = batch.x[:, 0]
        return (x if batch.mask is None else x[batch.mask[:, 0]])[:steps]

    def rehearse(self):
        """The same task without its test rows: a held-out part of the training rows scores."""
        if self.rehearsal is None:
            raise ValueError(f"task: expected one that has a rehearsal, got {self.name}")
        return replace(self, load=self.rehearsal)

    def __repr__(self):
        return f"Task({self.name}: {self.question} {self.measure}, target {self.target:g})"


@dataclass(eq=False)
class Outcome:
    """A trained network with what it reached.

    model, history: as `fit` left them. score, baseline: on the test rows, in the task's measure.
    seconds: of training.
    """

    task: Task
    recipe: Recipe
    seed: int
    problem: Problem
    model: Network
    history: History
    seconds: float

    def __post_init__(self):
        self.score = self.problem.score(self.model)

    @property
    def baseline(self):
        return self.problem.baseline

    @property
    def beats_baseline(self):
        """Whether the score is better than the baseline's."""
        return better(self.task, self.score, self.baseline)

    @property
    def reaches_target(self):
        """Whether the score is at least as good as the task's target."""
        return self.score == self.task.target or better(self.task, self.score, self.task.target)

    def __repr__(self):
        return (
            f"Outcome({self.task.name}, {self.recipe.cell}: {self.task.measure} {self.score:.4g}, "
            f"{self.problem.baseline_name} {self.baseline:.4g}, target {self.task.target:g}, "
            f"{self.seconds:.0f} s)"
        )


def better(task, one, other):
    """Whether one score is better than another."""
    return one > other if task.higher_is_better else one < other
