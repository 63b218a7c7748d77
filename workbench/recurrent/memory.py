"""How much memory a trace takes, told before it is made; and what is too much for this computer."""

import os
from functools import lru_cache

SHARE = 0.9
"""The share of the computer's memory that one run may ask for."""

LESS = 'record="output" takes less, checkpoint="sqrt" next to nothing'


def trace_bytes(kernels, lengths, time, batch):
    """Bytes of the arrays of one run: x, every state and every recorded line at every step."""
    own = kernels.lengths(lengths)
    others = lengths["input_size"] + sum(own.lines)
    numbers = batch * ((time + 1) * sum(own.states) + time * others)
    return numbers * kernels.dtype.itemsize


@lru_cache(maxsize=1)
def memory_bytes():
    """Bytes of memory of this computer; None where the system does not say."""
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return None


def refuse_too_large(wanted, run, advice=LESS):
    """Refuse a run that cannot fit, with the number and with what can be done.

    run: gives what takes so many bytes, such as "5 steps of 3 rows", when it is asked for.
    advice: what would take less.
    """
    whole = memory_bytes()
    if whole is not None and wanted > SHARE * whole:
        raise ValueError(
            f"x: expected a run that fits into {said(SHARE * whole)} of memory, "
            f"got {run()} that take {said(wanted)}; {advice}"
        )


def said(count):
    """A number of bytes in words: 1.5 GB."""
    for unit in ("bytes", "KB", "MB", "GB", "TB"):
        if count < 1000 or unit == "TB":
            return f"{count:.3g} {unit}"
        count /= 1000
