"""The training loop: batches forward, backward, clipped, stepped, recorded, saved.

Between two updates the model, the optimizer, the history and the place in the epoch belong
together: `checkpoints` writes them down, and a training that is resumed has the same bits.
"""

import math
import time

import numpy as np

from ..measure.norms import step_norms
from . import clipping, losses
from .evaluate import means_over
from .history import History
from .interrupt import stop_on_interrupt
from .not_finite import Jumps, NotFinite, seen_backward, seen_forward
from .scores import Means, numbers_of, run_batch, score


class Trainer:
    """Trains one model; see `fit` for the arguments. `history` grows while it does.

    epoch, batch: where the next update is. means: of the epoch until now. carried: states that
    the next chunk of a `Stream` begins from. best: the parameters of the best epoch, or None.
    watchers: told of each update (`after_update`), each epoch (`after_epoch`) and the end
    (`at_end`), with the trainer.
    """

    def __init__(self, model, batches, validation, loss, optimizer, options):
        self.model, self.batches, self.validation = model, batches, validation
        self.loss, self.optimizer, self.options = losses.loss_of(loss), optimizer, options
        self.history = History()
        self.epoch = self.batch = 0
        self.means = Means()
        self.carried = self.best = None
        self.watchers = []
        self._before, self._jumps = None, Jumps()

    def train(self, epochs):
        """Go on until so many epochs are done, Ctrl-C, or early stopping; return the History."""
        with stop_on_interrupt() as asked:
            while self.epoch < epochs and not (asked.is_set() or self._patience_is_over()):
                self._train_epoch(asked)
            if self._patience_is_over():
                best = self.history.best_epoch
                self.history.stopped = f"no better validation loss since epoch {best}"
            elif self.epoch < epochs:
                self.history.stopped = f"by hand in epoch {self.epoch}"
            self._tell("at_end")
        self._keep_best()
        return self.history

    def _train_epoch(self, asked):
        began = time.perf_counter()
        for batch in self.batches.epoch(self.epoch, start=self.batch):
            self.update(batch)
            if asked.is_set():
                return
        self.end_epoch(time.perf_counter() - began)

    def update(self, batch):
        """One update of the parameters by one batch."""
        run = self._forward(batch)
        value, d_output = score("train", self.loss, run, batch)
        if not (math.isfinite(value) and np.isfinite(d_output).all()):
            self._refuse(batch)
        gradients, norm, used = self._backward(batch, run, d_output)
        if self.batch == 0:
            self.history.add_norms(norms_by_step(gradients))
        rate = self.optimizer.rate
        self._step(gradients.parameters, value, used, rate)
        self.carried = batch.hands_on(run)
        self.history.add_update(loss=value, norm=norm, clipped_norm=used, rate=rate)
        self.means.add(*numbers_of(self.loss, value, run, batch))
        self.batch += 1
        self._tell("after_update")

    def _how(self):
        """How this update runs the model: with chance of its own, the same when it is run again."""
        seed = np.random.SeedSequence([self.options.seed, self.optimizer.steps])
        return {"training": True, "seed": int(seed.generate_state(1)[0])}

    def _forward(self, batch):
        how = self._how() | {"record": "output"}
        try:
            return run_batch("train", self.model, batch, self.carried, **how)
        except ValueError as error:
            if "not-a-number" in str(error):  # the data have none: an earlier layer made it
                self._refuse(batch)
            raise

    def _backward(self, batch, run, d_output):
        """The gradients, clipped in place, and their norm before and after."""
        gradients = None
        try:
            with np.errstate(over="ignore", invalid="ignore"):
                gradients = run.backward(d_output, truncate=self.options.truncate)
            return gradients, *self._clip(gradients.parameters)
        except ValueError as error:
            self._stop(*seen_backward(batch, gradients, str(error)))

    def _clip(self, gradients):
        if self.options.clip_norm is not None:
            return clipping.clip_norm(gradients, self.options.clip_norm)
        if self.options.clip_value is not None:
            return clipping.clip_value(gradients, self.options.clip_value)
        norm = clipping.gradient_norm(gradients)
        return norm, norm

    def _step(self, gradients, value, norm, rate):
        """Change the parameters, but not to anything that is not finite."""
        parameters = self.model.parameters
        before = {name: array.copy() for name, array in parameters.items()}
        update = self.optimizer.steps
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            self.optimizer.step(parameters, gradients)
        self._before, sizes = before, (largest(before), largest(parameters))
        self._jumps.note(update, value, norm, rate, sizes)
        if not math.isfinite(sizes[1]):
            wrong = next(n for n, array in parameters.items() if not np.isfinite(array).all())
            self._restore()
            self._stop(f"the parameter {wrong} is not finite after the step", self._jumps.cause())

    def _refuse(self, batch):
        """End the training at a batch whose loss is not finite."""
        found = seen_forward(self.model, batch, self.carried, self._how(), self._jumps)
        self._restore()
        self._stop(*found)

    def _restore(self):
        """Go back to the parameters before the last step: their loss was finite."""
        for name, array in (self._before or {}).items():
            self.model.parameters[name] = array

    def _stop(self, where, cause):
        message = f"update {len(self.history.updates['loss'])}: {where}; likely cause: {cause}"
        self.history.stopped = message
        raise NotFinite(message, self.history) from None

    def end_epoch(self, seconds):
        """Score the validation set, note the epoch, and compare it with the best."""
        numbers = self.means.means() | {"seconds": seconds}
        if self.validation is not None:
            scores = means_over("validation", self.model, self.validation, self.loss)
            numbers |= {f"validation_{name}": value for name, value in scores.items()}
        self.history.add_epoch(numbers)
        if self.options.early_stopping is not None:
            self._compare(numbers["validation_loss"])
        self.means = Means()
        self.epoch, self.batch = self.epoch + 1, 0
        self._tell("after_epoch")

    def _compare(self, loss):
        """Remember the parameters if their loss is the best one."""
        best = self.history.best_epoch
        known = math.inf if best is None else self.history["validation_loss"][best]
        if loss < known - self.options.early_stopping.least:
            self.history.best_epoch = self.epoch
            self.best = {name: array.copy() for name, array in self.model.parameters.items()}

    def _patience_is_over(self):
        stopping, best = self.options.early_stopping, self.history.best_epoch
        waited = self.epoch - (0 if best is None else best + 1)
        return stopping is not None and waited >= stopping.patience

    def _keep_best(self):
        for name, array in (self.best or {}).items():
            self.model.parameters[name] = array

    def _tell(self, event):
        for watcher in self.watchers:
            getattr(watcher, event)(self)


def norms_by_step(gradients):
    """Recurrent layer -> (time,): the norm of dL/d(output_t) over batch and units."""
    return {name: step_norms(own[own.cell.output]) for name, own in gradients.gradients.items()}


def largest(parameters):
    """The largest absolute value of all parameters; infinite or not-a-number when any is."""
    peaks = [np.maximum(a.max(initial=0), -a.min(initial=0)) for a in parameters.values()]
    return float(np.max(peaks))
