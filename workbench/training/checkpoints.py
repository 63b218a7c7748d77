"""Training on disk: all that a resumed training needs, in one file that is whole or the old one."""

from pathlib import Path

import numpy as np

from ..formats import read_arrays, write_arrays
from .history import History
from .scores import Means

FORM = 1


class Saver:
    """Writes a Trainer's checkpoint at the beginning, every `save_every` updates, after each epoch
    and at the end; a watcher of that Trainer. With `resume` it begins by reading it."""

    def __init__(self, trainer):
        self.path, self.every = trainer.options.checkpoint, trainer.options.save_every
        self.fixed = fixed(trainer)
        if trainer.options.resume:
            restore(trainer, self.path, self.fixed)
        else:
            refuse_to_overwrite(self.path)
            # A path that cannot be written is better known before an hour of training.
            self.after_epoch(trainer)

    def after_update(self, trainer):
        if trainer.optimizer.steps % self.every == 0:
            save(trainer, self.path, self.fixed)

    def after_epoch(self, trainer):
        save(trainer, self.path, self.fixed)

    at_end = after_epoch


def save(trainer, path, told):
    """Write what `restore` reads. told: `fixed(trainer)`. Raises OSError where it cannot."""
    recorded, history = trainer.history.as_saved()
    steps = trainer.optimizer.state
    carried = trainer.carried or {}
    arrays = (
        _under("parameters", trainer.model.parameters)
        | _under("optimizer", {n: a for n, a in steps.items() if n != "steps"})
        | _under("best", trainer.best or {})
        | _under("history", recorded)
        | {f"carried/{layer}/{n}": a for layer, own in carried.items() for n, a in own.items()}
    )
    about = told | {
        "epoch": trainer.epoch,
        "batch": trainer.batch,
        "steps": steps["steps"],
        "means": [trainer.means.totals, trainer.means.entries],
        "history": history,
    }
    write_arrays(path, arrays, about)


def restore(trainer, path, told):
    """Put a checkpoint into a Trainer that was made with the same arguments.

    Raises ValueError where there is none, or where it is of another model, optimizer, loss, data
    or option; the Trainer is then as it was.
    """
    try:
        arrays, about = read_arrays(path)
    except ValueError as error:
        raise ValueError(f"checkpoint: {str(error).removeprefix('path: ')}") from None
    if "form" not in about:
        raise ValueError(f"checkpoint: expected a checkpoint of a training, got {path} without one")
    for name, own in told.items():
        if about.get(name) != own:
            where, wanted, came = difference(name, own, about.get(name))
            raise ValueError(
                f"checkpoint: expected {where} {wanted}, got {came} "
                f"in {path}; resume with the arguments that it was begun with"
            )
    trainer.optimizer.restore({"steps": about["steps"]} | _of("optimizer", arrays))
    for name, array in _of("parameters", arrays).items():
        trainer.model.parameters[name] = array
    trainer.best = _of("best", arrays) or None
    trainer.history = History.restored(_of("history", arrays), about["history"])
    trainer.epoch, trainer.batch = about["epoch"], about["batch"]
    trainer.means = Means(*about["means"])
    carried = {}
    for name, array in _of("carried", arrays).items():
        layer, _, state = name.partition("/")
        carried.setdefault(layer, {})[state] = array
    trainer.carried = carried or None


def fixed(trainer):
    """What must not differ between a training and its continuation, as JSON holds it."""
    model, options, held_out = trainer.model, trainer.options, trainer.validation
    stopping = options.early_stopping
    return {
        "form": FORM,
        "model": repr(model),
        "parameters": {n: f"{a.shape} {a.dtype}" for n, a in model.parameters.items()},
        "optimizer": trainer.optimizer.describe(),
        "loss": getattr(trainer.loss, "__name__", type(trainer.loss).__name__),
        "train": trainer.batches.describe(),
        "validation": None if held_out is None else held_out.describe(),
        "options": {
            n: getattr(options, n) for n in ("seed", "clip_norm", "clip_value", "truncate")
        },
        "early_stopping": None if stopping is None else [stopping.patience, stopping.least],
    }


def difference(name, own, there):
    """(where, what is expected, what is there) of the first thing in which two tellings differ."""
    if isinstance(own, dict) and isinstance(there, dict):
        for key in own:
            if own[key] != there.get(key):
                return difference(f"{name}: {key}", own[key], there.get(key))
    if isinstance(own, str) and isinstance(there, str):
        lines = zip(own.splitlines(), there.splitlines(), strict=False)
        # The head of a network only counts its parameters; the layer's own line says more.
        changed = [pair for pair in lines if pair[0] != pair[1]]
        if changed:
            own, there = (line.strip() for line in changed[min(1, len(changed) - 1)])
        return name, own, there
    if name.endswith(": data"):
        return name, "as given now", "other numbers"
    return name, _short(own), _short(there)


def refuse_to_overwrite(path):
    """A training begins; it must not replace a model, or anything else that is no checkpoint."""
    if not Path(path).is_file() or Path(path).stat().st_size == 0:
        return
    try:
        about = read_arrays(path)[1]
    except ValueError:
        about = {}
    if "form" not in about:
        raise ValueError(
            f"checkpoint: expected a new file or an earlier checkpoint, got {path}, which is "
            "something else and would be lost"
        )


def _under(part, arrays):
    return {f"{part}/{name}": np.asarray(array) for name, array in arrays.items()}


def _of(part, arrays):
    begin = f"{part}/"
    return {n.removeprefix(begin): a for n, a in arrays.items() if n.startswith(begin)}


def _short(value):
    text = repr(value)
    return text if len(text) < 80 else text[:77] + "..."
