"""What `fit` is told besides model, data, loss and optimizer. Checks; does not train."""

import difflib
from dataclasses import dataclass
from pathlib import Path

from ..recurrent.inputs import positive_integer, real_number

ELSEWHERE = {
    "lr": "optimizer=wb.Adam(1e-3)", "learning_rate": "optimizer=wb.Adam(1e-3)",
    "patience": "early_stopping=wb.EarlyStopping(patience)",
    "shuffle": "wb.Batches(x, y, batch_size, shuffle=False) in place of (x, y)",
    "validation_data": "validation=(x, y)", "val": "validation=(x, y)",
    "validation_split": "validation=(x, y) of rows that are not in train",
}  # fmt: skip
"""What to write for names that are options in other libraries."""


@dataclass(frozen=True)
class EarlyStopping:
    """Stop when the validation loss has not improved for `patience` epochs; keep the best.

    least: how much lower than the best one a loss must be to count as better.
    Source: Prechelt 1998, Early stopping - but when?
    """

    patience: int = 5
    least: float = 0.0

    def __post_init__(self):
        object.__setattr__(self, "patience", positive_integer("patience", self.patience))
        object.__setattr__(self, "least", real_number("least", self.least, least=0))


@dataclass(frozen=True)
class Options:
    """The options of `fit`, told there; numbers as Python's own, which a checkpoint can hold."""

    batch_size: int = 32
    seed: int = 0
    clip_norm: float | None = None
    clip_value: float | None = None
    truncate: int | None = None
    early_stopping: EarlyStopping | None = None
    checkpoint: Path | str | None = None
    save_every: int = 100
    resume: bool = False
    progress: bool = True

    def __post_init__(self):
        for name, least in (("batch_size", 1), ("seed", 0), ("save_every", 1)):
            self._keep(name, positive_integer(name, getattr(self, name), least))
        if self.truncate is not None:
            self._keep("truncate", positive_integer("truncate", self.truncate))
        for name in ("clip_norm", "clip_value"):
            if getattr(self, name) is not None:
                self._keep(name, real_number(name, getattr(self, name), above=0))
        if self.clip_norm is not None and self.clip_value is not None:
            raise ValueError("clip_value: expected clip_norm or clip_value, got both")
        if not isinstance(self.early_stopping, EarlyStopping | None):
            raise ValueError(
                f"early_stopping: expected EarlyStopping(patience=...), got {self.early_stopping!r}"
            )
        for name in ("resume", "progress"):
            if not isinstance(getattr(self, name), bool):
                raise ValueError(f"{name}: expected True or False, got {getattr(self, name)!r}")
        if not isinstance(self.checkpoint, str | Path | None):
            raise ValueError(f"checkpoint: expected a path, got {self.checkpoint!r}")
        if self.resume and self.checkpoint is None:
            raise ValueError("checkpoint: expected a path to resume from, got None")

    def _keep(self, name, value):
        object.__setattr__(self, name, value)

    @classmethod
    def read(cls, given):
        """Options from keyword arguments; an unknown one is named."""
        for name in given:
            if name not in cls.__dataclass_fields__:
                known = ", ".join(cls.__dataclass_fields__)
                hint = _hint(name, cls.__dataclass_fields__)
                raise ValueError(f"{name}: expected an option of fit ({known}), got {name!r}{hint}")
        return cls(**given)


def _hint(name, known):
    """What to write for an option that there is not."""
    if name in ELSEWHERE:
        return f"; write {ELSEWHERE[name]}"
    near = difflib.get_close_matches(name, known, 1, 0.5)
    return f"; did you mean {near[0]}?" if near else ""
