"""How far back a gradient reached when training began and when it ended, layer by layer.

Does not train: it takes the norms that a History holds.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from workbench.pictures.gradient_norms import NormArrays, NormPlot
from workbench.pictures.log_scale import ABSENT, axis_decades, decades, lanes_of
from workbench.pictures.picture import Picture, fit
from workbench.pictures.style import USUAL, cell_key, check_width, drawing

EDGE = 16  # pixels: margin
MOST_NAME = 320  # pixels that the name of a layer may take
DASH = (0, (5, 2))


class ByStepArrays(NamedTuple):
    """`norms`: recurrent layer -> (curves, steps), one curve for each of `epochs`, a tuple;
    not-a-number at the steps that the batch of an epoch does not have."""

    norms: dict[str, np.ndarray]
    epochs: tuple[int, ...]


def gradient_by_step_arrays(history, layers=None) -> ByStepArrays:
    """What `gradient_by_step` draws, as arrays. Same arguments and errors."""
    if not hasattr(history, "norms"):
        raise ValueError(f"history: expected a History, got {type(history).__name__}")
    norms = history.norms
    if not norms:
        raise ValueError("history: expected norms of a recurrent layer, got none")
    for name in norms if layers is None else layers:
        if name not in norms:
            raise ValueError(f"layers: expected some of {', '.join(norms)}, got {name!r}")
    last = len(next(iter(norms.values()))) - 1
    epochs = (0, last) if last else (0,)
    chosen = {name: norms[name][list(epochs)] for name in (norms if layers is None else layers)}
    if not chosen:
        raise ValueError(f"layers: expected some of {', '.join(norms)}, got none")
    return ByStepArrays(chosen, epochs)


def gradient_by_step(history, layers=None, theme: str = "light", width: float = USUAL) -> Picture:
    """Draw the norm of dL/dh_t at each step, in the first epoch and in the last one, log scale.

    history: what `fit` returns; the norms are those of the first batch of an epoch, before its
    update, over batch and units. layers: names of the recurrent layers to draw, all for None,
    each in a panel. Batches of unequal length end at the same step, as in `history.norms`; an
    epoch whose batch is shorter begins later. What is exactly 0 or too small has a band.

    `width` is in pixels, 640 or more. Raises ValueError for a history without norms, and a layer,
    theme or width that is not there. After Pascanu, Mikolov and Bengio 2013.
    """
    arrays = gradient_by_step_arrays(history, layers)
    width = check_width(width)
    with drawing(theme) as look:
        plots = {}
        for name, norms in arrays.norms.items():
            key = cell_key(name.rpartition(".")[2])
            line, word = look.cells[key], look.words[key]
            looks = [(line, word, DASH), (line, word, "solid")][-len(norms) :]
            plots[name] = NormPlot(_panel(norms, arrays.epochs), look, width, looks)
        narrow = min(plot.width for plot in plots.values())
        tall = EDGE + sum(plot.height for plot in plots.values())
        picture, top = Picture(width, tall, look, _describe(arrays)), EDGE
        for name, plot in plots.items():
            plot.width = narrow
            said = fit(name, MOST_NAME)
            plot.draw(picture, top, f"{said}: norm of the gradient, ‖∂L/∂h‖, log scale")
            top += plot.height
        return picture


def _panel(norms: np.ndarray, epochs) -> NormArrays:
    """The arrays of one layer's plot; steps that an epoch does not have are drawn nowhere."""
    low, high = axis_decades(decades(norms))
    lanes = np.where(np.isnan(norms), ABSENT, lanes_of(norms, low))
    labels = tuple(f"epoch {epoch}" for epoch in epochs)
    count = norms.shape[1]
    return NormArrays(labels, norms, count, None, low, high, lanes, None)


def _describe(arrays: ByStepArrays) -> str:
    epochs = " and ".join(f"epoch {epoch}" for epoch in arrays.epochs)
    layers = ", ".join(arrays.norms)
    return f"Norm of the gradient at each step, log scale, in {epochs}: {layers}."
