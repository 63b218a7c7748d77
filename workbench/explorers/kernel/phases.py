"""The diagram of 64 x 64 networks, measured anew at every move of a slider; one of them in full.

Slopes and norms travel as whole numbers of 16 bits, so that an answer stays under 16 KB. The other
side is web/src/views/phases/answer.js.
"""

import numpy as np

from ...measure.phases import SIDE, STEPS, STRONGEST
from .wishes import finite, whole

LEVELS, ZERO, UNKNOWN = 32_000, -32_768, 32_767
"""The largest level of a finite number; the levels of -inf and of what is no number."""
DRAWS = 99
"""The last seed that a page can choose."""


class Diagram:
    """Answers for the networks of one draw; the last diagram is kept, for a moving cursor."""

    def __init__(self, plane, phases):
        """plane: a measure.PhasePlane. phases: what it measured last."""
        self.plane, self.phases = plane, phases

    def __call__(self, networks, label, about):
        """(about, arrays) of the networks that are wished for; `label` becomes the chosen one.

        about: "steps", "strength", "draw"; "row", "column" of the chosen network; "whole", whether
        the page wants the diagram. Arrays: "curve", log10 of the norm in the chosen network at lags
        0, 1, ...; with "whole" those of `described`.
        """
        wish = {
            "steps": whole("steps", about.get("steps"), *STEPS),
            "strength": finite("strength", about.get("strength")),
            "draw": whole("draw", about.get("draw"), 0, DRAWS),
        }
        if not 0 <= wish["strength"] <= STRONGEST:
            raise ValueError(f"strength: expected 0..{STRONGEST:g}, got {wish['strength']:g}")
        row, column = (whole(name, about.get(name), 0, SIDE - 1) for name in ("row", "column"))
        self._measure(**wish)
        networks[label] = self.plane.network(row, column)
        told = wish | {"row": row, "column": column}
        arrays = {"curve": self.phases.logs[row, column].astype(np.float32)}
        if about.get("whole"):
            units, more = described(self.phases)
            told, arrays = told | units, arrays | more
        return told, arrays

    def _measure(self, steps, strength, draw):
        if draw != self.plane.seed:
            self.plane.draw(draw)
        elif (steps, strength) == (self.phases.steps, self.phases.strength):
            return
        self.phases = self.plane.measure(steps, strength)


def described(phases):
    """(about, arrays) of a diagram: "slopes" in levels of about["unit"]; "edge", "theory"."""
    unit, slopes = as_levels(phases.slopes)
    lines = {name: getattr(phases, name).astype(np.float32) for name in ("edge", "theory")}
    return {"unit": unit}, {"slopes": slopes, **lines}


def as_levels(values):
    """(unit, int16 levels): finite values are level times unit, the largest has LEVELS."""
    known = np.isfinite(values)
    unit = float(np.abs(values[known]).max(initial=0)) / LEVELS or 1.0
    with np.errstate(invalid="ignore"):
        levels = np.where(known, np.rint(values / unit), UNKNOWN)
    return unit, np.where(np.isneginf(values), ZERO, levels).astype(np.int16)
