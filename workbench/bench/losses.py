"""Why a row of the speed table is lost, and what was tried: it stays in the table with that.

A note is about a row that a peer won when it was written. It is shown only where that row is lost
in the run that is printed, and holds no numbers of its own.
"""

NOTES = {}
"""(cell, (time, batch, input_size, hidden_size), pass) -> the reason and what was tried."""
NOT_KNOWN = "no reason is known yet"


def note(case, direction):
    """What is to be said beside a row that was lost."""
    return NOTES.get((case.cell, case.sizes, direction), NOT_KNOWN)
