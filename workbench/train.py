"""`workbench train TASK`: trains a network for one of the tasks and writes it to a file.

While it trains, all that a continuation needs is kept beside the file; Ctrl-C, a crash or a power
cut lose at most the last hundred updates.
"""

from pathlib import Path

from .formats import save_model
from .layers.recurrent_layer import RecurrentLayer
from .tasks import TASKS
from .tasks.task import better


def train(name, *, out="model.safetensors", resume=False, seed=0, **chosen):
    """Train a task's network, write it to `out`, and return the Outcome.

    name: of a task. chosen: cell, hidden_size, epochs in place of the recipe's; None keeps them.
    resume: go on from where a training with the same arguments and the same `out` ended.
    Raises ValueError, one line `argument: expected ..., got ...`, before anything is trained.
    """
    if name not in TASKS:
        raise ValueError(f"name: expected one of {', '.join(TASKS)}, got {name!r}")
    out = Path(out)
    kept = out.with_name(f"{out.name}.training")
    if resume and not kept.is_file():
        raise ValueError(f"--resume: expected {kept} of an earlier training, got no such file")
    if kept.exists() and not resume:
        raise ValueError(
            f"--resume: expected it, as {kept} of a training that was stopped is there, got none; "
            "delete that file to begin anew"
        )
    options = {"checkpoint": kept, "resume": resume}
    task = TASKS[name]
    outcome = task(seed=seed, options=options, **chosen)
    save_model(outcome.model, out, about=told(outcome))
    print(said(outcome))
    if by_hand(outcome):
        print(f"Stopped {outcome.history.stopped}; go on with --resume. Wrote {out}.")
    else:
        kept.unlink()
        print(f"Wrote {out}. To look inside:\n{look(out, outcome)}")
    return outcome


def by_hand(outcome):
    """Whether somebody ended the training before it was done."""
    return (outcome.history.stopped or "").startswith("by hand")


def told(outcome):
    """What the file says about where the network is from."""
    task = outcome.task
    return {
        "task": task.name, "data": task.data, "split": task.split, "measure": task.measure,
        "score": outcome.score, "baseline": outcome.baseline, "seed": outcome.seed,
        "epochs": len(outcome.history),
    }  # fmt: skip


def said(outcome):
    """The result in one or two sentences."""
    task, problem = outcome.task, outcome.problem
    line = (
        f"{task.name}, {outcome.recipe.cell}, seed {outcome.seed}: {task.measure} "
        f"{outcome.score:.4g} on the test rows; {problem.baseline_name} {problem.baseline:.4g}."
    )
    if not better(task, outcome.score, problem.baseline):
        line += " The baseline wins."
    return f"{line} {task.note[:1].upper()}{task.note[1:]}." if task.note else line


def look(out, outcome):
    """Lines of Python that open the file in an explorer, with a sequence of the task."""
    layers = outcome.model.layers.items()
    recurrent = [name for name, layer in layers if isinstance(layer, RecurrentLayer)]
    # An explorer shows one recurrent layer; of several the trace of the first is passed on.
    shown = "model, x" if len(recurrent) == 1 else f'model.run(x)["{recurrent[0]}"]'
    return (
        "  import workbench as wb\n"
        f"  model, x = wb.load_model({str(out)!r}), wb.tasks.{outcome.task.name}.example()\n"
        f"  wb.explore.gates({shown})"
    )
