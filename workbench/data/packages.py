"""Imports the package that holds a data set, or says in one line how to get it.

Does not install anything.
"""

from __future__ import annotations

import importlib
from types import ModuleType


def need(module: str) -> ModuleType:
    """Import `module` and return it.

    Raises ImportError, naming the package and the command that installs it, when the package is
    missing. Any other failure inside that package passes through as it is, since "install it"
    would be the wrong advice then.
    """
    package = module.partition(".")[0]
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] != package:
            raise
        raise ImportError(
            f"this data set is in the package {package}, which is not installed: "
            f"pip install {package}",
            name=package,
        ) from None
