"""What a model is made of, in words that JSON can hold; the way back is in `plan.py`."""

import numpy as np

from .. import layers
from ..layers.layer import Layer
from ..layers.recurrent_layer import RecurrentLayer
from ..recurrent import Recurrent

CLASSES = {
    Recurrent: "Recurrent",
    RecurrentLayer: "Recurrent",
    **{
        getattr(layers, name): name
        for name in (
            "Bidirectional", "Dense", "Dropout", "Embedding", "EncoderDecoder", "Hierarchical",
            "Last", "LayerNorm", "MeanOverTime", "Network", "OneHot", "RecurrentDropout", "Repeat",
            "Reservoir",
        )
    },
}  # fmt: skip
"""Class -> its name in a file. A class that somebody else wrote is not in it: it is code."""

MODELS = ("Network", "Recurrent", "EncoderDecoder")
PLACE = "model"


class Description:
    """The description of one model.

    told: the dict. arrays: name -> array that belongs to it besides the parameters (starts).
    cells: the cells in it.
    """

    def __init__(self, model):
        self.arrays, self.cells = {}, []
        if CLASSES.get(type(model)) not in MODELS or isinstance(model, RecurrentLayer):
            raise ValueError(
                f"model: expected a {', '.join(MODELS[:-1])} or {MODELS[-1]}, "
                f"got {type(model).__name__}"
            )
        self.told = self._of(model, PLACE)

    def _of(self, part, place):
        if type(part) not in CLASSES:
            raise ValueError(
                f"model: expected layers of the workbench, for a file holds no code, "
                f"got {type(part).__name__}"
            )
        told = {"class": CLASSES[type(part)]}
        for name, value in part.describe().items():
            told[name] = self._plain(value, f"{place}.{name}")
        if isinstance(part, Recurrent):
            self.cells.append(part.cell)
        elif isinstance(part, RecurrentLayer):
            self.cells.append(part.net.cell)
        return told

    def _plain(self, value, place):
        if type(value) in CLASSES or isinstance(value, Layer):
            return self._of(value, place)
        if isinstance(value, tuple):
            return [self._plain(one, f"{place}[{i}]") for i, one in enumerate(value)]
        if isinstance(value, dict):
            return {name: self._plain(one, f"{place}.{name}") for name, one in value.items()}
        if isinstance(value, np.ndarray):
            self.arrays[place] = value
            return {"array": place}
        return value
