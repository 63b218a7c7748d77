"""Many small networks at once on a GPU beside JAX's vmap: their gradient norms at every step.

Elman networks with a recurrent matrix each, of spectral radii from half to one; dL/dh_t at every
step t of a loss that looks at the last step. Prints its rows; where no GPU can be used it says so.
"""

from dataclasses import asdict, dataclass

import numpy as np

import workbench

from . import ensembles, gpu_table
from .gpu_team import GpuTeam
from .peers import OURS, Peer
from .peers.on_gpu import NORMS, SETS
from .processes import usable_cores
from .table import reasons

OURS_HERE = Peer(OURS.name, "workbench.bench.peers.ours_ensemble_gpu")
EXACT = Peer("exact", "workbench.bench.peers.ours_ensemble_exact")
PEERS = (Peer("vmap", "workbench.bench.peers.jax_vmap_gpu"),)
LEAST = -15
"""Logarithms below are taken as this: in float32 the squares of such numbers underflow in JAX."""
TOLERANCE = 1e-4
"""Largest difference of a logarithm, as a share of the largest: an error of one step is carried on
through all others."""


@dataclass(frozen=True)
class Size:
    """How many networks of how many units, over how many steps."""

    count: int
    hidden_size: int
    time: int
    dtype: str = "float32"
    cell: str = "ensembles"
    file: str | None = None

    def plain(self):
        """The size as plain values, for JSON; `Size(**plain)` is the way back."""
        return asdict(self)


SIZES = (Size(4096, 16, 100), Size(4096, 32, 100), Size(4096, 64, 100))


class Problem:
    """The arrays of a Size, those of `ensembles.networks`; the same in every process.

    parameters: W (units, 1), which all networks share, and U (count, units, units). inputs: (time,
    1) each.
    """

    def __init__(self, size):
        self.case, (x, w, u) = size, ensembles.networks(size)
        self.parameters = {"W": self._typed(w), "U": self._typed(u)}
        rng = np.random.default_rng(1)
        further = [rng.standard_normal(x.shape) for _ in range(SETS - 1)]
        self.inputs = [self._typed(own) for own in (x, *further)]

    def _typed(self, array):
        return array.astype(np.float32).astype(self.case.dtype)

    def calls(self, run, log_norms):
        """What `on_gpu.passes` takes. run(x) -> result, log_norms(result) -> (count, time)."""
        inputs = [(x,) for x in self.inputs]
        return {NORMS: (run, lambda found: self.read(log_norms(found)), inputs)}

    def read(self, log_norms):
        """The array that is compared."""
        return {"log_norms": np.maximum(np.asarray(log_norms), LEAST)}


class EnsembleTeam(GpuTeam):
    """The processes of ensembles."""

    def tolerance(self, name, dtype):
        return TOLERANCE


def why_not():
    """None where an `Ensemble` can run on a GPU; else why there are no rows, in a few words."""
    try:
        workbench.Ensemble("elman", 1, 1, 1, device="cuda")
    except RuntimeError as error:
        return f"not measured ({error})"
    return None


def measured(effort, peers=PEERS):
    """Measure, print the rows and return {"why": why there are none, "includes", "rows"}."""
    report = {"why": why_not(), "includes": {}, "rows": []}
    if report["why"]:
        return report
    with EnsembleTeam(peers, usable_cores(), OURS_HERE, EXACT, (NORMS,)) as team:
        report["includes"] = {name: w for name, w in team.about.items() if name != EXACT.name}
        said = dict(team.why)
        print("\n".join(["", *gpu_table.said_of((team.ours, *peers), team.about, team.why)]))
        print("\n".join(gpu_table.heading(SIZES[0], peers, "networks, hidden, time")))
        for size in SIZES:
            (row,) = team.measure(Problem(size), effort)
            print("\n".join([*gpu_table.lines(row, peers), *reasons(row["why"], said)]), flush=True)
            report["rows"].append(row)
    return report
