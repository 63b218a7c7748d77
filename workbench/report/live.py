"""The explorers of a report: where scripts run, its still pictures come alive.

Draws nothing itself, and adds nothing where a page could not follow a hand: for networks of many
units the pictures stay still. A long series is live in its last steps only.
"""

from dataclasses import replace

from .. import explorers
from ..explorers import page
from ..explorers.subject import LONGEST, Sequence
from .source import Source
from .study import COMPARED, Study

MOST_UNITS = 48
WORDS = {
    "unfold": "Left the cell as it is written, with its loop; right its copies along the series."
    " Play sends the values forward and the gradient back; drag a number that a copy reads, click"
    " an arrow for what it carries.",
    "gates": "On top the series, under it every line of the equations: a row is a unit, a column a"
    " step, and below it the curve of one unit. Drag a weight, hold a gate at 0 or 1, and every"
    " step follows.",
    "gradients": "The loss is at one step and pulls on every unit of the output alike, so that the"
    " gradient begins with norm 1. An arc is as thick as what arrives at an earlier step; the"
    " curves compare networks of one size on the same series. Drag the loss, the gain, the"
    " forget bias.",
}
"""What stands over an explorer in the place of the words about its still picture."""


def live(source: Source, study: Study) -> dict[str, explorers.Explorer]:
    """The explorers by the id of the element that each is drawn into; none for many units."""
    if study.network.hidden_size > MOST_UNITS:
        return {}
    sequence, net = _sequence(source), study.network
    first = len(source.x) - len(sequence.x)
    return {
        "unfold": explorers.unfold(net, sequence, cells=COMPARED),
        "gates": explorers.gates(net, sequence, cells=COMPARED, step=max(0, study.place - first)),
        "gradients": explorers.gradients(net, sequence, cells=COMPARED),
    }


def _sequence(source: Source) -> Sequence:
    """The last steps of the series, as the report's networks read them."""
    shown = slice(-LONGEST, None)
    sequence = Sequence.of(source.series[shown])
    return replace(sequence, x=source.x[shown], name=source.name, inputs=(source.name,))


def styles(found: dict) -> str:
    return page.stylesheet() if found else ""


def script(found: dict) -> str:
    return page.script({name: own.message for name, own in found.items()}) if found else ""
