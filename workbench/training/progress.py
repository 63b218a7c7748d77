"""What a reader sees while a network learns: a bar in a terminal, curves in a notebook."""

import importlib
import time

from tqdm.auto import tqdm

LEAST = 1.0
"""Seconds between two pictures; drawing also never takes more than a tenth of the time."""


class Bar:
    """A progress bar over the updates of all epochs; a watcher of a Trainer."""

    def __init__(self, total, done):
        # Where nothing can be drawn over, in a file or a pipe, a bar would fill pages.
        disable = False if in_notebook() else None
        self.bar = tqdm(total=total, initial=done, unit="batch", desc="training", disable=disable)

    def after_update(self, trainer):
        self.bar.update()

    def after_epoch(self, trainer):
        last = trainer.history.epochs[-1]
        shown = {n: f"{value:.4g}" for n, value in last.items() if n != "seconds"}
        self.bar.set_postfix(epoch=trainer.epoch, **shown)

    def close(self):
        self.bar.close()


class Curves:
    """The learning curves as a picture that is drawn again while they grow; in a notebook."""

    def __init__(self):
        # Pictures stand above training: they are asked for by name, and only in a notebook.
        self.pictures = importlib.import_module("workbench.pictures")
        self.handle, self.drawn, self.cost = None, -LEAST, 0.0

    def after_update(self, trainer):
        """An epoch is the least that is drawn."""

    def after_epoch(self, trainer):
        since = time.perf_counter() - self.drawn
        if since > max(LEAST, 10 * self.cost):
            self.draw(trainer.history)

    def draw(self, history):
        from IPython.display import display

        began = time.perf_counter()
        figure = self.pictures.learning_curves(history)
        if self.handle is None:
            self.handle = display(figure, display_id=True)
        else:
            self.handle.update(figure)
        self.drawn = time.perf_counter()
        self.cost = self.drawn - began


def in_notebook():
    """Whether what is displayed is shown in a notebook."""
    try:
        shell = importlib.import_module("IPython").get_ipython()
    except ImportError:
        return False
    return shell is not None and hasattr(shell, "kernel")
