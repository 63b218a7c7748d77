"""`workbench bench`: this project beside its peers, in one run on the reader's own computer.

Every peer runs in a process of its own, with one thread and then with two. What it computes is
compared with ours before anything is timed; then all are asked in turn, round after round, so that
whatever else the computer does hits all alike. Only ratios from one run mean something.
"""

import tempfile
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from . import records, rows, table
from .peers import FLOOR, OURS, OWN_PEERS, PEERS
from .problems import QUICK_SIZES, SIZES, TABLE_CELLS, Case, Problem, cells_of
from .processes import Silent, Worker, usable_cores


@dataclass(frozen=True)
class Effort:
    """How long is measured: at most so many rounds of one case, and no new one after `seconds`.

    settle and least, in seconds, are those of `worker.timed`.
    """

    rounds: int
    seconds: float
    settle: float
    least: float


FULL, QUICK = Effort(9, 20, 0.03, 0.03), Effort(3, 0.5, 0.004, 0.004)
THREADS = (1, 2)


class Team:
    """The processes of one number of threads: ours, the floor and the peers that are installed.

    about: name -> what its numbers include; versions: package -> version; why: name -> why it is
    not measured at all. A peer that gives no answer is ended and stays out; the others go on.
    A context: leaving it ends the processes.
    """

    def __init__(self, peers, threads, **limits):
        self.threads, self.about, self.versions, self.why = threads, {}, {}, {}
        everyone = self._everyone(peers)
        self.live = {peer.name: Worker(peer, threads, **limits) for peer in everyone}

    def _everyone(self, peers):
        return OURS, *peers, FLOOR

    def __enter__(self):
        try:
            self._greet()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for worker in self.live.values():
            worker.end()

    def _greet(self):
        for name in list(self.live):
            said = self._wait(name)
            if said is not None and "missing" in said:
                self._out(name, f'{said["missing"]} is not installed: pip install ".[bench]"')
            elif said is not None:
                self.about[name] = said["includes"]
                self.versions |= said["versions"]

    def _out(self, name, words):
        self.why[name] = words
        self.live.pop(name).end()

    def _wait(self, name):
        """A peer's answer; None, and the peer is out, where it gives none."""
        worker = self.live[name]
        try:
            return worker.wait() if name in self.about else worker.greeting()
        except Silent as silence:
            self._out(name, str(silence))
            return None

    def measure(self, problem, effort):
        """The rows of one case."""
        with tempfile.TemporaryDirectory() as folder:
            offers, why = self._prepare(problem.case, Path(folder))
        samples = {(name, direction): [] for name, own in offers.items() for direction in own}
        began = time.perf_counter()
        for k in range(effort.rounds):
            if k > 0 and time.perf_counter() - began > effort.seconds:
                break
            for name, direction in rows.schedule(offers):
                if name in self.live and name not in why:
                    self._sample(name, direction, effort, samples, why)
        return self._rows(problem, samples, self.why | why)

    def _rows(self, problem, samples, why):
        return rows.rows(problem, self.threads, samples, why)

    def _sample(self, name, direction, effort, samples, why):
        """Ask one peer once; what it has is taken away where it fails: half of it is nothing."""
        question = {"pass": direction, "settle": effort.settle, "least": effort.least}
        self.live[name].ask(do="time", **question)
        said = self._wait(name)
        if said is not None and "error" not in said:
            samples[name, direction].append(float(f"{said['seconds']:.4g}"))
            return
        if said is not None:
            why[name] = said["error"]
        for key in samples:
            if key[0] == name:
                samples[key].clear()

    def _prepare(self, case, folder):
        """(name -> passes of those who give what we give, name -> why not)."""
        for name, worker in self.live.items():
            (folder / name).mkdir()
            worker.ask(do="prepare", case=case.plain(), results=str(folder / name))
        offers, why = {}, {}
        for name in list(self.live):
            said = self._wait(name)
            if said is not None and "error" in said:
                why[name] = said["error"]
            elif said is not None:
                offers[name] = said["passes"]
        self._check(folder, case, offers, why)
        return offers, why

    def _check(self, folder, case, offers, why):
        """Take away who computes something else, and say why."""
        for name in [name for name in offers if name not in (OURS.name, FLOOR.name)]:
            if words := unlike(folder, name, offers):
                why[name] = f"not timed: {words}"
                del offers[name]


def unlike(folder, name, offers, tolerance=rows.TOLERANCE):
    """Why a peer's results are not ours, or ""."""
    if OURS.name not in offers:
        return "there is nothing of ours to compare it with"
    for direction in offers[name]:
        found = []
        for who in (OURS.name, name):
            with np.load(folder / who / f"{direction}.npz") as arrays:
                found.append({key: arrays[key] for key in arrays})
        if words := rows.difference(*found, tolerance):
            return words
    return ""


def cases(file=None, cell=None, quick=False):
    """The cases of a table, cell by cell.

    Raises ValueError, one line, for a file without a cell or a cell that is not in it.
    """
    sizes = QUICK_SIZES if quick else SIZES
    if file is None:
        return [Case(name, *own) for name in ([cell] if cell else TABLE_CELLS) for own in sizes]
    found = cells_of(file)
    if cell is not None and cell not in found:
        raise ValueError(f"--cell: expected one of {', '.join(found)}, got {cell}")
    chosen = [found[cell]] if cell else found.values()
    own = []
    for made in chosen:
        for steps, batch, inputs, hidden in sizes:
            inputs = hidden if made.graph.tied is not None else inputs
            own.append(Case(made.name, steps, batch, inputs, hidden, str(Path(file).resolve())))
    return own


def bench(file=None, *, cell=None, quick=False, threads=None, out=None, peers=None):
    """Measure, print the table, and return 0, or 1 where ours itself could not be measured.

    file: Python with cells of your own, in place of the built-in ones. threads: one number in
    place of one and two. out: where the table is written too, as JSON. peers: other columns.
    Raises ValueError, one line `argument: expected ..., got ...`, before anything is measured.
    """
    own = cases(file, cell, quick)
    if peers is None:
        peers = OWN_PEERS if file else PEERS
    if threads is not None and threads > usable_cores():
        raise ValueError(
            f"--threads: expected a whole number from 1 to {usable_cores()}, got {threads}"
        )
    report = {"file": file and Path(file).name, "quick": quick}
    report |= {"processor": records.processor(), "date": f"{date.today()}"}
    report |= {"versions": records.versions(()), "includes": {}, "rows": []}
    for count in [threads] if threads else [n for n in THREADS if n <= usable_cores()]:
        with Team(peers, count) as team:
            report["versions"] |= team.versions
            if not report["includes"]:
                report["includes"] = team.about
                print("\n".join(table.introduction(report, peers, team.about, team.why)))
            for new in measured(team, own, QUICK if quick else FULL, peers):
                report["rows"] += new
                if out is not None:
                    records.write(report, out)
    print("\n".join(table.summary(report["rows"])))
    return int(any(OURS.name not in row["seconds"] for row in report["rows"]))


def measured(team, cases, effort, peers):
    """Measure one case after the other, print its rows, and yield them."""
    last, said = None, dict(team.why)
    for case in cases:
        if case.cell != last:
            print("\n".join(table.heading(case.cell, team.threads, peers)))
            last = case.cell
        new = team.measure(Problem(case), effort)
        lines = [text for row in new for text in table.line(row, peers)]
        print("\n".join([*lines, *table.reasons(new[0]["why"], said)]), flush=True)
        yield new
