"""The built-in cells, one short file each: the equations as their paper prints them."""

import difflib

from ..equations import Cell
from .elman import elman
from .gru import gru
from .gru_reset_after import gru_reset_after
from .indrnn import indrnn
from .jordan import jordan
from .leaky import leaky
from .lstm import lstm
from .lstm_coupled import lstm_coupled
from .lstm_peephole import lstm_peephole
from .lstm_without import lstm_no_forget_gate, lstm_no_input_gate, lstm_no_output_gate
from .mgu import mgu
from .mingru import mingru
from .minlstm import minlstm
from .slstm import slstm

CELLS = {
    cell.name: cell
    for cell in (
        elman,
        jordan,
        lstm,
        lstm_peephole,
        lstm_coupled,
        lstm_no_input_gate,
        lstm_no_forget_gate,
        lstm_no_output_gate,
        gru,
        gru_reset_after,
        leaky,
        mgu,
        indrnn,
        mingru,
        minlstm,
        slstm,
    )
}
"""Every built-in cell by name."""


def get(cell):
    """Return the cell of that name, or the cell itself when it is one.

    Raises ValueError that lists the names and suggests the nearest.
    """
    if isinstance(cell, Cell):
        return cell
    if isinstance(cell, str) and cell in CELLS:
        return CELLS[cell]
    near = difflib.get_close_matches(str(cell).lower(), CELLS, 1)
    hint = f" (did you mean {near[0]!r}?)" if near else ""
    known = ", ".join(CELLS)
    raise ValueError(
        f"cell: expected one of {known}, or a function decorated with @workbench.cell, "
        f"got {cell!r}{hint}"
    )


__all__ = ["CELLS", "get", *CELLS]
