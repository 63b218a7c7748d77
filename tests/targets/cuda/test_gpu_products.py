"""The laws of `product_laws` on a GPU: of our own kernel, and of cuBLAS where CuPy is installed."""

import pytest
from product_laws import *  # noqa: F403

from workbench.targets.cuda import library

pytestmark = pytest.mark.gpu


@pytest.fixture(params=["our own", "cuBLAS"], autouse=True)
def by(request, monkeypatch):
    """Who multiplies."""
    if request.param == "our own":
        monkeypatch.setattr(library, "cupy", lambda: None)
    elif library.cupy() is None:
        pytest.skip(f"needs cuBLAS: {library.why_not()}")
