"""`workbench lab` for the tests that need a real JupyterLab: started, waited for, and ended.

Opens no browser and judges nothing.
"""

import contextlib
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import workbench

PACKAGE_ROOT = Path(workbench.__file__).parents[1]


def free_port() -> int:
    """A port on 127.0.0.1 on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until_it_listens(process: subprocess.Popen, address: str) -> None:
    """Jupyter prints its address a little before it listens there."""
    for _ in range(600):
        with contextlib.suppress(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", int(address.rsplit(":", 1)[1])), 60).close()
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.1)
            break
    raise AssertionError(f"nobody listens at {address}")


@contextlib.contextmanager
def running_lab(folder: Path):
    """`workbench lab` in a folder of its own: the process, the address it printed, its token.

    The folder is its home too, so nobody's settings, start-up files or progress take part.
    """
    home = {
        "HOME": str(folder),
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
        "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
        "WORKBENCH_PROGRESS": str(folder / "progress.json"),
    }
    command = [sys.executable, "-m", "workbench", "lab", "mine", "--no-browser"]
    process = subprocess.Popen(
        # Left to choose, two servers that start at once may both settle on the same port.
        [*command, "--port", str(free_port())],
        cwd=folder,
        env={**os.environ, **home, "PYTHONPATH": str(PACKAGE_ROOT), "PYTHONUNBUFFERED": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        for line in process.stdout:
            if address := re.search(r"(http://127\.0\.0\.1:\d+)/\S*token=(\w+)", line):
                break
        else:
            raise AssertionError(f"JupyterLab ended with status {process.wait()}")
        wait_until_it_listens(process, address[1])
        yield process, address[1], address[2]
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
