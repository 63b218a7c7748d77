"""`workbench lab`: your copy of the notebooks, open in JupyterLab.

Brings a folder of notebooks up to date without ever overwriting work, starts JupyterLab on the
index for this computer only, warms the kernels up beside it, and ends everything it started.
It reads no notebook: to it they are files, whose bytes are either ours or the learner's.
"""

import contextlib
import hashlib
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
from importlib import metadata
from pathlib import Path

INDEX = "00_index.ipynb"
DEFAULT_FOLDER = "rnn-workbench-notebooks"
# Remembers what was copied, so that a notebook nobody has edited can be told from one of yours.
MANIFEST = ".workbench-notebooks.json"
END_SECONDS = 10
PROMPT = "--ServerApp.kernel_websocket_connection_class=workbench.websocket.Prompt"
"""The option that takes a wait out of every answer of a kernel (see workbench/websocket.py)."""
DEFAULTS = Path(__file__).parent / "jupyter"
"""What we set for JupyterLab, below whatever a learner sets: no question about news over the first
page, and no look for updates beyond this computer."""

# A child that outlives us would hold its port and go on compiling. Each one is given a pipe whose
# other end only we hold: however we end, kill -9 included, the pipe closes and the child stops.
WATCHED = """
import os, runpy, signal, sys, threading
def end_with_parent():
    os.read(0, 1)
    if os.name == "posix":
        os.killpg(os.getpgid(0), signal.SIGTERM)
    else:
        os.kill(os.getpid(), signal.SIGTERM)
threading.Thread(target=end_with_parent, daemon=True).start()
sys.path.append(sys.argv[1])
sys.argv = sys.argv[2:]
runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
"""


def checkout_notebooks() -> Path | None:
    """notebooks/ of the checkout we stand in or run from, or None outside of any."""
    for root in (Path.cwd(), Path(__file__).parents[1]):
        project = root / "pyproject.toml"
        if (root / "notebooks" / INDEX).is_file() and project.is_file():
            with contextlib.suppress(OSError, UnicodeDecodeError):
                if 'name = "rnn-workbench"' in project.read_text(encoding="utf-8"):
                    return root / "notebooks"
    return None


def shipped_notebooks() -> Path:
    """The folder of the notebooks that came with this package."""
    installed = Path(__file__).parent / "notebooks"
    return installed if installed.is_dir() else Path(__file__).parents[1] / "notebooks"


def digest(content: bytes) -> str:
    """The fingerprint of a file's content."""
    return hashlib.sha256(content).hexdigest()


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that a crash leaves the old one or the new one, never half of either."""
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with open(beside, "xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def read_manifest(folder: Path) -> dict[str, list[str]]:
    """File name -> fingerprints of the versions copied so far, the latest last.

    A manifest that cannot be read counts as none: then every notebook that differs is kept.
    """
    try:
        files = json.loads((folder / MANIFEST).read_bytes())["files"]
        return {str(name): [str(known) for known in versions] for name, versions in files.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def bring_up_to_date(shipped: Path, folder: Path) -> dict[str, str]:
    """Copy the notebooks of `shipped` into `folder`; return what was done, name by name.

    `new` (was not there), `updated` (was an earlier version of ours, unedited), `unchanged`,
    `yours` (edited, kept), `yours, newer here` (edited and kept, and ours has changed since).
    Raises OSError if the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    manifest, done = read_manifest(folder), {}
    before = {name: list(versions) for name, versions in manifest.items()}
    for source in sorted(shipped.glob("*.ipynb")):
        content, target = source.read_bytes(), folder / source.name
        latest, versions = digest(content), manifest.setdefault(source.name, [])
        try:
            present = digest(target.read_bytes())
        except FileNotFoundError:
            present = None
        except IsADirectoryError:
            present = "a folder of that name"
        if present == latest:
            done[source.name] = "unchanged"
        elif present is None or present in versions:
            write_whole(target, content)
            done[source.name] = "new" if present is None else "updated"
        else:
            # Told once: the manifest then knows the newer version as one that was offered.
            done[source.name] = "yours" if latest in versions[-1:] else "yours, newer here"
        if latest in versions:
            versions.remove(latest)
        versions.append(latest)
    if manifest != before:
        text = json.dumps({"files": manifest}, indent=1, sort_keys=True)
        write_whole(folder / MANIFEST, text.encode())
    return done


def choose_folder(named: str | None) -> tuple[Path, dict[str, str]]:
    """The folder to open, brought up to date, and what was done there.

    Without DIR: notebooks/ in a checkout, else `rnn-workbench-notebooks` in the current folder,
    or the current folder itself if it is one that was made so. Raises ValueError, in one line.
    """
    if named is None and (inside := checkout_notebooks()) is not None:
        return inside, {}
    if named is not None:
        folder = Path(named).expanduser()
    else:
        here = Path.cwd()
        folder = here if (here / MANIFEST).is_file() else here / DEFAULT_FOLDER
    if folder.exists() and not folder.is_dir():
        raise ValueError(f"DIR: expected a folder, got {folder} (a file)")
    try:
        return folder.resolve(), bring_up_to_date(shipped_notebooks(), folder)
    except OSError as error:
        raise ValueError(
            f"DIR: expected a folder that can be written, got {folder} ({error.strerror})"
        ) from error


