"""The page: what was run, the equations, the pictures, the sentence that answers, the numbers.

Does not compute anything but words. Everything that a user or a file named is escaped here.
"""

import platform
import re
import shlex
from html import escape
from importlib import metadata, resources
from string import Template
from typing import NamedTuple

import numpy as np

from .. import __version__, pictures
from ..pictures.digits import TIMES
from ..pictures.style import DARK, LIGHT, cell_key
from ..targets.notation import MathML, equations
from . import live, words
from .source import Source
from .study import WINDOW, Study

WIDTHS = {"broad": 912, "narrow": 640}  # pixels of each picture on a page of 960 and of 640
COPIES = 4  # of the unfolded cell
EQUALS = "<mo>=</mo>"
NO_BREAK = "\N{NO-BREAK SPACE}"


class Asked(NamedTuple):
    """What was typed at the command line."""

    source: str
    column: str | None
    cell: str
    hidden_size: int
    seed: int
    untrained: bool
    out: str

    def command(self) -> str:
        """The command that makes this page again."""
        parts = ["workbench", "report", self.source]
        if self.column is not None:
            # With its equals sign a column that begins with a dash is no option.
            parts += [f"--column={self.column}"]
        parts += ["--cell", self.cell, "--hidden-size", str(self.hidden_size)]
        parts += ["--seed", str(self.seed), *(["--untrained"] if self.untrained else [])]
        return shlex.join([*parts, "--out", self.out])


def page(asked: Asked, source: Source, study: Study) -> str:
    """The whole page as HTML."""
    times = times_of(source)
    explorers = live.live(source, study)
    sections = [
        *([] if study.learnt is None else [section("What it learnt", *learnt(source, study))]),
        section("The equations", *cell_equations(study)),
        section("Unfolded in time", *unfolded(source, study, times)),
        section("Every line of the equations, every step", *gates(source, study, times)),
        section("Gradients back through time", *gradients(study, times)),
        section("One step worked out", *worked(source, study, times)),
    ]
    folder = resources.files(__package__)
    css = (folder / "page.css").read_text(encoding="utf-8")
    return Template((folder / "page.html").read_text(encoding="utf-8")).substitute(
        title=escape(words.title(source, study)),
        css=f"{colours(study)}\n{css.strip()}\n{live.styles(explorers)}",
        lede=escape(words.lede(study)),
        facts="\n".join(
            f"<dt>{escape(name)}</dt><dd>{escape(text)}</dd>"
            for name, text in words.facts(source, study, times).items()
        ),
        sections="\n".join(sections),
        foot=foot(asked, study),
        script=live.script(explorers),
    )


def times_of(source: Source) -> np.ndarray | None:
    """The times for an axis; None where they only count the steps."""
    times = source.series.times
    return None if np.array_equal(times, np.arange(len(times))) else times


def colours(study: Study) -> str:
    """The colours of both themes, and the named lines in those of their rows in the picture."""
    light, dark = (
        "".join(f"{name}:{colour};" for name, colour in theme.properties().items())
        for theme in (LIGHT, DARK)
    )
    lines = "\n".join(
        f".line-{name}{{color:var(--line-{k % len(LIGHT.lines) + 1})}}"
        for k, name in enumerate(study.network.cell.lines)
    )
    cells = "\n".join(
        f".{name}{{color:var(--{name}-text);font-weight:600}}" for name in LIGHT.words
    )
    # Paper is white: a dark theme is for screens.
    return (
        f":root{{color-scheme:light dark;{light}}}\n"
        f"@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}\n{lines}\n{cells}"
    )


def section(title: str, *parts: str) -> str:
    body = "\n".join(part for part in parts if part)
    return f"<section>\n<h2>{escape(title)}</h2>\n{body}\n</section>"


def paragraph(text: str, kind: str = "") -> str:
    mark = f' class="{kind}"' if kind else ""
    whole = re.sub(r"\d{4}-\d{2}(-\d{2})?", r'<span class="one">\g<0></span>', escape(text))
    return f"<p{mark}>{whole}</p>" if text else ""


def picture(name: str, text: str, draw, *arguments, **options) -> str:
    """A text and its picture at each width, of which one fits; or the explorer of that name."""
    moving = paragraph(live.WORDS[name], "moving")
    return (
        f'<div class="live">\n{moving}\n<div id="{name}"></div>\n'
        f"{still(text, draw, *arguments, kind='still', **options)}\n</div>"
    )


def still(text: str, draw, *arguments, kind="", **options) -> str:
    """A text and its picture at each width, of which one fits."""
    both = (
        f'<div class="wide {size}">'
        f"{pictures.to_svg(draw(*arguments, width=width, **options)).strip()}</div>"
        for size, width in WIDTHS.items()
    )
    return "\n".join([paragraph(text, kind), *both])


def learnt(source: Source, study: Study) -> list[str]:
    """The forecast against the truth and against persistence, and how it was learnt."""
    found, times = study.learnt, times_of(source)
    forecasts = {
        words.network(study.network.cell.name): found.forecast,
        "persistence": found.persistence,
    }
    options = {"name": source.series.name or "input", "unit": source.series.unit}
    if times is not None:
        options["times"] = times[found.first :]
    return [
        still(words.learnt(source, study), pictures.forecast, found.truth, forecasts, **options),
        paragraph(words.compared(source, study), "say"),
        still(words.learning(study), pictures.learning_curves, found.history),
    ]


