"""Training a network: the one call that a notebook makes."""

import contextlib

from ..recurrent.inputs import positive_integer
from . import checkpoints
from .batches import Batches
from .evaluate import as_batches, as_network
from .matching import check_fit
from .optimizers import read_optimizer
from .options import Options
from .progress import Bar, Curves, in_notebook
from .streams import Stream
from .trainer import Trainer


def fit(
    model, train, *apart, validation=None, loss="cross_entropy", optimizer=None, epochs=5, **options
):  # fmt: skip
    """Train a network in place and return the History.

    model: a Network; a Recurrent, whose output is then scored; or an EncoderDecoder.
    train, validation: (x, y) as `Sequences` takes them, (sequence, time, feature) or a list of
        sequences of any lengths; or `Batches`; or a `Stream`, whose states are carried on; or
        `Pairs`, for an EncoderDecoder.
    loss: "cross_entropy", "binary_cross_entropy" (both from logits), "mean_squared", or a function
        (output, targets, mask) -> (value, derivative by the output).
    optimizer: SGD, RMSprop, Adam (the default, learning rate 1e-3) or AdamW.
    epochs: how often the whole set is seen; on resuming, in all.

    Options: batch_size (32) of (x, y) · seed (0) of the order of their batches and of dropout ·
    clip_norm or clip_value, applied before the step · truncate, cut the gradient at the steps k,
    2k, ... · early_stopping, an `EarlyStopping` · checkpoint, a path that is written at the
    beginning, every save_every (100) updates, after each epoch and at the end; resume=True goes on
    from it, to the same bits · progress, False for neither bar nor curves.

    Ctrl-C ends the training after the update under way; what was learnt stays (with early stopping
    the best epoch of it), and `history.stopped` says so. Raises NotFinite, naming the layer, the
    step and the likely cause, when a number is no longer finite; the model then has the parameters
    of the last update whose loss was finite. Raises ValueError with one line for a wrong argument.
    """
    if apart:
        raise ValueError(
            f"train: expected one argument, (x, y), and all after it by name, got {len(apart)} "
            "more; write fit(model, (x, y), epochs=5)"
        )
    own = getattr(train, "batch_size", None)
    if isinstance(train, Batches | Stream) and options.get("batch_size", own) != own:
        came = f"{options['batch_size']} with {type(train).__name__}, which are cut already"
        raise ValueError(f"batch_size: expected {'none' if own is None else own}, got {came}")
    model, options = as_network(model), Options.read(options)
    epochs, optimizer = positive_integer("epochs", epochs), read_optimizer(optimizer)
    if options.early_stopping is not None and validation is None:
        raise ValueError("validation: expected data to compare epochs on, got None")
    batches = as_batches("train", train, options.batch_size, seed=options.seed)
    check_fit("train", model, batches, loss)
    held_out = None
    if validation is not None:
        held_out = as_batches("validation", validation, 256, shuffle=False)
        check_fit("validation", model, held_out, loss)
    trainer = Trainer(model, batches, held_out, loss, optimizer, options)
    if options.checkpoint is not None:
        trainer.watchers.append(checkpoints.Saver(trainer))
    with shown(trainer, epochs):
        return trainer.train(epochs)


@contextlib.contextmanager
def shown(trainer, epochs):
    """Show how far a training is, unless its options say otherwise."""
    if not trainer.options.progress:
        yield
        return
    each = len(trainer.batches)
    bar = Bar(epochs * each, trainer.epoch * each + trainer.batch)
    curves = Curves() if in_notebook() else None
    trainer.watchers += [bar] if curves is None else [bar, curves]
    try:
        yield
    finally:
        bar.close()
        if curves is not None and len(trainer.history):
            curves.draw(trainer.history)
