"""`workbench bench --gpu`: this project on a GPU beside PyTorch's cuDNN and JAX, in one run.

Every peer runs in a process of its own. Ours is compared with the CPU in float64 and every peer
with ours before anything is timed; then all are asked in turn, round after round. Who computes
something else is not timed, the last lines name it, and the command ends with status 1.
"""

from dataclasses import replace
from datetime import date
from pathlib import Path

from . import gpu_ensembles, gpu_records, gpu_table, records, speed
from .gpu_goals import ENSEMBLES
from .gpu_team import GpuTeam
from .peers import OURS, Peer
from .problems import Problem
from .processes import usable_cores
from .table import reasons

GPU_OURS = Peer(OURS.name, "workbench.bench.peers.ours_gpu")
EXACT = Peer("exact", "workbench.bench.peers.ours_exact")
PEERS = (
    Peer("cudnn", "workbench.bench.peers.torch_layer_gpu"),
    Peer("tf32", "workbench.bench.peers.torch_layer_tf32"),
    Peer("loop", "workbench.bench.peers.torch_cells_gpu"),
    Peer("jax", "workbench.bench.peers.jax_scan_gpu"),
    Peer("jaxtf32", "workbench.bench.peers.jax_scan_tf32"),
)
OWN_PEERS = (Peer("loop", "workbench.bench.peers.torch_own_gpu"),)
DOUBLE = {(100, 32, 64), (100, 32, 128), (200, 64, 256)}
"""(time, batch, hidden_size) of the cases that are run in float64 too."""
CHECKOUT = gpu_records.PACKAGE.parent / "pyproject.toml"
FULL, QUICK = speed.Effort(9, 10, 0.03, 0.03), speed.Effort(3, 2, 0.02, 0.02)


def cases(file=None, cell=None, quick=False):
    """The cases of the table, cell by cell: float32, then some in float64. As `speed.cases`."""
    single, found = speed.cases(file, cell, quick), []
    for name in dict.fromkeys(case.cell for case in single):
        own = [case for case in single if case.cell == name]
        double = [c for c in own if (c.time, c.batch, c.hidden_size) in DOUBLE]
        found += own + [replace(case, dtype="float64") for case in double]
    return found


def bench(file=None, *, cell=None, quick=False, out=None, peers=None):
    """Measure, print the table, and return 0, or 1 where ours was not measured or a check failed.

    file, cell, quick: as for `speed.bench`; "ensembles" is a cell too. out: where the table is
    written; without it the whole table is written, named by GPU and date, where the results of this
    project lie, or to the current folder where no checkout of the project is; a part of it nowhere.
    Other cells that were measured on this GPU with these kernels today stay in the file.
    Raises ValueError, one line `argument: expected ..., got ...`, before anything is measured.
    """
    own = [] if cell == ENSEMBLES else cases(file, cell, quick)
    if peers is None:
        peers = OWN_PEERS if file else PEERS
    report = beginning(file, quick)
    if out is None and not (file or cell or quick):
        out = gpu_records.file_of(report, gpu_records.RESULTS if CHECKOUT.is_file() else Path())
    if out is not None:
        report = gpu_records.continued(report, {case.cell for case in own}, out)
    effort = QUICK if quick else FULL
    for _ in filled(report, own, peers, effort, cell == ENSEMBLES or not (file or cell)):
        if out is not None:
            gpu_records.write(report, out)
    print("\n".join(gpu_table.summary(report)))
    if out is not None:
        print(f"Wrote {out}")
    rows = gpu_table.all_rows(report)
    lost = any(OURS.name not in row["device"] for row in rows)
    return int(lost or bool(gpu_table.other_numbers(rows)))


def filled(report, own, peers, effort, ensembles):
    """Measure the cases `own`, then ensembles where they are asked for; print the rows, put them
    into `report`, and yield each time."""
    if own:
        with GpuTeam(peers, usable_cores(), GPU_OURS, EXACT) as team:
            report["versions"] |= team.versions
            report["includes"] = {n: words for n, words in team.about.items() if n != EXACT.name}
            print("\n".join(gpu_table.introduction(report, peers, team.about, team.why)))
            for new in measured(team, own, effort, peers):
                report["rows"] += new
                yield
    if ensembles:
        report["ensembles"] = gpu_ensembles.measured(effort)
        yield


def beginning(file, quick):
    """What a table says before anything is measured."""
    report = {"file": file and Path(file).name, "quick": quick, "date": f"{date.today()}"}
    report |= {"device": gpu_records.described(), "processor": records.processor()}
    report |= {"kernels": gpu_records.digest(), "versions": records.versions(())}
    return report | {"includes": {}, "rows": [], "ensembles": {"why": "not asked for", "rows": []}}


def measured(team, cases, effort, peers):
    """Measure one case after the other, print its rows, and yield them."""
    last, said = None, dict(team.why)
    for case in cases:
        if (case.cell, case.dtype) != last:
            print("\n".join(gpu_table.heading(case, peers)))
            last = case.cell, case.dtype
        new = team.measure(Problem(case), effort)
        lines = [text for row in new for text in gpu_table.lines(row, peers)]
        print("\n".join([*lines, *reasons(new[0]["why"], said)]), flush=True)
        yield new
