"""The command line: `workbench report`, `train`, `bench`, `lab`, `doctor`, `warm`.

Reads the arguments, says in one line what is wrong with them, and calls the room that does the
work. It does no work of its own, and nothing heavy is imported before a command needs it.

Exit status: 0 done, 1 something is missing or broken, 2 a mistake in what was typed, 130 Ctrl-C.
"""

import argparse
import difflib
import importlib
import os
import platform
import re
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

OVERVIEW = """\
See inside recurrent networks: step by step, every gate, every gradient.

  workbench lab                 opens the notebooks in JupyterLab: begin here
  workbench lab course          the same, with your copy of them in the folder course
  workbench report sunspots     trains an LSTM on a real series and writes one page, report.html
  workbench report my.csv --column price --cell gru      the same for your own numbers
  workbench train mnist_rows    learns a task, writes model.safetensors; --resume goes on
  workbench bench --quick       how fast this is beside PyTorch, JAX and others, on your computer
  workbench doctor              tells versions, devices and cache, and what mends what is missing
  workbench warm                compiles the built-in cells now, so that no first run has to wait

Options of one command: workbench report --help        This version: workbench --version"""

# Our own errors read `argument: expected ..., got ...`; any other ValueError is a bug of ours,
# whose traceback must stay visible.
USER_MISTAKE = re.compile(r"[^\s:]+: expected .+, got .+", re.DOTALL)


class UserMistake(Exception):
    """What was typed cannot be carried out; the message is the one line to print."""


class Parser(argparse.ArgumentParser):
    """An argument parser whose complaints are one line, `argument: expected ..., got ...`."""

    def error(self, message: str):
        message = message.removeprefix("argument ")
        if unknown := re.fullmatch(r"unrecognized arguments: (.*)", message):
            first = unknown[1].split()[0]
            known = [flag for action in self._actions for flag in action.option_strings]
            expected = "an option of this command" if first.startswith("-") else "nothing more"
            message = f"{first}: expected {expected}, got {first}{nearest(first, known)}"
        elif missing := re.fullmatch(r"the following arguments are required: (.*)", message):
            message = f"{missing[1]}: expected a value, got nothing"
        elif re.fullmatch(r"\S+: expected one argument", message):
            message = message.replace("one argument", "a value") + ", got nothing"
        raise UserMistake(f"{message} (workbench {self.prog.split()[-1]} --help)")


def nearest(word: str, known: Iterable[str]) -> str:
    """`"; did you mean lstm?"`, or nothing when no known word is near."""
    match = difflib.get_close_matches(word, list(known), n=1)
    return f"; did you mean {match[0]}?" if match else ""


