"""The GPU's table in words: the lines that `workbench bench --gpu` prints, and the README's."""

from . import gpu_goals
from .peers import OURS
from .table import DASH, number, wrapped

LEGEND = (
    "Two lines for each pass. device: the GPU's work alone; host: what a user waits for, from "
    "arrays on the host, with nothing copied back. A peer's column: its time / ours, so 2 means "
    "that ours takes half as long. best: the fastest peer's. Medians of rounds in which all take "
    "turns, each in a process of its own, with other inputs at every call. Ours is compared with "
    "float64 on the CPU, and every peer with ours, before anything is timed. A dash: not measured."
)
CLOCKS = ("device", "host")
STALE = "Stale: the kernels have changed since this was measured."


def introduction(report, peers, about, why):
    """What stands above the table: the GPU, what each number includes, who is missing."""
    own = report["device"]
    words = f"{own['name']}; {report['date']}"
    if own["compute_capability"] is not None:
        words += f"; compute capability {own['compute_capability']}, {own['memory'] / 1e9:.0f} GB"
        words += f", driver {own['driver_version'] or 'unknown'} for CUDA {own['driver']}"
        words += f", toolkit {own['runtime']}"
    versions = ", ".join(f"{name} {version}" for name, version in report["versions"].items())
    lines = [*wrapped(words), *wrapped(versions), *wrapped(LEGEND), ""]
    return [*lines, *said_of((OURS, *peers), about, why)]


def said_of(peers, about, why):
    """What each peer's numbers include, or why it is not measured."""
    lines = []
    for peer in peers:
        text = about.get(peer.name) or f"{DASH} {why.get(peer.name, '')}"
        lines += wrapped(text, f"{peer.name:<8}", " " * 8)
    return lines


def heading(case, peers, sizes="time, batch, in, hidden"):
    """The lines above the rows of one cell and number type."""
    names = "".join(f"{peer.name:>8}" for peer in peers)
    columns = f"{sizes:<24}{'pass':<8}{'clock':<7}{'ours ms':>9}{names}"
    return ["", f"{case.cell}, {case.dtype}", f"{columns}{'best':>8}"]


def lines(row, peers):
    """The two lines of one row, and what is missed."""
    found = []
    for clock, ratio in zip(CLOCKS, (row["ratio"], row["host_ratio"]), strict=True):
        ours = row[clock].get(OURS.name)
        text = f"{sizes(row):<24}{row['pass']:<8}{clock:<7}{number(ours, 1000):>9}"
        for peer in peers:
            theirs = row[clock].get(peer.name)
            text += f"{number(theirs / ours if theirs and ours else None):>8}"
        found.append(f"{text}{number(ratio):>8}")
    for goal in row["goals"]:
        if goal["got"] is not None and goal["got"] < goal["wanted"]:
            words = f"goal missed: {goal['wanted']:g} times {goal['goal']}, got {goal['got']:.3g}"
            found += wrapped(words, "    ", "    ")
    return found


def sizes(row):
    names = "count" in row and ("count", "hidden_size", "time")
    names = names or ("time", "batch", "input_size", "hidden_size")
    return ", ".join(str(row[key]) for key in names)


def all_rows(report):
    """The rows of cells and those of ensembles."""
    return [*report["rows"], *report["ensembles"]["rows"]]


def summary(report):
    """The last lines: goals, ensembles, and whose numbers were others."""
    found = ["", *gpu_goals.summary(all_rows(report))]
    if words := report["ensembles"]["why"]:
        found += wrapped(f"Ensembles beside JAX vmap: {words}.")
    for name, rows in other_numbers(all_rows(report)).items():
        found += wrapped(f"OTHER NUMBERS, so not timed: {name}, {'; '.join(rows)}.", "", "    ")
    return found


NOT_TIMED = "not timed: "


def other_numbers(rows):
    """name -> the rows in which a check failed, in words."""
    found = {}
    for row in rows:
        for name, words in row["why"].items():
            if words.startswith(NOT_TIMED):
                where = f"{row['cell']} {row['dtype']} {sizes(row)}"
                found.setdefault(name, {})[where] = None
    return {name: list(where) for name, where in found.items()}


def markdown(report, stale):
    """The rows for the README: the GPU, then each peer's device time / ours, both passes."""
    peers = [name for name in report["includes"] if name != OURS.name]
    first = (
        f"{report['device']['name']}, {report['date']}: a peer's time on the GPU divided by ours,"
    )
    lines = [STALE, ""] if stale else []
    lines += [first, "forward / forward and backward.", ""]
    lines.append(f"| cell | time, batch, input, hidden | {' | '.join(peers)} |")
    lines.append("|---" * (len(peers) + 2) + "|")
    found = {}
    for row in report["rows"]:
        where = f"`{row['cell']}`, {row['dtype']} | {sizes(row)}"
        for name in peers:
            found.setdefault(where, {}).setdefault(name, []).append(ratio(row, name))
    lines += [
        f"| {w} | {' | '.join(' / '.join(own[p]) for p in peers)} |" for w, own in found.items()
    ]
    return [*lines, "", *gpu_goals.summary(all_rows(report))]


def ratio(row, name):
    """A peer's time on the GPU / ours, bold where ours is the faster."""
    ours, theirs = row["device"].get(OURS.name), row["device"].get(name)
    text = number(theirs / ours if theirs and ours else None)
    return f"**{text}**" if theirs and ours and theirs >= ours else text