def cell_equations(study: Study) -> list[str]:
    graph = study.network.cell.graph
    rows = [aligned(equation) for equation in equations(graph, MathML()).values()]
    text = (
        "What the cell computes at each step t from its input x and its states of the step before."
        " Each line has the colour of its row in the pictures below."
    )
    return [paragraph(text), mathematics(rows)]


def aligned(equation: str, kind: str = "") -> str:
    """A row of a table of equations, cut at the first equals sign."""
    if "<mfrac" not in equation:
        # A deep index would stretch one pair of brackets and not the next.
        equation = re.sub(r"<mo>([()])</mo>", r'<mo stretchy="false">\1</mo>', equation)
    left, equals, right = equation.partition(EQUALS)
    if not equals:
        left, right = "", left
    mark = f' class="{kind}"' if kind else ""
    return f'<mtr{mark}><mtd class="left">{left}</mtd><mtd>{EQUALS}</mtd><mtd>{right}</mtd></mtr>'


def mathematics(rows: list[str], kind: str = "") -> str:
    body = "\n".join(rows)
    return f'<div class="wide inset{kind}"><math><mtable>\n{body}\n</mtable></math></div>'


def unfolded(source: Source, study: Study, times) -> list[str]:
    count = len(source.series)
    copies = min(COPIES, count)
    first = min(max(0, study.place - copies // 2), count - copies)
    text = words.unfolded(source, study, times, first, copies)
    return [picture("unfold", text, pictures.unfold, study.trace, first=first, steps=copies)]


def gates(source: Source, study: Study, times) -> list[str]:
    text = words.gates(source, study, times)
    options = {"times": times, "input_name": source.name, "step": study.place}
    return [picture("gates", text, pictures.gates, study.trace, **options)]


def gradients(study: Study, times) -> list[str]:
    """The picture over the last steps, the sentence, and the same in numbers."""
    count = len(study.paths[0].norms)
    first = max(0, count - WINDOW)
    if times is None and first:
        times = np.arange(count)
    curves = words.curves(study, first)
    drawn = picture(
        "gradients",
        words.gradients(study, times),
        pictures.gradient_norms,
        curves,
        loss_step=count - first - 1,
        times=None if times is None else times[first:],
    )
    answer = coloured(words.answer(study, curves), curves)
    return [
        drawn,
        f'<p class="say">{answer}</p>',
        table(curves),
        paragraph(words.weights(study), "note"),
    ]


def coloured(text: str, curves) -> str:
    """The sentence with each network's name in its colour, and no number torn apart."""
    labels = sorted(map(escape, curves), key=len, reverse=True)
    names = "|".join(map(re.escape, labels))
    whole = re.sub(rf" (?=[%{TIMES}])|(?<={TIMES}) ", NO_BREAK, escape(text))
    return re.sub(
        rf"\b({names})\b",
        lambda found: f'<span class="{cell_key(found[0])}">{found[0]}</span>',
        whole,
    )


def table(curves) -> str:
    """How much of the gradient is left in each network, for a few lags."""
    lags, rows = words.shares(curves)
    if not lags:
        return ""
    head = "".join(f'<th scope="col">{lag}</th>' for lag in lags)
    body = "\n".join(
        f'<tr><th scope="row" class="{cell_key(label)}">{escape(label)}</th>'
        + "".join(f"<td>{escape(part)}</td>" for part in parts)
        + "</tr>"
        for label, parts in rows.items()
    )
    return (
        '<div class="wide inset"><table>'
        "<caption>Part of the gradient at the loss that is left, by steps back</caption>\n"
        f'<tr><th scope="col">steps back</th>{head}</tr>\n{body}\n</table></div>'
    )


def worked(source: Source, study: Study, times) -> list[str]:
    hidden = study.network.hidden_size
    long = words.WRITTEN_OUT < hidden <= words.SUMMED
    unit = None if hidden <= words.WRITTEN_OUT else 0
    rows = []
    for _, (equation, numbers, value) in study.trace.worked(study.place, unit=unit).mathml:
        if equation:
            rows.append(aligned(equation, "first"))
        result = f'{EQUALS}<mrow class="value">{value}</mrow>'
        own = "" if EQUALS in numbers else EQUALS  # a single unit needs no name of its own
        # Where a product's terms may leave the page, what they give stays on it.
        ends = [f"{own}{numbers}", result] if long else [f"{own}{numbers}{result}"]
        rows += [aligned(end, "numbers") for end in ends]
    text = words.worked(source, study, times)
    return [paragraph(text), mathematics(rows, " long" if long else "")]


def foot(asked: Asked, study: Study) -> str:
    versions = {"rnn-workbench": __version__, "Python": platform.python_version()}
    versions |= {name: metadata.version(name) for name in ("numpy", "numba", "matplotlib")}
    made = ", ".join(f"{name} {number}" for name, number in versions.items())
    return "\n".join(
        [
            "<p>The command that makes this page again:</p>",
            f'<pre class="wide inset"><code>{escape(asked.command())}</code></pre>',
            paragraph(f"Made with {made}."),
            paragraph(words.untrained(asked.untrained) if study.learnt is None else ""),
        ]
    )
