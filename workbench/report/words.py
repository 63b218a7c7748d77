"""The sentences of a report, as plain text. Does not know HTML."""

import numpy as np

from .. import pictures
from ..pictures import number
from ..pictures.digits import MINUS
from ..pictures.style import cell_title
from ..pictures.time_axis import say_time
from ..targets.notation import count_formula
from .source import Source
from .study import BACK, NEAR, WINDOW, Study, weight_share

WRITTEN_OUT = 2  # units up to which each is written out: more would be a wall of numbers
SUMMED = 4  # units past which the numbers of a product are summed, as `worked` has it
COLUMNS = 400  # of a picture on a small screen
LAGS = (1, 2, 5, 10, 24, 50, 100)


def title(source: Source, study: Study) -> str:
    return f"{network(study.network.cell.name)} reads {source.series.name or 'input'}"


def network(name: str) -> str:
    """LSTM; but Elman network, since Elman is a person."""
    title = cell_title(name)
    return f"{title} network" if title in ("Elman", "Jordan") else title


def lede(study: Study) -> str:
    net = study.network
    units = counted(net.hidden_size, "hidden unit")
    size = f"{units}, {counted(net.parameters.count, 'parameter')}, seed {net.seed}."
    if study.learnt is None:
        return (
            f"{size} The weights are untrained: this is how the network starts out, before it has"
            " learnt anything."
        )
    steps = f"the first {study.learnt.first:,} steps"
    return f"{size} Trained on {steps} to say the next change; the others were kept for its test."


