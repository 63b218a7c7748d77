"""Training on disk: all that a resumed training needs, in one file that is whole or the old one."""

import numpy as np

from ..formats import read_arrays, write_arrays
from .history import History
from .trainer import Running

FORM = 1


class Saver:
    """Writes a checkpoint every `every` updates and after each epoch; a watcher of a Trainer."""

    def __init__(self, path, every):
        self.path, self.every = path, every

    def after_update(self, trainer):
        if trainer.optimizer.steps % self.every == 0:
            save(trainer, self.path)

    def after_epoch(self, trainer):
        save(trainer, self.path)


def save(trainer, path):
    """Write what `restore` reads. Raises ValueError where the file cannot be written."""
    recorded, told = trainer.history.as_saved()
    steps = trainer.optimizer.state
    carried = trainer.carried or {}
    arrays = (
        _under("parameters", trainer.model.parameters)
        | _under("optimizer", {n: a for n, a in steps.items() if n != "steps"})
        | _under("best", trainer.best or {})
        | _under("history", recorded)
        | {f"carried/{layer}/{n}": a for layer, own in carried.items() for n, a in own.items()}
    )
    about = _fixed(trainer) | {
        "epoch": trainer.epoch,
        "batch": trainer.batch,
        "steps": steps["steps"],
        "running": [trainer.running.totals, trainer.running.count],
        "history": told,
    }
    write_arrays(path, arrays, about)


def restore(trainer, path):
    """Put a checkpoint into a Trainer that was made with the same arguments.

    Raises ValueError where the file is of another model, optimizer, loss or data.
    """
    arrays, about = read_arrays(path)
    for name, own in _fixed(trainer).items():
        if about.get(name) != own:
            raise ValueError(
                f"checkpoint: expected {name} {_short(own)}, got {_short(about.get(name))} "
                f"in {path}; resume with the arguments that it was begun with"
            )
    parameters = _of("parameters", arrays)
    for name, own in trainer.model.parameters.items():
        found = parameters.get(name)
        if found is None or found.shape != own.shape or found.dtype != own.dtype:
            got = "none" if found is None else f"{found.shape} {found.dtype}"
            raise ValueError(f"checkpoint: expected {name} {own.shape} {own.dtype}, got {got}")
    trainer.optimizer.restore({"steps": about["steps"]} | _of("optimizer", arrays))
    for name, array in parameters.items():
        trainer.model.parameters[name] = array
    trainer.best = _of("best", arrays) or None
    trainer.history = History.restored(_of("history", arrays), about["history"])
    trainer.epoch, trainer.batch = about["epoch"], about["batch"]
    trainer.running = Running(*about["running"])
    carried = {}
    for name, array in _of("carried", arrays).items():
        layer, _, state = name.partition("/")
        carried.setdefault(layer, {})[state] = array
    trainer.carried = carried or None


def _fixed(trainer):
    """What must not differ between a training and its continuation."""
    model, options = trainer.model, trainer.options
    return {
        "form": FORM,
        "parameters": {name: list(array.shape) for name, array in model.parameters.items()},
        "optimizer": trainer.optimizer.describe(),
        "loss": trainer.loss.__name__,
        "batches": repr(trainer.batches),
        "options": [options.seed, options.clip_norm, options.clip_value, options.truncate],
    }


def _under(part, arrays):
    return {f"{part}/{name}": np.asarray(array) for name, array in arrays.items()}


def _of(part, arrays):
    begin = f"{part}/"
    return {n.removeprefix(begin): a for n, a in arrays.items() if n.startswith(begin)}


def _short(value):
    text = repr(value)
    return text if len(text) < 80 else text[:77] + "..."
