"""Makes the helpers of this folder importable from every test folder, and finds Node.js."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session")
def node() -> str:
    """The path of Node.js; skips the test where there is none, fails it in CI."""
    from browser import find_program

    return find_program("node")