def facts(source: Source, study: Study, times) -> dict[str, str]:
    """What was run, as name and text."""
    series, net = source.series, study.network
    first, last = say_time(times, 0), say_time(times, len(series) - 1)
    found = {
        "Cell": f"{cell_title(net.cell.name)}, 1 input, {counted(net.hidden_size, 'hidden unit')}, "
        f"{'states' if len(net.cell.states) > 1 else 'state'} {', '.join(net.cell.states)}",
        "Parameters": f"{net.parameters.count:,} = {formula(study)}, with I = 1 input and "
        f"H = {net.hidden_size}; {'untrained' if study.learnt is None else 'trained'}, "
        f"seed {net.seed}",
        "Series": ", ".join(part for part in (series.name or "input", series.unit) if part),
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
    what = "change" if source.changes else "value"
    begin = "the change since the step before, " if source.changes else ""
    return (
        f"{begin}standardised: ({what} {MINUS} {number(source.mean, 4)}) / "
        f"{number(source.scale, 4)}, "
        f"the mean and the standard deviation of the first {source.past:,} steps"
    )


def formula(study: Study) -> str:
    return count_formula(study.network.cell.graph).replace("^2", "²")


def learnt(source: Source, study: Study) -> str:
    """What the picture of the forecast shows."""
    found, name = study.learnt, network(study.network.cell.name)
    reads = "by how much the value has changed" if source.changes else "the value"
    return (
        f"At every step the {name} reads {reads} and says by how much the next value will differ."
        f" Here it forecasts the {counted(len(found.truth), 'step')} that it was not trained on;"
        " persistence is the forecast that nothing changes. A forecast that only copies the last"
        " value runs one step behind what is measured, and is no better than that."
    )


def compared(source: Source, study: Study) -> str:
    """The sentence that answers: is it better than persistence?"""
    own, other = study.learnt.rms
    name, unit = network(study.network.cell.name), source.series.unit
    said = (
        f"One step ahead the {name} is off by {number(own, 3)}{f' ({unit})' if unit else ''},"
        f" persistence by {number(other, 3)}"
    )
    if own < 0.98 * other:
        return f"{said}: its error is {pictures.share(own / other)} of that."
    if own > 1.02 * other:
        return f"{said}: persistence wins. What is to come does not show in this past."
    return f"{said}: no difference worth the name."


def learning(study: Study) -> str:
    """What the learning curves show."""
    history = study.learnt.history
    return (
        f"The mean squared error over the training windows in {counted(len(history), 'epoch')},"
        " each of which saw all windows once; 1 is about what an answer of 0 gives."
    )


def untrained(asked: bool) -> str:
    """Why nothing was learnt."""
    if asked:
        return (
            "Not here: training (--untrained). The weights are the random ones a network starts"
            " from, and nothing on this page says how well it could predict the series."
        )
    return "Not here: training. The series is too short to learn from a part and test on the rest."


def unfolded(source: Source, study: Study, times, first: int, copies: int) -> str:
    states = listed(study.network.cell.states)
    output = study.network.cell.output
    # A constant series may leave the state where it starts.
    most = f", where {output} changes most" if np.diff(study.trace[output], axis=0).any() else ""
    when = span(times, first, first + copies - 1)
    return (
        f"Left the cell as it is written, with its loop; right the same cell at {when}, around step"
        f" {study.place}{most}. Under each copy is the number it reads,"
        f" above it what it hands on: {states}, one square a unit, red below 0 and blue above."
    )


def gates(source: Source, study: Study, times) -> str:
    rows = pictures.gates_arrays(study.trace).rows
    colours = "red is below 0, white 0, blue above"
    if any(row.share for row in rows):
        colours = "where all values lie in 0..1, yellow is 1 and dark blue 0; elsewhere " + colours
    text = (
        f"On top the series, under it {listed([row.name for row in rows])} of the equations: a row"
        f" is a unit, a column a step. The colours: {colours}. The dotted line is at"
        f" {moment(times, study.place)}, which is worked out below."
    )
    if len(source.series) > COLUMNS:
        text += " The picture has fewer columns than there are steps: each is the mean of a few."
    return text


def curves(study: Study, first: int) -> dict[str, np.ndarray]:
    """Label -> norms from step `first` on: of each network's output, then of its other states."""
    found = {}
    for path in study.paths:
        title = path.label
        found[title] = path.norms[first:]
        found |= {f"{title}, {state}": norms[first:] for state, norms in path.others.items()}
    return found


def gradients(study: Study, times) -> str:
    count, output = len(study.paths[0].norms), study.network.cell.output
    names = listed([path.label for path in study.paths])
    before = "" if study.learnt is None else ", untrained unless it is said"
    text = (
        f"{names}, all of one size{before}, read the same series. The loss is at the last step,"
        f" {say_time(times, count - 1)}, and pulls on every unit alike: L = Σ h / √H, so that the"
        " gradient begins with norm 1. A curve shows how much of it arrives at each earlier step."
    )
    if output != "h":
        text += f" The {network(study.network.cell.name)} hands on {output} in the place of h."
    if count > WINDOW:
        text += f" Drawn are the last {WINDOW} of {count:,} steps."
    return text


def answer(study: Study, found: dict) -> str:
    """The sentence that answers, and one about what the LSTM's cell state keeps."""
    outputs = {title: found[title] for title in (path.label for path in study.paths)}
    norms = found["LSTM, c"]
    last = len(norms) - 1
    lag = min(BACK, last)
    said = pictures.gradient_sentence(outputs, loss_step=last, lag=lag)
    kept = part(norms[last - lag], norms[last])
    return f"{said} Of ∂L/∂c, on the path of its cell state, the LSTM keeps {kept}."


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
    if total < 1e-3 or share < 0.5:  # there is nothing that it hides
        return ""
    return (
        f"A weight's gradient does not tell this: in the Elman network ∂L/∂{name} has norm"
        f" {number(total, 3)}, and vanishes by no means. But {pictures.share(share)} of what the"
        f" steps add to it comes from the last {NEAR} of them."
    )


def worked(source: Source, study: Study, times) -> str:
    step, series, hidden = study.place, source.series, study.network.hidden_size
    unit = f" ({series.unit})" if series.unit else ""
    value = series.values[step] - (series.values[max(step - 1, 0)] if source.changes else 0)
    what = "change" if source.changes else "value"
    text = (
        f"At {moment(times, step)}, the {what} {number(value, 4)}{unit} enters as"
        f" x = {number(source.x[step, 0], 4)}. "
    )
    if hidden > WRITTEN_OUT:
        text += f"Unit 0 of {hidden} is written out. "
    if hidden > SUMMED:
        text += "A product with a whole state is given as its sum. "
    return text + "Below each equation are its numbers and what they give."


def moment(times, step: int) -> str:
    """ "step 256 (1956)", or "step 256"."""
    return f"step {step}" + ("" if times is None else f" ({say_time(times, step)})")


def span(times, first: int, last: int) -> str:
    """ "steps 2 to 5 (1955 to 1958)", or "steps 2 to 5"."""
    when = "" if times is None else f" ({say_time(times, first)} to {say_time(times, last)})"
    return f"steps {first} to {last}{when}"


def listed(names: list[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def counted(count: int, word: str) -> str:
    return f"{count:,} {word}" + ("" if count == 1 else "s")
