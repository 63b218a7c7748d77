"""The sentences of a report, as plain text. Does not know HTML."""

import numpy as np

from .. import pictures
from ..pictures import number
from ..pictures.style import cell_title
from ..pictures.time_axis import say_time
from ..targets.notation import count_formula
from .source import Source
from .study import BACK, NEAR, WINDOW, Study, weight_share

LAGS = (1, 2, 5, 10, 24, 50, 100)


def lede(study: Study) -> str:
    net = study.network
    units = counted(net.hidden_size, "hidden unit")
    return (
        f"{units}, {counted(net.parameters.count, 'parameter')}, seed {net.seed}. The weights are"
        " untrained: this is how the network starts out, before it has learnt anything."
    )


def facts(source: Source, study: Study, times) -> dict[str, str]:
    """What was run, as name and text."""
    series, net = source.series, study.network
    first, last = say_time(times, 0), say_time(times, len(series) - 1)
    found = {
        "Cell": f"{cell_title(net.cell.name)}, 1 input, {counted(net.hidden_size, 'hidden unit')}, "
        f"{'states' if len(net.cell.states) > 1 else 'state'} {', '.join(net.cell.states)}",
        "Parameters": f"{net.parameters.count:,} = {formula(study)}, with I = 1 input and "
        f"H = {net.hidden_size}; untrained, seed {net.seed}",
        "Series": ", ".join(part for part in (source.name, series.unit) if part),
        "Source": series.source,
        "Steps": f"{len(series):,}, {first} to {last}",
        "Input x": standardised(source),
    }
    if source.whole > len(series):
        found["Steps"] = (
            f"the last {len(series):,} of {source.whole:,} are shown, {first} to {last}; "
            "the network starts at the first one shown"
        )
    filled = int(series.missing.sum())
    if filled:
        found["Filled in"] = f"{counted(filled, 'value')} not measured, drawn from the neighbours"
    return {name: text for name, text in found.items() if text}


def standardised(source: Source) -> str:
    if not source.x.any() and source.scale == 1:
        return f"0 at every step: the series never changes from {number(source.mean, 4)}"
    return (
        f"standardised: (value − {number(source.mean, 4)}) / {number(source.scale, 4)}, "
        "the mean and the standard deviation of the series"
    )


def formula(study: Study) -> str:
    return count_formula(study.network.cell.graph).replace("^2", "²")


def unfolded(source: Source, study: Study, times, first: int, copies: int) -> str:
    states = " and ".join(study.network.cell.states)
    output = study.network.cell.output
    when = span(times, first, first + copies - 1)
    return (
        f"Left the cell as it is written, with its loop; right the same cell at {when}, around the"
        f" step where {output} changes most. Under each copy is the number it reads, above it what"
        f" it hands on: {states}, one small square a unit, red below 0 and blue above."
    )


def gates(source: Source, study: Study, times) -> str:
    lines = ", ".join(study.network.cell.lines)
    count = len(source.series)
    text = (
        f"On top the series; under it the lines {lines} of the equations. A row of each picture is"
        " a unit, a column a step. Yellow is open (1) and dark blue shut (0) where all values lie"
        " in 0..1; elsewhere red is below 0, white 0, blue above."
    )
    if count > 800:
        text += f" {count:,} steps are more than the picture has columns: each is the mean of some."
    return text


def curves(study: Study, first: int) -> tuple[dict, dict]:
    """Label -> norms from step `first` on: of each network's output; of the other states."""
    own = {cell_title(path.cell): path.norms[first:] for path in study.paths}
    others = {
        f"{cell_title(path.cell)}, {state}": norms[first:]
        for path in study.paths
        for state, norms in path.others.items()
    }
    return own, others


def gradients(study: Study, times) -> str:
    count = len(study.paths[0].norms)
    text = (
        "Elman, LSTM and GRU of the same size read the same series. The loss is at the last step,"
        f" {say_time(times, count - 1)}, and pulls on every unit alike: L = Σ h / √H, so that the"
        " gradient begins with norm 1. A curve shows how much of it arrives at each earlier step."
    )
    if count > WINDOW:
        text += f" Drawn are the last {WINDOW} of {count:,} steps."
    return text


def answer(own: dict, others: dict) -> list[str]:
    """The sentence that answers, and one about what the cell state keeps."""
    last = len(next(iter(own.values()))) - 1
    lag = min(BACK, last)
    said = [pictures.gradient_sentence(own, loss_step=last, lag=lag)]
    if "LSTM, c" in others:
        norms = others["LSTM, c"]
        kept = part(norms[last - lag], norms[last])
        said.append(f"Along its other path, the cell state c, the LSTM keeps {kept} of ∂L/∂c.")
    return said


def shares(curves: dict) -> tuple[list[int], dict[str, list[str]]]:
    """Lags, and for each label what part of the gradient at the loss is left after them."""
    last = len(next(iter(curves.values()))) - 1
    lags = [lag for lag in LAGS if lag <= last]
    return lags, {
        label: [part(norms[last - lag], norms[last]) for lag in lags]
        for label, norms in curves.items()
    }


def part(left: float, start: float) -> str:
    with np.errstate(all="ignore"):
        ratio = np.float64(left) / np.float64(start)
    if ratio >= 10 and np.isfinite(ratio):
        return f"{number(ratio, 2)} times"
    return pictures.share(ratio)


def weights(study: Study) -> str:
    """Why a weight's gradient hides all this, in the numbers of the Elman network."""
    found = weight_share(study.paths[0])
    if found is None or len(study.paths[0].norms) <= 2 * NEAR:
        return ""
    name, total, share = found
    return (
        f"A weight's gradient does not tell: in the Elman network ∂L/∂{name} has norm"
        f" {number(total, 3)}, and vanishes by no means. But {pictures.share(share)} of what the"
        f" steps add to it comes from the last {NEAR} of them."
    )


def worked(source: Source, study: Study, times) -> str:
    step, series = study.place, source.series
    value = number(series.values[step], 4)
    unit = f" {series.unit}" if series.unit else ""
    hidden = study.network.hidden_size
    text = (
        f"Step t = {step}" + ("" if times is None else f", {say_time(times, step)}") + f": {value}"
        f"{unit} enters as x = {number(source.x[step, 0], 4)}. "
    )
    if hidden > 4:
        text += f"Unit 0 of {hidden} is written out; a product with a whole state is given summed. "
    return text + "Below each equation are its numbers and what they give."


def span(times, first: int, last: int) -> str:
    """ "1955 to 1958", or "steps 2 to 5"."""
    if times is None:
        return f"steps {first} to {last}"
    return f"steps {first} to {last} ({say_time(times, first)} to {say_time(times, last)})"


def counted(count: int, word: str) -> str:
    return f"{count:,} {word}" + ("" if count == 1 else "s")
