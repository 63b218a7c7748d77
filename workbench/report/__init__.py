"""One self-contained page about a recurrent network on a real series: `workbench report`.

`write()` reads the series (`source`), trains the network (`learn`), runs it and others (`study`),
writes the page (`page`) and puts it in its place. The page needs no network; where scripts run its
pictures are live explorers (`live`), elsewhere they are still.
"""

import os
import tempfile
from pathlib import Path

from .learn import learn
from .page import Asked, page
from .source import read
from .study import study

LARGEST = 512  # hidden units: four networks over 4,000 steps then stay within half a minute or so


def write(
    source: str,
    *,
    column: str | None = None,
    cell: str = "lstm",
    hidden_size: int = 16,
    seed: int = 0,
    untrained: bool = False,
    out="report.html",
) -> Path:
    """Train a cell on a series and write the page. Returns the path of the page.

    `source`: "sunspots", "co2" or the path of a CSV file, of which `column` is read (None: the
    only one with numbers). `cell`: a built-in cell's name. `untrained`: show the network as it
    starts out. `out`: the page; an old one stays whole until the new one is.

    Raises ValueError, one line `argument: expected ..., got ...`, for what cannot be read or run,
    and OSError that names `out` where it cannot be written.
    """
    out = Path(out)
    if not 1 <= hidden_size <= LARGEST:
        raise ValueError(f"--hidden-size: expected 1..{LARGEST}, got {hidden_size}")
    if out.exists() and Path(source).exists() and out.samefile(source):
        raise ValueError(f"--out: expected another file than SOURCE, got {out}")
    found = read(source, column)
    asked = Asked(source, column, cell, hidden_size, seed, untrained, str(out))
    learnt = None if untrained else learn(found, cell, hidden_size, seed)
    put(out, page(asked, found, study(found, cell, hidden_size, seed, learnt)))
    return out


def put(out: Path, text: str) -> None:
    """Write a file through a temporary one beside it, so that a crash leaves the old or the new.

    Raises OSError that names `out`, whichever of the two files was refused.
    """
    try:
        if out.exists() and not out.is_file():  # /dev/stdout has nothing beside it
            out.write_text(text, encoding="utf-8")
            return
        _replace(out.resolve(), text)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(out)) from error


def _replace(out: Path, text: str) -> None:
    handle, name = tempfile.mkstemp(prefix=f".{out.name}.", suffix=".tmp", dir=out.parent)
    try:
        with open(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, out.stat().st_mode & 0o777 if out.exists() else 0o666 & ~_umask())
        os.replace(name, out)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _umask() -> int:
    """The mask of new files, which can only be read by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
