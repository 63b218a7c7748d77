"""What a padded batch does to the last state: the one that the user's code reads, and the true one.

Does not train, and does not draw. Steps are counted from 0 along the padded batch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ..recurrent import Recurrent
from ..recurrent.inputs import numeric, positive_integer, refuse_nan

WHERES = ("pre", "post")
PASSES = {"forward": ("forward",), "backward": ("backward",), "both": ("forward", "backward")}
RULES = ("[-1]", "[0]", "lengths", "-lengths")
# States that differ by less are one state, computed in another order.
SAME = {"float64": 1e-13, "float32": 1e-5}


class Padded(NamedTuple):
    """`x` (time, batch, input), `mask` (time, batch) True where a step is real, `lengths`
    (batch,) of the sequences."""

    x: np.ndarray
    mask: np.ndarray
    lengths: np.ndarray


def pad(sequences, where: str = "post", value: float = 0.0, longest: int | None = None) -> Padded:
    """Bring sequences of unequal lengths to one, with `value` before ("pre") or after ("post").

    sequences: arrays (time, input), at least one step each. longest: the length of the batch,
    that of the longest sequence for None. Raises ValueError that names the sequence.
    """
    _one_of("where", where, WHERES)
    found = _read(sequences)
    if not isinstance(value, int | float | np.number) or isinstance(value, bool):
        raise ValueError(f"value: expected a number, got {value!r}")
    lengths = np.array([len(sequence) for sequence in found])
    if longest is None:
        longest = int(lengths.max())
    elif positive_integer("longest", longest) < lengths.max():
        raise ValueError(f"longest: expected at least {lengths.max()} steps, got {longest}")
    x = np.full((longest, len(found), found[0].shape[1]), float(value))
    mask = np.zeros(x.shape[:2], bool)
    for row, (sequence, length) in enumerate(zip(found, lengths, strict=True)):
        first = longest - length if where == "pre" else 0
        x[first : first + length, row] = sequence
        mask[first : first + length, row] = True
    return Padded(x, mask, lengths)


@dataclass(frozen=True, eq=False)
class LastStates:
    """What code reads as the last state of each sequence of a padded batch, and what is true.

    where, masked, direction, rule, value: as given to `last_states`.
    batch: the Padded batch.
    passes: ("forward",), ("backward",) or both; "both" lays their units side by side.
    units: the units of each pass, so that width is their sum.
    read: (batch, width): h[rule], with time in the order of the input in both passes.
    held: (batch, width): the state that each pass ends with, which PyTorch returns as h_n and a
        Keras layer with a mask repeats over the padding, where `read` has the zeros of this
        project's masked steps.
    truth: (batch, width): where each pass ends on the sequence alone, without padding.
    difference: (batch, width), read - truth.
    right: (batch,) bool: no unit differs by more than 1e-13 (1e-5 in a float32 network);
        right_passes (batch, passes) the same for each pass.
    step_read: (batch,): the step of the batch that is read.
    step_true: (batch, passes): the step of the batch at which the pass has read the sequence:
        its last one forward, its first one backward.
    """

    where: str
    masked: bool
    direction: str
    rule: str
    value: float
    batch: Padded
    passes: tuple[str, ...]
    units: tuple[int, ...]
    read: np.ndarray
    held: np.ndarray
    truth: np.ndarray
    difference: np.ndarray
    right: np.ndarray
    right_passes: np.ndarray
    step_read: np.ndarray
    step_true: np.ndarray

    def numbers(self, row: int, part: int, unit: int = 0) -> tuple[float, float]:
        """(read, true) of one unit of pass `part` of a sequence."""
        at = sum(self.units[:part]) + unit
        return float(self.read[row, at]), float(self.truth[row, at])

    def says(self, unit: int = 0, write="{:.3g}".format) -> tuple[str, ...]:
        """One sentence a sequence: what is read of `unit`, where, and what would be right.

        write: how a number is written. Raises ValueError for a unit that a pass does not have.
        """
        if positive_integer("unit", unit, least=0) >= min(self.units):
            raise ValueError(f"unit: expected 0..{min(self.units) - 1}, got {unit}")
        said = []
        for row in range(len(self.read)):
            clauses = [self._clause(row, part, unit, write) for part in range(len(self.passes))]
            if len(clauses) > 1:
                clauses = [f"{name} {c}" for name, c in zip(self.passes, clauses, strict=True)]
            said.append("; ".join(clauses))
        return tuple(said)

    def seen(self, row: int, part: int) -> tuple[int, int]:
        """How many real steps and how many steps of padding the pass has read where it is read.

        A masked step of padding is not read.
        """
        step, mask = self.step_read[row], self.batch.mask[:, row]
        over = mask[: step + 1] if self.passes[part] == "forward" else mask[step:]
        real = int(over.sum())
        return real, 0 if self.masked else len(over) - real

    def _clause(self, row: int, part: int, unit: int, write) -> str:
        step, end = self.step_read[row], self.step_true[row, part]
        read, truth = (write(n) for n in self.numbers(row, part, unit))
        real, padding = self.seen(row, part)
        length = self.batch.lengths[row]
        said = f"reads {read} at step {step}"
        if self.right_passes[row, part]:
            if padding:
                steps = "1 step" if padding == 1 else f"{padding} steps"
                return f"{said}: right, as {steps} of padding left the state where it was"
            return f"{said}, where it ends: right" if step == end else f"{said}: right"
        if self.masked and not self.batch.mask[step, row]:
            said += ", the padding"
        else:
            said += f", after {real} of {length} steps"
            said += f" and {padding} of padding" if padding else ""
        who = "the sequence" if self.passes[part] == "forward" else "the sequence read backward"
        said += f": {who} ended at step {end} with {truth}"
        if read == truth:
            own = slice(sum(self.units[:part]), sum(self.units[: part + 1]))
            said += f" (another unit differs by {write(np.abs(self.difference[row, own]).max())})"
        return said


def last_states(
    net: Recurrent,
    sequences,
    where: str = "post",
    masked: bool = False,
    direction: str = "forward",
    rule: str = "[-1]",
    value: float = 0.0,
    backward_net: Recurrent | None = None,
) -> LastStates:
    """Pad a batch, run it, and read its "last" state as a student's code does.

    net: the network; its output line (h) is read. backward_net: that of the backward pass, the
    same one for None. where, value: as in `pad`. masked: whether the network is told what is
    padding. direction: "forward"; "backward", the batch read from its last step to its first,
    padding and all, as without packing, its states put back into the order of the input;
    "both", side by side. rule: "[-1]" reads h[-1], "[0]" h[0], "lengths" h[lengths - 1],
        "-lengths" h[-lengths], the first real step of a batch with padding in front.

    Which bug each combination is, for a sequence shorter than the batch:

    forward, post, no mask, [-1]: the state has gone on over the padding.
    forward, pre, no mask, [-1]: the state was moved by padding before the first real step.
    forward, post, mask, [-1]: the step read is padding: zeros here and in what PyTorch's
        pad_packed_sequence gives, the held state in Keras.
    forward, pre, lengths: the index counts from the first real step, but the batch starts with
        padding: a step too early.
    forward, [0]: the first step, or the padding before it; [0] is meant for the backward pass.
    backward, [-1]: the pass starts there: it has seen one step, of the sequence (pre) or of the
        padding (post). Many tutorials read this one from a bidirectional layer.
    backward, lengths: the pass has seen one real step (post), or some of them (pre).
    forward, -lengths: the first real step (pre), or one counted from the wrong end (post).
    backward, post, -lengths: counted from the wrong end: padding, or a step inside the sequence.
    backward, post, no mask, [0]: the pass has read the padding before the sequence.
    backward, pre, [0]: the pass has gone on over the padding, or reads its zeros with a mask;
        -lengths is meant.
    both: one index cannot be right for the two passes: forward ends at the last real step,
        backward at the first.

    Padding that leaves the state at 0 (biases of 0 and a value of 0, as in a network not yet
    trained) does no harm before the sequence, and is then right. Raises ValueError for wrong
    sequences and for a word that is none of those above.
    """
    _one_of("direction", direction, PASSES)
    _one_of("rule", rule, RULES)
    batch = pad(sequences, where, value)
    refuse_nan("value", np.array([float(value)]), ("place",))
    rows = np.arange(len(batch.lengths))
    last = len(batch.x) - 1
    step_read = {
        "[-1]": 0 * rows + last,
        "[0]": 0 * rows,
        "lengths": batch.lengths - 1,
        "-lengths": len(batch.x) - batch.lengths,
    }[rule]
    nets = {"forward": net, "backward": net if backward_net is None else backward_net}
    passes = PASSES[direction]
    read, held, truth = [], [], []
    for name in passes:
        h, end = _run(nets[name], batch.x, batch.mask if masked else None, name)
        read.append(h[step_read, rows])
        held.append(end)
        truth.append([_run(nets[name], s[:, None], None, name)[1][0] for s in _read(sequences)])
    difference = [r - t for r, t in zip(read, truth, strict=True)]
    limits = [SAME[nets[name].dtype.name] for name in passes]
    right = [np.abs(d).max(axis=1) <= limit for d, limit in zip(difference, limits, strict=True)]
    right = np.array(right).T
    ends = {
        "forward": last - batch.mask[::-1].argmax(axis=0),
        "backward": batch.mask.argmax(axis=0),
    }
    read, held, truth, difference = (
        np.concatenate(each, axis=1) for each in (read, held, truth, difference)
    )
    return LastStates(
        where, bool(masked), direction, rule, float(value), batch, passes,
        tuple(nets[name].output_size for name in passes), read, held, truth, difference,
        right.all(axis=1), right, step_read, np.array([ends[name] for name in passes]).T,
    )  # fmt: skip


def _run(net: Recurrent, x: np.ndarray, mask, name: str) -> tuple[np.ndarray, np.ndarray]:
    """(the output at every step in the order of x, the output that the pass ends with)."""
    turn = slice(None, None, 1 if name == "forward" else -1)
    trace = net.run(x[turn], mask=None if mask is None else mask[turn])
    return trace[net.cell.output][turn], trace.final[net.cell.output]


def _one_of(name: str, value, known) -> None:
    if not isinstance(value, str) or value not in known:
        raise ValueError(f"{name}: expected one of {', '.join(known)}, got {value!r}")


def _read(sequences) -> list[np.ndarray]:
    if isinstance(sequences, np.ndarray) and sequences.ndim != 3:
        raise ValueError(f"sequences: expected a list of (time, input), got {sequences.shape}")
    found = [numeric(f"sequences[{k}]", s).astype(np.float64) for k, s in enumerate(sequences)]
    if not found:
        raise ValueError("sequences: expected at least one, got none")
    for k, sequence in enumerate(found):
        shape = sequence.shape
        if sequence.ndim != 2 or 0 in shape:
            hint = f"; write sequences[{k}][:, None]" if sequence.ndim == 1 and shape[0] else ""
            raise ValueError(f"sequences[{k}]: expected (time, input), got {shape}{hint}")
        if shape[1] != found[0].shape[1]:
            size = found[0].shape[1]
            raise ValueError(f"sequences[{k}]: expected (time, {size}), got {shape}")
        refuse_nan(f"sequences[{k}]", sequence, ("step", "feature"))
    return found