def check_port(port: int) -> None:
    """Raise ValueError if another program listens on this port."""
    with socket.socket() as probe:
        if os.name == "posix":  # as Jupyter does; elsewhere it would allow two listeners
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise ValueError(
                f"--port: expected a free port, got {port} ({error.strerror}); "
                "without --port the next free one is taken"
            ) from error


def start(
    arguments: list[str],
    *,
    folder: Path,
    low_priority: bool = False,
    environment: dict[str, str] | None = None,
) -> subprocess.Popen:
    """Start `python -m ARGUMENTS` in `folder`, to end at the latest when this process does.

    environment: variables beside those that this process has.
    """
    source, options = WATCHED, {}
    if os.name == "posix":
        # A group of its own: Ctrl-C in the terminal reaches us alone, and we end the child.
        options["process_group"] = 0
        if low_priority:
            source = "import os; os.nice(19)" + source
    else:
        options["creationflags"] = subprocess.CREATE_NEW_PROCESS_GROUP
        if low_priority:
            options["creationflags"] |= subprocess.IDLE_PRIORITY_CLASS
    silent = subprocess.DEVNULL if low_priority else None
    # -P: a learner's own random.py beside the notebooks must not take Python's place.
    return subprocess.Popen(
        [sys.executable, "-P", "-c", source, str(Path(__file__).parents[1]), *arguments],
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=silent,
        stderr=silent,
        env={**os.environ, **(environment or {})},
        **options,
    )


def end(child: subprocess.Popen) -> None:
    """End a child and what it started, gently at first; return when it has ended."""
    try:
        if child.poll() is None:
            if os.name == "posix":
                os.killpg(child.pid, signal.SIGTERM)
            else:
                child.terminate()
            child.wait(END_SECONDS)
    except (subprocess.TimeoutExpired, KeyboardInterrupt):  # it hangs, or Ctrl-C came again
        child.kill()
        child.wait()
    finally:
        child.stdin.close()


def start_jupyter(folder: Path, port: int | None, browser: bool) -> subprocess.Popen:
    """Start JupyterLab on the index of `folder`, reachable from this computer only."""
    options = [
        "--ServerApp.ip=127.0.0.1",
        PROMPT,
        f"--ServerApp.root_dir={folder}",
        f"--LabApp.default_url=/lab/tree/{INDEX}",
        # Louder, a page of start-up notes and a warning for each notebook opened hide the address.
        "--Application.log_level=ERROR",
    ]
    if port is not None:
        options += [f"--ServerApp.port={port}", "--ServerApp.port_retries=0"]
    if not browser:
        options.append("--no-browser")
    if getattr(os, "geteuid", lambda: None)() == 0:
        # Containers often have no other user; 127.0.0.1 and a token still stand before it.
        options.append("--allow-root")
    # The module, not `jupyter lab`: that one is looked for on PATH, and may find another Python's.
    paths = [str(DEFAULTS), *filter(None, [os.environ.get("JUPYTER_CONFIG_PATH")])]
    around = {"JUPYTER_CONFIG_PATH": os.pathsep.join(paths)}
    return start(["jupyterlab", *options], folder=folder, environment=around)


def start_warm_up() -> subprocess.Popen:
    """Compile the built-in kernels in the background, only with time that nobody else wants."""
    return start(["workbench", "warm"], folder=Path(__file__).parent, low_priority=True)


def summary(folder: Path, done: dict[str, str]) -> str:
    """What to tell the learner: where the notebooks are, and what has been done to them."""
    lines = [f"Notebooks: {folder}"]
    for what in ("new", "updated"):
        if names := [name for name, state in done.items() if state == what]:
            lines.append(f"  {what}: {', '.join(names)}")
    for name, state in done.items():
        if state == "yours, newer here":
            lines.append(
                f"  kept yours: {name} (a newer one is there: rename yours and start again)"
            )
    return "\n".join([*lines, "Ctrl-C in this window ends JupyterLab."])


def open_lab(named: str | None = None, *, port: int | None = None, browser: bool = True) -> int:
    """Open JupyterLab on the notebooks and return its exit status when it has ended.

    Args:
        named: the folder for the learner's copy; None chooses one (see `choose_folder`).
        port: the port on 127.0.0.1; None takes the first free one.
        browser: whether to open the browser.

    Raises:
        ValueError: the folder or the port cannot be used; one line says why.
        ModuleNotFoundError: JupyterLab is not installed.
        KeyboardInterrupt: Ctrl-C, after everything started here has ended.
    """
    try:
        metadata.version("jupyterlab")
    except metadata.PackageNotFoundError:
        raise ModuleNotFoundError("No module named 'jupyterlab'", name="jupyterlab") from None
    if port is not None:
        check_port(port)
    folder, done = choose_folder(named)
    print(summary(folder, done), flush=True)
    with contextlib.ExitStack() as started:
        jupyter = start_jupyter(folder, port, browser)
        started.callback(end, jupyter)
        started.callback(end, start_warm_up())
        return jupyter.wait()
