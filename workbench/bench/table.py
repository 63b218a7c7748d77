"""The speed table in words: the lines that `workbench bench` prints. Computes nothing."""

import textwrap

from .losses import NOT_KNOWN
from .peers import FLOOR, OURS

WIDTH = 100
DASH = "-"
LEGEND = (
    "A peer's column: its time / ours, so 2 means that ours takes half as long. best: the fastest "
    "peer's. floor: our time / the floor. Medians of rounds in which all take turns, each in a "
    "process of its own; float32. A dash: not measured, for the reason that stands below."
)


def introduction(where, peers, about, why):
    """What stands above the table: the computer, what each number includes, who is missing.

    where: {"processor", "versions", "date"}. about: name -> what a peer says its numbers include.
    """
    versions = ", ".join(f"{name} {number}" for name, number in where["versions"].items())
    lines = [f"{where['processor']}; {where['date']}", *wrapped(versions), *wrapped(LEGEND), ""]
    for peer in (OURS, *peers, FLOOR):
        words = about.get(peer.name) or f"{DASH} {why.get(peer.name, '')}"
        lines += wrapped(words, f"{peer.name:<8}", " " * 8)
    return lines


def wrapped(text, first="", others=""):
    return textwrap.wrap(text, WIDTH, initial_indent=first, subsequent_indent=others)


def heading(cell, threads, peers):
    """The two lines above the rows of one cell."""
    names = "".join(f"{peer.name:>8}" for peer in peers)
    count = "1 thread" if threads == 1 else f"{threads} threads"
    columns = f"{'time, batch, in, hidden':<24}{'pass':<8}{'ours ms':>9}{names}"
    return ["", f"{cell}, {count}", f"{columns}{'best':>8}{'floor':>8}"]


def line(row, peers):
    """One row, and under it why it is lost or incomplete."""
    sizes = ", ".join(str(row[key]) for key in ("time", "batch", "input_size", "hidden_size"))
    ours = row["seconds"].get(OURS.name)
    text = f"{sizes:<24}{row['pass']:<8}{number(ours, 1000):>9}"
    for peer in peers:
        theirs = row["seconds"].get(peer.name)
        text += f"{number(theirs / ours if theirs and ours else None):>8}"
    lines = [f"{text}{number(row['ratio']):>8}{number(row['of_floor']):>8}"]
    if row["note"] not in ("", NOT_KNOWN):
        lines += wrapped(f"{row['best']} wins: {row['note']}", "    ", "    ")
    return lines


def reasons(why, said):
    """A line for each peer that failed, once for each reason. said: what was told before."""
    lines = []
    for name, words in why.items():
        if said.get(name) != words:
            said[name] = words
            lines += wrapped(f"{name}: {words}", "    ", "    ")
    return lines


def summary(rows):
    """The last lines: how many rows are lost."""
    compared = [row for row in rows if row["ratio"] is not None]
    lost = [row for row in compared if row["ratio"] < 1]
    if not compared:
        return ["", "No peer was measured."]
    if not lost:
        return ["", f"No row of {len(compared)} is lost to a peer."]
    unknown = sum(row["note"] == NOT_KNOWN for row in lost)
    words = f", {unknown} of them without a known reason" if unknown else ""
    return ["", f"Lost to a peer: {len(lost)} of {len(compared)} rows{words}."]


def markdown(report):
    """The rows of most threads for the README: the best peer's time / ours, both passes."""
    most = max(row["threads"] for row in report["rows"])
    rows = [row for row in report["rows"] if row["threads"] == most]
    cells = list(dict.fromkeys(row["cell"] for row in rows))
    lines = [f"| time, batch, input, hidden | {' | '.join(f'`{cell}`' for cell in cells)} |"]
    lines.append("|---" * (len(cells) + 1) + "|")
    found = {}
    for row in rows:
        sizes = ", ".join(str(row[key]) for key in ("time", "batch", "input_size", "hidden_size"))
        found.setdefault(sizes, {}).setdefault(row["cell"], []).append(_ratio(row))
    for sizes, own in found.items():
        lines.append(f"| {sizes} | {' | '.join(' / '.join(own.get(c, [DASH])) for c in cells)} |")
    return lines


def _ratio(row):
    text = number(row["ratio"])
    if row["ratio"] is None or row["ratio"] < 1:
        return text
    return f"**{text}**"


def number(value, times=1):
    """Three digits of a number, or a dash for None."""
    if value is None:
        return DASH
    value *= times
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"