def whole_number(least: int, most: int | None = None) -> Callable[[str], int]:
    """An argparse type: a whole number from `least` to `most`, both included."""
    expected = f"a whole number from {least}" + (f" to {most}" if most is not None else "")

    def read(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            number = None
        if number is None or number < least or (most is not None and number > most):
            raise argparse.ArgumentTypeError(f"expected {expected}, got {text}")
        return number

    return read


def one_of(known: Iterable[str], argument: str, got: str) -> None:
    """Raise UserMistake unless `got` is one of the `known` names."""
    known = list(known)
    if got not in known:
        raise UserMistake(
            f"{argument}: expected one of {', '.join(known)}, got {got}{nearest(got, known)}"
        )


def cell_names() -> list[str]:
    """The names of the built-in cells."""
    from workbench.cells import CELLS

    return list(CELLS)


def write_report(arguments: argparse.Namespace) -> int:
    """Train a cell on a real series and write one self-contained page."""
    source, out = arguments.source, Path(arguments.out)
    if (os.sep in source or Path(source).suffix) and not Path(source).is_file():
        found = "a folder" if Path(source).is_dir() else "no such file"
        raise UserMistake(f"SOURCE: expected a data set or a CSV file, got {source} ({found})")
    if out.is_dir():
        raise UserMistake(f"--out: expected a file to write, got {out} (a folder)")
    if not out.parent.is_dir():
        raise UserMistake(f"--out: expected a file in a folder that exists, got {out}")
    one_of(cell_names(), "--cell", arguments.cell)

    page = importlib.import_module("workbench.report")
    names = ("column", "cell", "hidden_size", "seed", "untrained")
    options = {name: getattr(arguments, name) for name in names}
    try:
        path = page.write(source, **options, out=out)
    except OSError as error:
        if error.filename is None or error.strerror is None:
            raise
        argument = "SOURCE" if str(error.filename) == source else "--out"
        doing = "read" if argument == "SOURCE" else "written"
        raise UserMistake(
            f"{argument}: expected a file that can be {doing}, got {error.filename} "
            f"({error.strerror})"
        ) from error
    print(f"Wrote {path}")
    return 0


def train_task(arguments: argparse.Namespace) -> int:
    """Train a network for one of the tasks and write it to a file."""
    from workbench.tasks import TASKS

    if arguments.task is None:
        print("\n".join(f"{task.name:<16}{task.question}" for task in TASKS.values()))
        return 0
    one_of(TASKS, "TASK", arguments.task)
    if arguments.cell is not None:
        one_of(cell_names(), "--cell", arguments.cell)
    out = Path(arguments.out)
    if out.is_dir() or not out.parent.is_dir():
        raise UserMistake(f"--out: expected a file in a folder that exists, got {out}")
    if out.suffix != ".safetensors":
        raise UserMistake(f"--out: expected a name that ends in .safetensors, got {out}")
    names = ("cell", "hidden_size", "epochs", "seed", "out", "resume")
    options = {name: getattr(arguments, name) for name in names}
    training = importlib.import_module("workbench.train")
    outcome = training.train(arguments.task, **options)
    return 130 if training.by_hand(outcome) else 0


def compare_speed(arguments: argparse.Namespace) -> int:
    """Measure how fast LSTM, GRU and Elman cells run beside those of PyTorch, ONNX Runtime, JAX and
    Keras that are installed, or a cell of your own beside a PyTorch loop; with --gpu beside cuDNN,
    a loop of PyTorch's cells and JAX on an NVIDIA GPU."""
    if arguments.file is None and arguments.cell is not None:
        from workbench.bench.problems import TABLE_CELLS

        one_of((*TABLE_CELLS, *["ensembles"] * arguments.gpu), "--cell", arguments.cell)
    out = None if arguments.json is None else Path(arguments.json)
    if out is not None and (out.is_dir() or not out.parent.is_dir()):
        raise UserMistake(f"--json: expected a file in a folder that exists, got {out}")
    if out is not None and out.suffix != ".json":
        raise UserMistake(f"--json: expected a name that ends in .json, got {out}")
    names = ("cell", "quick") if arguments.gpu else ("cell", "quick", "threads")
    options = {name: getattr(arguments, name) for name in names} | {"out": out}
    if not arguments.gpu:
        speed = importlib.import_module("workbench.bench.speed")
        return speed.bench(arguments.file, **options)
    if arguments.threads is not None:
        raise UserMistake(f"--threads: expected nothing beside --gpu, got {arguments.threads}")
    from workbench.targets.cuda import device

    if reason := device.why_not():
        return complain(f"--gpu: expected a usable GPU, got none: {reason}", 1)
    return importlib.import_module("workbench.bench.gpu").bench(arguments.file, **options)


def open_lab(arguments: argparse.Namespace) -> int:
    """Open JupyterLab on the notebooks; your copies of them are never overwritten."""
    from workbench import lab

    return lab.open_lab(arguments.dir, port=arguments.port, browser=not arguments.no_browser)


def tell(arguments: argparse.Namespace) -> int:
    """Tell versions, devices and cache folder, what is missing and what mends it."""
    from workbench import doctor

    return doctor.report()


def warm_up(arguments: argparse.Namespace) -> int:
    """Compile the kernels of the built-in cells, so that no first run has to wait."""
    one_of(("float32", "float64"), "--dtype", arguments.dtype)
    cells = None
    if arguments.cells is not None:
        cells = [name.strip() for name in arguments.cells.split(",")]
        known = cell_names()
        for name in cells:
            one_of(known, "--cells", name or "nothing")
    kernels = importlib.import_module("workbench.warm")
    kernels.warm(cells=cells, dtypes=(arguments.dtype,), progress=True)
    return 0


def parser_of(command: str) -> Parser:
    """The argument parser of one command."""
    run = COMMANDS[command]
    # Abbreviated options would make every option added later a change to old command lines.
    parser = Parser(prog=f"workbench {command}", description=run.__doc__, allow_abbrev=False)
    add = parser.add_argument
    if command == "report":
        add("source", metavar="SOURCE", help="a data set, such as sunspots, or a CSV file")
        add("--column", metavar="C", help="the column of the CSV file (default: the only one)")
        add("--cell", default="lstm", help="a built-in cell (default: lstm)")
        add("--hidden-size", type=whole_number(1), default=16, metavar="N", help="default: 16")
        add("--seed", type=whole_number(0), default=0, metavar="N", help="default: 0")
        add("--untrained", action="store_true", help="show the network as it starts out")
        add("--out", default="report.html", metavar="FILE", help="default: report.html")
    elif command == "train":
        add("task", nargs="?", metavar="TASK", help="a task; without one they are listed")
        add("--cell", help="a built-in cell (default: the task's)")
        add("--hidden-size", type=whole_number(1), metavar="N", help="default: the task's")
        add("--epochs", type=whole_number(1), metavar="N", help="default: the task's")
        add("--seed", type=whole_number(0), default=0, metavar="N", help="default: 0")
        add("--out", default="model.safetensors", metavar="FILE", help="default: model.safetensors")
        add("--resume", action="store_true", help="go on with the training that FILE is of")
    elif command == "bench":
        add("file", nargs="?", metavar="FILE", help="Python with a cell of your own (@wb.cell)")
        add("--cell", help="one cell of the table, or of FILE (default: all)")
        add("--quick", action="store_true", help="three sizes, few rounds: about a minute")
        add("--threads", type=whole_number(1), metavar="N", help="default: 1, then 2")
        add("--gpu", action="store_true", help="on an NVIDIA GPU, beside cuDNN, PyTorch and JAX")
        add("--json", metavar="OUT", help="write the table to a file too")
    elif command == "lab":
        add("dir", nargs="?", metavar="DIR", help="the folder for your copy of the notebooks")
        add("--port", type=whole_number(1, 65535), metavar="N", help="default: a free one")
        add("--no-browser", action="store_true", help="print the address, open no browser")
    elif command == "warm":
        add("--cells", metavar="A,B", help="names with commas between (default: every cell)")
        add("--dtype", default="float64", metavar="T", help="float32 or float64 (default)")
    return parser


COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "lab": open_lab,
    "report": write_report,
    "train": train_task,
    "bench": compare_speed,
    "doctor": tell,
    "warm": warm_up,
}


