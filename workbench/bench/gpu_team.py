"""Who is measured on a GPU: ours, its reference on the CPU and the peers, and how they are checked.

Ours is held to its reference and every peer to ours before anything is timed. Prints nothing.
"""

from . import gpu_rows, speed
from .gpu_table import NOT_TIMED
from .peers import OURS
from .problems import PASSES

ROUNDED = ("tf32", "jaxtf32")
"""Peers that round what they multiply to 10 bits."""
TOLERANCE, ROUNDED_TOLERANCE = 1e-5, 1e-3
"""Largest difference from ours that a peer may show, as a share of an array's largest value."""
OWN_TOLERANCE = {"float32": 1e-5, "float64": 1e-12}
"""Largest difference of ours from its reference."""
ANSWER_SECONDS = 300
"""... a peer has: what is compiled for a GPU takes its time."""


class GpuTeam(speed.Team):
    """The processes of a table on a GPU.

    ours: a Peer that is called "ours"; exact: its reference, which is never timed.
    directions: the passes that have a row.
    """

    def __init__(self, peers, threads, ours, exact, directions=PASSES):
        self.ours, self.exact, self.directions = ours, exact, directions
        super().__init__(peers, threads, seconds=ANSWER_SECONDS)

    def _everyone(self, peers):
        return self.ours, *peers, self.exact

    def _rows(self, problem, samples, why):
        return gpu_rows.rows(problem.case, samples, why, self.directions)

    def tolerance(self, name, dtype):
        """How far someone may be from ours; the reference bounds ours."""
        if name == self.exact.name:
            return OWN_TOLERANCE[dtype]
        return ROUNDED_TOLERANCE if name in ROUNDED else TOLERANCE

    def _check(self, folder, case, offers, why):
        self._check_ours(folder, case, offers, why)
        for name in [name for name in offers if name != OURS.name]:
            own = self.tolerance(name, case.dtype)
            if words := speed.unlike(folder, name, offers, own):
                why[name] = f"{NOT_TIMED}{words}"
                del offers[name]

    def _check_ours(self, folder, case, offers, why):
        name = self.exact.name
        exact = {name: offers.pop(name)} if name in offers else {}
        if OURS.name not in offers:
            return
        words = "there is nothing of the CPU to compare it with"
        if exact:
            own = self.tolerance(name, case.dtype)
            words = speed.unlike(folder, name, offers | exact, own)
        if words:
            why[OURS.name] = f"{NOT_TIMED}{words}, beside the CPU in float64"
            del offers[OURS.name]
