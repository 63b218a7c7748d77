"""The training loop: batches forward, backward, clipped, stepped, recorded, saved.

Everything that a resumed training needs is in `Trainer.state`; between two updates the model, the
optimizer and the history always belong together.
"""

import math
import time

import numpy as np

from ..measure.norms import step_norms
from . import clipping, losses
from .evaluate import evaluate, has_classes, target_mask
from .history import History
from .interrupt import stop_on_interrupt
from .not_finite import NotFinite, said


class Trainer:
    """Trains one model; see `fit` for the arguments. `history` grows while it does.

    epoch, batch: where the next update is. watchers: called with the trainer after each update
    (`after_update`) and each epoch (`after_epoch`).
    """

    def __init__(self, model, batches, validation, loss, optimizer, options):
        self.model, self.batches, self.validation = model, batches, validation
        self.loss, self.optimizer, self.options = losses.loss_of(loss), optimizer, options
        self.history = History()
        self.epoch = self.batch = 0
        self.running = Running()
        self.carried = None
        self.best = None
        self._before = None
        self.watchers = []

    def train(self, epochs):
        """Go on until so many epochs are done, Ctrl-C, or early stopping; return the History."""
        with stop_on_interrupt() as asked:
            while self.epoch < epochs and self.history.stopped is None:
                began = time.perf_counter()
                for batch in self.batches.epoch(self.epoch, start=self.batch):
                    self.update(batch)
                    if asked:
                        self.history.stopped = f"by hand in epoch {self.epoch}"
                        break
                else:
                    self.end_epoch(time.perf_counter() - began)
        if self.best is not None:
            self.keep_best()
        return self.history

    def update(self, batch):
        """One update of the parameters by one batch."""
        begins = self.batch == 0
        run = self._forward(batch)
        value, d_output = self.loss(run.output, batch.y, target_mask(run))
        if not (math.isfinite(value) and np.isfinite(d_output).all()):
            self._stop_not_finite(batch)
        gradients = run.backward(d_output, truncate=self.options.truncate)
        if begins:
            self.history.add_norms(norms_by_step(gradients))
        try:
            norm, clipped = self._clip(gradients.parameters)
        except ValueError as error:
            self._stop_not_finite(batch, str(error))
        self._before = {name: array.copy() for name, array in self.model.parameters.items()}
        rate = self.optimizer.rate
        self.optimizer.step(self.model.parameters, gradients.parameters)
        self.carried = run.final
        self.history.add_update(loss=value, norm=norm, clipped_norm=clipped, rate=rate)
        self.running.add(self._scores(run, batch, value))
        self.batch += 1
        for watcher in self.watchers:
            watcher.after_update(self)

    def _forward(self, batch):
        state = self.carried if getattr(batch, "continues", False) else None
        seed = np.random.SeedSequence([self.options.seed, self.optimizer.steps])
        try:
            return self.model.run(
                batch.x, state, mask=batch.mask, training=True,
                seed=int(seed.generate_state(1)[0]), record="output",
            )  # fmt: skip
        except ValueError as error:
            if "not-a-number" in str(error):
                self._stop_not_finite(batch, str(error))
            raise

    def _clip(self, gradients):
        """Clip in place; return the norm before and after."""
        if self.options.clip_norm is not None:
            return clipping.clip_norm(gradients, self.options.clip_norm)
        if self.options.clip_value is not None:
            return clipping.clip_value(gradients, self.options.clip_value)
        norm = clipping.gradient_norm(gradients)
        return norm, norm

    def _scores(self, run, batch, value):
        if not has_classes(self.loss):
            return {"loss": value}
        right = losses.accuracy(run.output, batch.y, target_mask(run))
        return {"loss": value, "accuracy": right}

    def _stop_not_finite(self, batch, seen=None):
        """Say what happened, with the parameters as they were when the loss was finite."""
        growth = None
        if self._before is not None:
            growth = largest(self._before), largest(self.model.parameters)
        message = said(self.model, batch, self.optimizer.steps, growth)
        for name, array in (self._before or {}).items():
            self.model.parameters[name] = array
        self.history.stopped = message
        raise NotFinite(message if seen is None else f"{message} ({seen})", self.history) from None

    def end_epoch(self, seconds):
        """Score the validation set, note the epoch, and see whether to stop."""
        numbers = self.running.means() | {"seconds": seconds}
        if self.validation is not None:
            scores = evaluate(self.model, self.validation, self.loss)
            numbers |= {f"validation_{name}": value for name, value in scores.items()}
        self.history.add_epoch(numbers)
        self.running = Running()
        self.epoch, self.batch = self.epoch + 1, 0
        if self.options.early_stopping is not None:
            self._compare(numbers["validation_loss"])
        for watcher in self.watchers:
            watcher.after_epoch(self)

    def _compare(self, loss):
        """Remember the best parameters; stop when patience is over."""
        stopping, best = self.options.early_stopping, self.history.best_epoch
        known = math.inf if best is None else self.history["validation_loss"][best]
        if loss < known - stopping.least:
            self.history.best_epoch = self.epoch - 1
            self.best = {name: array.copy() for name, array in self.model.parameters.items()}
        elif best is not None and self.epoch - 1 - best >= stopping.patience:
            self.history.stopped = f"no better validation loss since epoch {best}"

    def keep_best(self):
        """Give the model the parameters of its best epoch."""
        for name, array in self.best.items():
            self.model.parameters[name] = array


class Running:
    """Means over the batches of an epoch."""

    def __init__(self, totals=None, count=0):
        self.totals, self.count = dict(totals or {}), count

    def add(self, numbers):
        for name, value in numbers.items():
            self.totals[name] = self.totals.get(name, 0.0) + value
        self.count += 1

    def means(self):
        return {name: total / self.count for name, total in self.totals.items()}


def norms_by_step(gradients):
    """Recurrent layer -> (time,): the norm of dL/d(output_t) over batch and units."""
    return {name: step_norms(own[own.cell.output]) for name, own in gradients.gradients.items()}


def largest(parameters):
    """The largest absolute value of all parameters; infinity counts."""
    return max(float(np.abs(array).max(initial=0)) for array in parameters.values())
