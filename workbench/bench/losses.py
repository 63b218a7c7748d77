"""Why a row of the speed table is lost, and what was tried: it stays in the table with that.

A note is about a row that a peer won when it was written. It is shown only where that row is lost
in the run that is printed, and holds no numbers of its own.
"""

from .problems import FORWARD, PASSES, TABLE_CELLS

AROUND = (
    "the kernel takes a small part of the time. Around it, in Python: arguments are checked, the "
    "parameters kept as they were, an array made for every line. Keeping lengths, layouts and "
    "blocks of memory from run to run was tried and stays; leaving the checks out was not tried"
)
ONE_ROW = (
    "with one row every number of the recurrent matrix is read for one multiplication at each "
    "step, and Python's work around the kernel counts too. Sums in several registers at once were "
    "tried and stay; a second thread gives nothing"
)
GATES = (
    "the peer keeps no gate, ours writes every line of every step. Products of x made ahead of the "
    "loop, memory used again and one adjoint for both matrices were tried and stay; more rows in a "
    "part gave nothing"
)

TINY, SMALL = (50, 1, 8, 16), (100, 1, 32, 64)
MIDDLE = (
    (100, 32, 32, 64), (28, 128, 28, 128), (100, 32, 65, 128), (1000, 16, 16, 128),
    (100, 64, 512, 512),
)  # fmt: skip
NOTES = {
    **{(cell, TINY, direction): AROUND for cell in TABLE_CELLS for direction in PASSES},
    **{(cell, SMALL, FORWARD): ONE_ROW for cell in ("lstm", "gru_reset_after")},
    **{("elman", SMALL, direction): AROUND for direction in PASSES},
    **{("lstm", sizes, direction): GATES for sizes in MIDDLE for direction in PASSES},
}
"""(cell, (time, batch, input_size, hidden_size), pass) -> the reason and what was tried."""
NOT_KNOWN = "no reason is known yet"


def note(case, direction):
    """What is to be said beside a row that was lost."""
    return NOTES.get((case.cell, case.sizes, direction), NOT_KNOWN)
