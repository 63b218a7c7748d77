"""What a reader sees while a network learns: a bar in a terminal, curves in a notebook."""

import importlib
import time

from tqdm.auto import tqdm

LEAST = 1.0
"""Seconds between two pictures."""
SHARE = 10
"""Drawing waits this many times as long as the last picture took: a tenth of the time at most."""


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
        self.bar.set_postfix(epoch=trainer.epoch - 1, **shown)

    def at_end(self, trainer):
        self.close()

    def close(self):
        self.bar.close()


class Curves:
    """The learning curves as a picture that is drawn again while they grow; in a notebook."""

    def __init__(self):
        # Pictures stand above training: they are asked for by name, and only in a notebook.
        self.pictures = importlib.import_module("workbench.pictures")
        self.handle, self.next, self.epochs = None, time.perf_counter() + LEAST, 0

    def after_update(self, trainer):
        """An epoch is the least that is drawn."""

    def after_epoch(self, trainer):
        if time.perf_counter() >= self.next:
            self.draw(trainer.history)

    def at_end(self, trainer):
        """The last picture is drawn in any case, by whoever made these curves."""

    def draw(self, history):
        """Draw the history in the place of the picture before, unless it shows it already."""
        from IPython.display import display

        if self.epochs == len(history):
            return
        began = time.perf_counter()
        # As data: a picture that displays itself would be a new output every time.
        data, metadata = self.pictures.learning_curves(history)._repr_mimebundle_()
        if self.handle is None:
            self.handle = display(data, metadata=metadata, raw=True, display_id=True)
        else:
            self.handle.update(data, metadata=metadata, raw=True)
        now, self.epochs = time.perf_counter(), len(history)
        self.next = now + max(LEAST, SHARE * (now - began))


def in_notebook():
    """Whether what is displayed is shown in a notebook."""
    try:
        shell = importlib.import_module("IPython").get_ipython()
    except ImportError:
        return False
    return shell is not None and hasattr(shell, "kernel")