def version() -> str:
    """`rnn-workbench 0.1.0, Python 3.11.7`."""
    from importlib import metadata

    try:
        number = metadata.version("rnn-workbench")
    except metadata.PackageNotFoundError:
        number = "not installed"
    return f"rnn-workbench {number}, Python {platform.python_version()}"


def run(argv: list[str]) -> int:
    """Carry out one command line. Raises UserMistake, or whatever the command raises."""
    if not argv or argv[0] in ("-h", "--help", "help"):
        print(OVERVIEW)
        return 0
    if argv[0] in ("-V", "--version"):
        print(version())
        return 0
    command = argv[0]
    one_of(COMMANDS, "command", command)
    try:
        arguments = parser_of(command).parse_args(argv[1:])
    except SystemExit:  # --help has been printed
        return 0
    return COMMANDS[command](arguments)


def main(argv: list[str] | None = None) -> int:
    """Run the command line `argv` (default: the process's own) and return the exit status."""
    try:
        status = run(sys.argv[1:] if argv is None else argv)
        sys.stdout.flush()  # now, where a reader that went away can still be dealt with
        return status
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # The reader (`| head`) went away; without this, Python complains again as it closes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except UserMistake as mistake:
        return complain(mistake, 2)
    except ImportError as error:
        return complain(what_is_missing(error), 1)
    except (ValueError, TypeError, OSError) as error:
        if not USER_MISTAKE.fullmatch(str(error)):
            raise
        return complain(error, 2)


def what_is_missing(error: ImportError) -> str:
    """One line that names the package which could not be imported, and what mends it.

    An import that fails inside the workbench itself is a bug of ours: raised again.
    """
    if USER_MISTAKE.fullmatch(str(error)) or "pip install" in str(error):
        return str(error)
    if error.name is None or error.name.split(".")[0] == "workbench":
        raise error
    from workbench import doctor

    package = error.name.split(".")[0]
    if isinstance(error, ModuleNotFoundError):
        return f"{package}: expected to be installed, got nothing: {doctor.install(package)}"
    return f"{package}: expected to import, got {error}: {doctor.install(package)}"


def complain(message: object, status: int) -> int:
    """Print one line on stderr and return the exit status."""
    print(" ".join(str(message).split()), file=sys.stderr)
    return status
