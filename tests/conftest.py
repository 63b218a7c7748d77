"""Makes the helpers of this folder importable from every test folder, finds Node.js and the GPU."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))


def pytest_addoption(parser):
    """`pytest -m gpu --require-gpu`: for a computer that is known to have a GPU."""
    parser.addoption(
        "--require-gpu",
        action="store_true",
        help="tests marked gpu fail, instead of being skipped, where no GPU can be used",
    )


def pytest_runtest_setup(item):
    """A test marked `gpu` runs on a real GPU, or tells why it cannot."""
    if item.get_closest_marker("gpu") is None:
        return
    from workbench.targets.cuda import device

    reason = "the simulator is no GPU: unset NUMBA_ENABLE_CUDASIM"
    if not device.simulated():
        reason = device.why_not()
    if reason and item.config.getoption("--require-gpu"):
        pytest.fail(reason, pytrace=False)
    if reason:
        pytest.skip(reason)


@pytest.fixture(scope="session")
def node() -> str:
    """The path of Node.js; skips the test where there is none, fails it in CI."""
    from browser import find_program

    return find_program("node")
