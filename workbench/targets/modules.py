"""Written kernels as modules on disk: each in a file named by what it is made of.

A module is imported as a real module, so that Numba's own cache works, tracebacks show its lines
and a student can open it. The file's name holds a hash of its text and of the versions it depends
on. Of several processes that need the same module one compiles and the others wait. Where the
folder cannot be written, kernels are compiled in memory and this is said once.

`WORKBENCH_CACHE` names another folder.
"""

import hashlib
import importlib.util
import os
import sys
import tempfile
import threading
import types
import warnings
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

import platformdirs
from filelock import FileLock

_compiling = threading.RLock()
_compiled = {}
_said = set()


def cache_folder():
    """The folder of the written kernels, which need not exist yet."""
    own = os.environ.get("WORKBENCH_CACHE")
    return Path(own) if own else Path(platformdirs.user_cache_dir("rnn-workbench")) / "kernels"


@lru_cache(maxsize=1)
def _versions():
    names = ("numba", "llvmlite", "numpy", "scipy")
    own = hashlib.sha256(b"".join(path.read_bytes() for path in _written_with()))
    return " ".join([sys.version, *(f"{name} {version(name)}" for name in names), own.hexdigest()])


def _written_with():
    """The files whose functions become part of every kernel's machine code."""
    here = Path(__file__).parent
    return [here.parent / "functions.py", here / "gemm.py", *sorted((here / "simd").glob("*.py"))]


class Kernel:
    """One function of one written module, compiled when it is first called.

    text: the module's source; `cache=CACHE` becomes True on disk and False in memory.
    function: the name of the function that is called. label: begins the module's name.
    """

    def __init__(self, text, function, label):
        self.text, self.function = text, function
        digest = hashlib.sha256(f"{_versions()}\n{text}".encode()).hexdigest()[:20]
        self.name = f"{label}_{digest}"
        self.compiled = None

    def __call__(self, *arguments):
        return (self.compiled or self.ready(arguments))(*arguments)

    def ready(self, arguments):
        """The compiled function; compiled for the types of these arguments at the first call."""
        if self.compiled is None:
            with _compiling:
                key = self.name, self.function
                if key not in _compiled:
                    _compiled[key] = self._compile(arguments)
                self.compiled = _compiled[key]
        return self.compiled

    @property
    def path(self):
        """Where the module lies when the cache folder can be written."""
        return cache_folder() / f"{self.name}.py"

    def _compile(self, arguments):
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(self.path.with_suffix(".lock")):
                _write_if_other(self.path, self.text.replace("cache=CACHE", "cache=True"))
                return self._from_disk(arguments)
        except OSError as error:
            _say_once(self.path.parent, error)
            return self._prepared(self._from_memory(), arguments)

    def _from_disk(self, arguments):
        """Import and compile; a cache that cannot be read is thrown away and made again."""
        try:
            return self._prepared(_import(self.name, self.path), arguments)
        except OSError:
            raise
        except Exception:
            broken = list((self.path.parent / "__pycache__").glob(f"{self.name}.*"))
            if not broken:
                raise
            for file in broken:
                file.unlink(missing_ok=True)
            return self._prepared(_import(self.name, self.path), arguments)

    def _prepared(self, module, arguments):
        """Compile for the types of these arguments (or load what was compiled before)."""
        import numba

        dispatcher = getattr(module, self.function)
        dispatcher.compile(tuple(numba.typeof(a) for a in arguments))
        # Arrays of another type or layout would silently compile again; they are a mistake of ours.
        dispatcher.disable_compile()
        return dispatcher

    def _from_memory(self):
        module = types.ModuleType(self.name)
        text = self.text.replace("cache=CACHE", "cache=False")
        exec(compile(text, f"<{self.name}>", "exec"), module.__dict__)
        return module


def _import(name, path):
    spec = importlib.util.spec_from_file_location(f"workbench_kernel_{name}", path)
    module = importlib.util.module_from_spec(spec)
    # Numba looks the module up by name when it restores compiled code.
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def _write_if_other(path, text):
    try:
        if path.read_text(encoding="utf-8") == text:
            return
    except (FileNotFoundError, UnicodeDecodeError):
        pass
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.stem, suffix=".part")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def _say_once(folder, error):
    if folder not in _said:
        _said.add(folder)
        reason = getattr(error, "strerror", None) or error
        warnings.warn(
            f"cache folder {folder} cannot be used ({reason}): kernels are compiled in memory and "
            "again next time; set WORKBENCH_CACHE to a folder that can be written",
            RuntimeWarning,
            stacklevel=2,
        )
