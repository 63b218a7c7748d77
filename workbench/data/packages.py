"""Imports the package that holds a data set, or finds its file, or says in one line how to get it.

Does not install anything.
"""

from __future__ import annotations

import importlib
import importlib.util
from pathlib import Path
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
        raise _missing(package) from None


def file_in(package: str, path: str) -> Path:
    """Return the path of a file that an installed package brings, without importing the package.

    path: inside the package's folder, with slashes. Raises ImportError like `need`.
    """
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise _missing(package)
    return Path(spec.submodule_search_locations[0], path)


def _missing(package: str) -> ImportError:
    return ImportError(
        f"this data set is in the package {package}, which is not installed: pip install {package}",
        name=package,
    )
