"""Phases: where gradients vanish and where they explode, 64 x 64 networks at once, alive.

Question: for which weights does the gradient vanish, for which does it explode, and what lies
between?
After a minute a student says: "With tanh units the gradient vanishes left of a line and explodes
right of it. The line starts near weight scale 1 for small input, and moves right as bias or input
saturate the units."
"""

import numpy as np

from ..cells import get
from ..measure.phases import STEPS, STRONGEST, PhasePlane
from ..themes import cell_title
from .explorer import Explorer
from .kernel.phases import DRAWS, Diagram, as_levels, described
from .kernel.wishes import whole
from .subject import Sequence, packed

TITLE = "Phases: vanishing and exploding gradients"
QUESTION = (
    "For which weights does the gradient vanish, for which does it explode, and what lies between?"
)
DRAW = 5
"""The seed at first: a draw of 32 units whose edge lies near that of infinitely many."""
UNITS = (2, 64)
"""Units of a network; 64 take about twice the time of 32."""
CHOSEN = (0.9, 0.5)
"""Weight scale and standard deviation of the bias under the cursor at first, nearly."""


def phases(cell="elman", *, steps=40, strength=0.05, hidden_size=32, seed=DRAW):
    """Show how fast the gradient shrinks or grows in 4,096 networks; drag input and steps.

    The networks share one draw of weights and biases and differ in two numbers: the scale of the
    recurrent weights, 0.2 to 3 (standard deviation times the square root of the units), and the
    standard deviation of the bias, 0 to 2. The loss looks at the last step.
    cell: a cell, or its name, with one state, one recurrent matrix and one bias; also
        `wb.cells.elman.choose(activation="relu")`.
    steps: how many the gradient goes back, 10..100. strength: standard deviation of the input,
        noise of one number a step, 0..2. hidden_size: units, 2..64. seed: of the draw, 0..99.
    Python computes what the page shows: a page on its own shows what Python saw first.
    `explorer.networks` has the network under the cursor. Returns an Explorer. Raises ValueError
    with one line for what cannot be shown. Source: Pascanu et al. 2013; Poole et al. 2016 and
    Schoenholz et al. 2017 for the edge of infinitely many units.
    """
    cell = get(cell)
    units = whole("hidden_size", hidden_size, *UNITS)
    plane = PhasePlane(cell, units, whole("seed", seed, 0, DRAWS))
    found = plane.measure(steps, strength)
    column, row = (
        int(np.abs(axis - wanted).argmin())
        for axis, wanted in zip((found.scales, found.biases), CHOSEN, strict=True)
    )
    net = plane.network(row, column)
    nets = {cell_title(cell.name): net}
    x = plane.noise(found.steps, found.strength)
    about, arrays = packed(nets, Sequence.of(x))
    about |= {
        "view": "phases", "question": QUESTION, "units": units,
        "limits": {"steps": STEPS, "strength": STRONGEST, "draw": DRAWS},
    }  # fmt: skip
    told, diagram = described(found)
    unit, curves = as_levels(found.logs)
    first = {"steps": found.steps, "strength": found.strength, "draw": plane.seed}
    about["first"] = first | told | {"row": row, "column": column, "curveUnit": unit}
    diagram |= {"curves": curves, "scales": found.scales, "biases": found.biases}
    arrays |= {f"first/{name}": array for name, array in diagram.items()}
    return Explorer(
        TITLE, about, arrays, nets, lambda: picture(found, (row, column)), Diagram(plane, found)
    )


def picture(found, chosen):
    """The diagram as the page begins, as a matplotlib Figure."""
    from .. import pictures

    return pictures.phases(found, chosen)
