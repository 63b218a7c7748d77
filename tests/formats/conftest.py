"""Files of models for the tests of this folder."""

import pytest
from saved import KINDS, models

import workbench as wb


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model.safetensors"


@pytest.fixture(scope="session")
def contents(tmp_path_factory):
    """Name of a model -> bytes of its file."""
    path, found = tmp_path_factory.mktemp("contents") / "model.safetensors", {}
    for name in KINDS:
        wb.save_model(models()[name](), path, about="a test")
        found[name] = path.read_bytes()
    return found
