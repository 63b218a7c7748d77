"""The line of words under the gradient picture. Does not draw."""

from __future__ import annotations

import numpy as np

from workbench.pictures.digits import number, share
from workbench.pictures.gradient_norms import read_norms
from workbench.pictures.style import TITLES, cell_title

PEOPLE = ("Elman", "Jordan")
GROWN = 10  # from ten times on it is easier to read "35 times" than "3500 %"


def gradient_sentence(curves, loss_step: int, lag: int, state: str = "h") -> str:
    """Say how much of the gradient at `loss_step` is left `lag` steps earlier, in each network.

    `curves` is as in `gradient_norms`. Exact 0, growth, infinity and not-a-number are said as
    such. Raises ValueError unless 0 <= lag <= loss_step < time.
    """
    found = read_norms(curves, state)
    count = len(next(iter(found.values())))
    if not 0 <= loss_step < count:
        raise ValueError(f"loss_step: expected 0..{count - 1}, got {loss_step}")
    if not 0 <= lag <= loss_step:
        raise ValueError(f"lag: expected 0..{loss_step}, got {lag}")
    left, grown, other = [], [], []
    for label, norms in found.items():
        name, (end, start) = _network(label), norms[[loss_step - lag, loss_step]]
        if np.isnan([end, start]).any():
            other.append(f"it is not a number in {name}")
        elif start == 0:
            other.append(f"there is none at the loss in {name}")
        elif np.isinf([end, start]).any():
            other.append(f"it is infinite in {name}")
        else:
            with np.errstate(over="ignore"):
                part = end / start
            (grown if part >= GROWN else left).append((part, name))
    clauses = []
    if left:
        first, *rest = [(_part(part), name) for part, name in left]
        said = [f"{first[0]} of the gradient is left in {first[1]}"]
        clauses.append(_joined(said + [f"{part} in {name}" for part, name in rest]))
    if grown:
        subject = "it" if clauses else "the gradient"
        said = [f"{_times(part)} as large in {name}" for part, name in grown]
        clauses.append(f"{subject} is {_joined(said)}")
    if not clauses and other:
        other[0] = other[0].replace("it is", "the gradient is", 1)
        other[0] = other[0].replace("there is none", "there is no gradient", 1)
    steps = "1 step" if lag == 1 else f"{lag} steps"
    return f"After {steps} back, {'; '.join(clauses + other)}."


def _part(part: float) -> str:
    if part == 0:
        return "nothing (exactly 0)"
    return share(part)


def _times(part: float) -> str:
    return "more than 10³⁰⁸ times" if np.isinf(part) else f"{number(part, 2)} times"


def _network(label: str) -> str:
    if label.endswith(", trained"):
        return f"the trained {cell_title(label.removesuffix(', trained'))}"
    title = cell_title(label)
    if title.lower() not in TITLES:
        return f"“{label}”"
    return f"the {title} network" if title in PEOPLE else f"the {title}"


def _joined(parts: list[str]) -> str:
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
