"""Padding: which state the code calls the last one, alive.

Question: which state does my code call "the last one", and is it the right one?
After a minute a student says: "With padding behind the words h[-1] reads the state after the
padding, not after the word: it needs the lengths, or padding in front and a mask; and the backward
pass ends at the first letter, so its last state stands there and not at h[-1]."
"""

import re
import string

import numpy as np

from .. import cells, measure
from ..equations.cell import Cell
from ..measure.padding import SAME
from ..recurrent import Recurrent
from . import kernel
from .explorer import Explorer
from .opened import first_layer
from .subject import Sequence, packed
from .subject import network as network_for

TITLE = "Padding"
QUESTION = "Which state does my code call “the last one”, and is it the right one?"
WORDS = ("to", "be", "never", "question")
CELL = "gru"
MOST, LONGEST_WORD, LONGEST = 12, 24, 48
"""Sequences, letters of a word, and steps of any other sequence that one page shows."""
EXTRA = 8  # steps of padding that a reader can add
RUNS = 4  # of each sequence at one move: both passes, padded and alone


def padding(net=None, sequences=None, *, hidden_size=6, seed=0):
    """Show a padded batch and its states; choose padding, mask, direction and the line of code.

    net: a Recurrent, or a Network that begins with one; a cell or the name of one (then with
        `hidden_size` units, `seed`, and biases that are small but not 0, as after training: at 0,
        padding before a sequence does nothing); a GRU for None. Its weights read the batch in both
        directions.
    sequences: words, in a list or one text, whose letters become one-hot vectors, over a to z and
        what else the words have, or over their own letters where `net` is a Recurrent; or arrays
        (time,) or (time, input). At most 12, with 24 letters or 48 steps; four words for None.
    Returns an Explorer. Raises ValueError with one line for what cannot be shown.
    """
    net = first_layer(net)
    own = isinstance(net, Recurrent)
    names, letters, arrays = _read(WORDS if sequences is None else sequences, own)
    inputs = arrays[0].shape[1]
    if own and net.input_size != inputs:
        kind = "different letters" if letters else "inputs"
        raise ValueError(
            f"sequences: expected {net.input_size} {kind}, as the network reads, got {inputs}"
        )
    batch = Sequence(np.concatenate(arrays), None, "step t", "x")
    net = net if own else _trained_like(CELL if net is None else net, inputs, hidden_size, seed)
    net = network_for(net, batch)
    if kernel.is_large(net, RUNS * len(arrays) * (max(map(len, arrays)) + EXTRA)):
        raise ValueError(
            f"net: expected a network small enough for a page, got {net.hidden_size} units; "
            "take fewer units or sequences"
        )
    nets = {net.cell.name: net}
    about, message = packed(nets, batch)
    about |= {
        "view": "padding", "question": QUESTION, "names": names, "letters": letters,
        "lengths": [len(array) for array in arrays], "same": SAME[net.dtype.name],
        "limits": {"words": MOST, "letters": LONGEST_WORD, "extra": EXTRA},
    }  # fmt: skip
    return Explorer(TITLE, about, message, nets, lambda: picture(net, arrays, names, letters))


def picture(net, arrays, names, letters):
    """The batch as the page begins, as a matplotlib Figure."""
    from .. import pictures

    last = measure.last_states(net, arrays)
    row = int(last.right.argmin())  # the first wrong one
    unit = int(np.abs(last.difference[row]).argmax())
    return pictures.padding(last, names, names if letters else None, unit)


def _trained_like(cell, inputs, hidden_size, seed):
    """A network whose biases are not 0."""
    if not isinstance(cell, str | Cell):
        return cell
    cell = cells.get(cell)
    biases = [n for n in cell.parameters if n.split(".")[0] == "b" and n not in cell.start]
    start = dict.fromkeys(biases, "small")
    return Recurrent(cell, inputs, hidden_size, seed=seed, start=start)


def _read(sequences, own):
    """(names, letters or None, arrays (time, input)) of words or arrays.

    own: whether a reader's own network is to read them.
    """
    if isinstance(sequences, str):
        sequences = [word for word in re.split(r"[,\s]+", sequences) if word]
    try:
        found = list(sequences)
    except TypeError:
        got = type(sequences).__name__
        raise ValueError(f"sequences: expected words or arrays in a list, got {got}") from None
    if not 1 <= len(found) <= MOST:
        raise ValueError(f"sequences: expected 1..{MOST} of them, got {len(found)}")
    words = [isinstance(sequence, str) for sequence in found]
    if all(words):
        return _words(found, own)
    if any(words):
        raise ValueError("sequences: expected words or arrays, got some of both")
    arrays = [_array(f"sequences[{k}]", sequence) for k, sequence in enumerate(found)]
    measure.pad(arrays)  # refuses what cannot be one batch
    return [f"sequence {k}" for k in range(len(arrays))], None, arrays


def _words(words, own):
    for k, word in enumerate(words):
        if not 1 <= len(word) <= LONGEST_WORD:
            raise ValueError(
                f"sequences[{k}]: expected a word of 1..{LONGEST_WORD} letters, got {len(word)}"
            )
    used = set("".join(words))
    letters = sorted(used if own else used | set(string.ascii_lowercase))
    one_hot = np.eye(len(letters))
    return words, letters, [one_hot[[letters.index(letter) for letter in word]] for word in words]


def _array(name, sequence):
    try:
        array = np.asarray(sequence, np.float64)
    except (TypeError, ValueError):
        got = type(sequence).__name__
        raise ValueError(f"{name}: expected an array of numbers, got {got}") from None
    array = array[:, None] if array.ndim == 1 else array
    if array.ndim == 0:
        raise ValueError(f"{name}: expected (time,) or (time, input), got one number")
    if len(array) > LONGEST:
        raise ValueError(f"{name}: expected at most {LONGEST} steps, got {len(array)}")
    bad = np.argwhere(~np.isfinite(array))
    if len(bad):
        got, step = array[tuple(bad[0])], bad[0][0]
        raise ValueError(f"{name}: expected finite numbers, got {got} at step {step}")
    return array
