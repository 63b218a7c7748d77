"""Many small networks at once beside JAX, in one run: how long forward and gradient norms take.

    python -m workbench.bench.ensembles

`count` Elman networks, each with a recurrent matrix of its own; their norms of dL/dh_t at every
step t, of a loss that looks at the last step. Ours are logarithms that no number of steps
underflows, JAX's are plain norms by vmap, scan and grad. Each runs in a process of its own with as
many threads as there are cores; all are asked in turn, and the table has medians.
"""

import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

import numpy as np

from .peers import Peer
from .processes import Silent, Worker, usable_cores
from .records import processor

DTYPES = ("float64", "float32")
OURS = Peer("ours", "workbench.bench.peers.ours_ensemble")
PEERS = (OURS, Peer("jax", "workbench.bench.peers.jax_ensemble"))
TOLERANCE = {"float64": 1e-9, "float32": 1e-3}
"""Largest difference of the logarithms; single precision is carried on through every step."""
LEAST = {"float64": -140, "float32": -15}
"""Only larger norms, in log10, are compared: the squares of smaller numbers underflow in JAX."""


@dataclass(frozen=True)
class Size:
    """How many networks of how many units, over how many steps."""

    count: int
    hidden_size: int
    time: int


SIZES = (Size(4096, 32, 100), Size(1000, 32, 100), Size(4096, 16, 100))


def networks(size):
    """(x, W, U) of a Size: (time, 1), (units, 1), (count, units, units), the same everywhere.

    The recurrent matrices have spectral radii of about 0.5 to 1, short of chaos.
    """
    g, units = np.random.default_rng(0), size.hidden_size
    u = g.standard_normal((size.count, units, units)) / np.sqrt(units)
    u *= np.linspace(0.5, 1.0, size.count)[:, None, None]
    return g.standard_normal((size.time, 1)), g.standard_normal((units, 1)), u


def measure(size, workers, rounds=9):
    """{dtype: {name: seconds, the median of all rounds}}; peers whose norms are not ours raise."""
    with tempfile.TemporaryDirectory() as folder:
        for name, worker in workers.items():
            (Path(folder) / name).mkdir()
            worker.ask(do="prepare", case=asdict(size), results=f"{folder}/{name}")
            answered(name, worker)
        for name in workers:
            _compare(Path(folder), name)
    taken = {dtype: {name: [] for name in workers} for dtype in DTYPES}
    for _ in range(rounds):
        for dtype in DTYPES:
            for name, worker in workers.items():
                worker.ask(**{"do": "time", "pass": dtype, "settle": 0.05, "least": 0.05})
                taken[dtype][name].append(answered(name, worker)["seconds"])
    return {d: {name: median(own) for name, own in by.items()} for d, by in taken.items()}


def answered(name, worker):
    """What a worker answers; ValueError where that is an error."""
    said = worker.wait()
    if "error" in said:
        raise ValueError(f"{name}: {said['error']}")
    return said


def _compare(folder, name):
    for dtype in DTYPES:
        ours, theirs = (
            np.load(folder / who / f"{dtype}.npz")["log_norms"] for who in (OURS.name, name)
        )
        apart = np.abs(ours - theirs)[ours > LEAST[dtype]].max()
        if not apart <= TOLERANCE[dtype]:
            raise ValueError(f"{name}: {dtype} norms differ from ours by {apart:.1g} in log10")


def main():
    cores = usable_cores()
    print(f"{processor()}; forward and gradient norms, milliseconds")
    workers = {peer.name: Worker(peer, cores) for peer in PEERS}
    try:
        for name in list(workers):
            greeting = workers[name].greeting()
            if "missing" in greeting:
                print(f"{name}: {greeting['missing']} is not installed")
                workers.pop(name).end()
            else:
                print(f"{name}: {greeting['includes']}")
        print(f"{'count, units, steps':<22}{'dtype':<10}" + "".join(f"{n:>8}" for n in workers))
        for size in SIZES:
            for dtype, seconds in measure(size, workers).items():
                sizes = f"{size.count}, {size.hidden_size}, {size.time}"
                numbers = "".join(f"{1000 * s:>8.1f}" for s in seconds.values())
                print(f"{sizes:<22}{dtype:<10}{numbers}", flush=True)
    except (Silent, ValueError) as error:
        print(error)
        return 1
    finally:
        for worker in workers.values():
            worker.end()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
