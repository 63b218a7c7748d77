"""The doctor tells the truth about what is here, also where the rest does not work."""

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import workbench
from workbench import doctor

ROOT = Path(__file__).parents[1]
H200 = {
    "name": "NVIDIA H200",
    "compute_capability": "9.0",
    "driver": "13.0",
    "runtime": "12.9",
    "memory": 140 * 2**30,
    "multiprocessors": 132,
}
GPU = {"driver": True, "simulated": False, "device": H200, "why": "", "remedy": ""}
WHOLE = {"broken": {}, "cpu": "", "cache": "", "gpu": {"driver": False}}


def doctor_in(folder: Path, **environment: str) -> subprocess.CompletedProcess:
    """`workbench doctor` as a learner runs it, with the modules of `folder` found first."""
    search = os.pathsep.join([str(folder), str(Path(workbench.__file__).parents[1])])
    return subprocess.run(
        [sys.executable, "-m", "workbench", "doctor"],
        env={**os.environ, "PYTHONPATH": search, **environment},
        cwd=folder,
        capture_output=True,
        text=True,
    )


def states(printed: str) -> dict[str, str]:
    """topic -> state, from what `workbench doctor` printed."""
    found = re.findall(r"^(ok|note|missing|broken) +(GPU|kernel cache|\S+)", printed, re.MULTILINE)
    return {topic: state for state, topic in found}


def test_every_topic_has_one_row_and_nothing_is_wrong_here():
    rows = doctor.examine()
    topics = [row.topic for row in rows]
    assert len(topics) == len(set(topics))
    assert {"python", "workbench", "processor", "GPU", "kernel cache"} < set(topics)
    assert {package.name for package in doctor.PACKAGES} < set(topics)
    assert [row for row in rows if row.state in (doctor.MISSING, doctor.BROKEN)] == []


def test_packages_are_those_of_pyproject():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = {(line, "") for line in project["dependencies"]}
    for extra in ("course", "test"):
        lines = project["optional-dependencies"][extra]
        wanted |= {(line, extra) for line in lines if not line.startswith("rnn-workbench")}
    # llvmlite is Numba's own dependency, with a row of its own because a wrong one breaks Numba.
    listed = {
        (f"{package.name}>={package.least}", package.extra)
        for package in doctor.PACKAGES
        if package.name != "llvmlite"
    }
    assert listed == wanted


def test_a_missing_package_is_named_with_the_command_that_installs_it():
    package = doctor.Package("no-such-package-here", "1.2", "a test")
    row = doctor.package_row(package, {})
    assert row.state == doctor.MISSING
    assert row.finding == "not installed (a test; needs 1.2 or newer)"
    assert row.remedy.endswith("-m pip install no-such-package-here")
    optional = doctor.package_row(package._replace(extra="course"), {})
    assert optional.state == doctor.NOTE


def test_a_version_that_is_too_old_is_broken():
    row = doctor.package_row(doctor.Package("numpy", "99.0", "arrays"), {})
    assert row.state == doctor.BROKEN
    assert "too old" in row.finding


def test_a_package_whose_files_are_gone_is_broken():
    package = doctor.Package("numpy", "2.0", "arrays", imports="numpy_that_is_gone")
    row = doctor.package_row(package, {})
    assert row.state == doctor.BROKEN
    assert "--force-reinstall" in row.remedy


@pytest.mark.parametrize(
    ("version", "least", "older"),
    [
        ("0.61", "0.61", False),
        ("0.61.0", "0.61", False),
        ("0.60.9", "0.61", True),
        ("0.9.13", "0.10", True),
        ("2.0.0rc1", "2.0", False),
        ("1.13.0+local.9", "1.13", False),
        ("2", "2.0", True),
    ],
)
def test_versions_are_compared_as_numbers(version, least, older):
    assert doctor.is_older(version, least) is older


def test_the_remedy_calls_this_interpreter(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert doctor.install("xdist") == f'{sys.executable} -m pip install "pytest-xdist>=3.6"'
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent))
    assert doctor.install("numba").startswith(("python -m", sys.executable))


def gpu_row(**change):
    return doctor.gpu_row({**WHOLE, "gpu": {**GPU, **change}})


def test_gpu_row_names_the_device_and_its_versions(monkeypatch):
    monkeypatch.setattr(doctor, "version_of", lambda package: "0.30.4")
    row = gpu_row()
    assert row.state == doctor.OK
    assert row.finding == (
        "NVIDIA H200, compute capability 9.0, 132 multiprocessors, 140.0 GiB; "
        "driver for CUDA 13.0, toolkit 12.9, numba-cuda 0.30.4"
    )
    assert gpu_row(cublas="used").finding == f"{row.finding}, cuBLAS"
    without = gpu_row(cublas="CuPy is not installed").finding
    assert without == f"{row.finding}, no cuBLAS (CuPy is not installed)"


def test_gpu_row_says_why_a_gpu_is_not_used(monkeypatch):
    monkeypatch.setattr(doctor, "python", lambda: "python")
    assert doctor.gpu_row(WHOLE).state == doctor.OK
    assert doctor.gpu_row({**WHOLE, "gpu": {}}).finding.startswith("not looked for")
    row = gpu_row(why="numba-cuda is not installed", remedy='pip install "numba-cuda[cu13]"')
    assert row.state == doctor.NOTE
    assert row.finding == "NVIDIA H200: not used, numba-cuda is not installed"
    assert row.remedy == 'python -m pip install "numba-cuda[cu13]"'
    hidden = gpu_row(device={}, why="hidden", remedy="unset CUDA_VISIBLE_DEVICES")
    assert hidden[1:] == (doctor.NOTE, "not used, hidden", "unset CUDA_VISIBLE_DEVICES")
    assert gpu_row(simulated=True).remedy == "unset NUMBA_ENABLE_CUDASIM"
    failed = doctor.gpu_row({**WHOLE, "gpu": {"why": "OSError: no"}})
    assert failed == doctor.Row("GPU", doctor.NOTE, "not used, OSError: no")


def test_the_probe_asks_for_the_gpu():
    from workbench.targets.cuda import device

    gpu, driver = doctor.probe()["gpu"], device.ask_driver()
    assert gpu["driver"] is (driver is not None)
    assert (gpu["why"] or None) == (device.obstacle() and device.obstacle().why)
    assert bool(gpu["device"]) is bool(driver and driver.gpus)


@pytest.mark.parametrize(
    ("cupy", "said"),
    [("raise ImportError('old')", "CuPy fails: old"), ("import os; os._exit(3)", None)],
)
def test_the_probe_asks_for_cublas_where_a_gpu_can_be_used(cupy, said, tmp_path, monkeypatch):
    """With a device file of a GPU that is not there; a CuPy that ends Python hides no GPU."""
    (tmp_path / "cupy.py").write_text(cupy)
    device = tmp_path / "targets" / "cuda" / "device.py"
    device.parent.mkdir(parents=True)
    device.write_text(
        "from types import SimpleNamespace\n"
        "def simulated(): return False\n"
        "def obstacle(): return None\n"
        "def ask_driver(): return SimpleNamespace(gpus=[1])\n"
        f"def describe(): return {H200}\n"
    )
    search = [str(tmp_path), str(ROOT), os.environ.get("PYTHONPATH", "")]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(search))
    monkeypatch.setattr(doctor, "__file__", str(tmp_path / "doctor.py"))
    found = doctor.probe()
    assert found["gpu"].get("cublas") == said
    assert doctor.gpu_row(found).finding.startswith("NVIDIA H200, compute capability 9.0")


def test_cache_row_tells_folder_and_size(tmp_path):
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "kernel.bin").write_bytes(bytes(2_500_000))
    row = doctor.cache_row({**WHOLE, "cache": str(tmp_path)})
    assert row.state == doctor.OK
    assert str(tmp_path) in row.finding
    assert "2.5 MB" in row.finding


def test_cache_row_before_the_first_use_leaves_no_folder_behind(tmp_path):
    folder = tmp_path / "not" / "yet"
    row = doctor.cache_row({**WHOLE, "cache": str(folder)})
    assert row.state == doctor.OK
    assert "made when first needed" in row.finding
    assert list(tmp_path.iterdir()) == []


def test_cache_row_says_that_an_unwritable_folder_costs_time(monkeypatch, tmp_path):
    def refuse(**_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(doctor.tempfile, "TemporaryFile", refuse)
    row = doctor.cache_row({**WHOLE, "cache": str(tmp_path)})
    assert row.state == doctor.NOTE
    assert "compiled anew" in row.finding
    assert "WORKBENCH_CACHE" in row.remedy


def test_cache_row_without_a_folder():
    assert "no folder can be written" in doctor.cache_row(WHOLE).finding
    lost = doctor.cache_row({**WHOLE, "broken": {"cache": "ImportError: x\n y"}})
    assert lost.finding == "folder not known: ImportError: x y"


def test_works_where_numba_cannot_be_imported(tmp_path):
    (tmp_path / "numba").mkdir()
    (tmp_path / "numba" / "__init__.py").write_text("raise ImportError('Numba needs NumPy 1')")
    done = doctor_in(tmp_path)
    assert done.stderr == ""
    assert done.returncode == 1
    assert states(done.stdout)["numba"] == "broken"
    assert "ImportError: Numba needs NumPy 1" in done.stdout
    assert '-m pip install --force-reinstall "numba>=0.61"' in done.stdout
    assert done.stdout.endswith("To mend: numba\n")


def test_works_where_importing_numpy_ends_the_process(tmp_path):
    (tmp_path / "numpy.py").write_text("import os; os._exit(77)")
    done = doctor_in(tmp_path)
    assert done.stderr == ""
    assert done.returncode == 1
    assert states(done.stdout)["numpy"] == "broken"
    assert "ends Python itself (status 77)" in done.stdout


def test_a_module_of_the_current_folder_is_not_mistaken_for_the_package(tmp_path):
    (tmp_path / "numba.py").write_text("raise ImportError('a lesson of my own')")
    rows = subprocess.run(
        [sys.executable, "-P", "-c", "from workbench import doctor; print(doctor.examine())"],
        env={**os.environ, "PYTHONPATH": str(Path(workbench.__file__).parents[1])},
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert "a lesson of my own" not in rows.stdout
    assert "topic='numba', state='ok'" in rows.stdout


def test_a_probe_that_says_nothing_is_survived(monkeypatch):
    monkeypatch.setattr(doctor, "PROBE", "import os; os._exit(3)")
    found = doctor.probe()
    assert "status 3" in found["broken"]["numba"]
    assert doctor.examine()


def test_a_driver_that_hangs_is_survived(monkeypatch):
    so_far = json.dumps({**WHOLE, "gpu": {}, "trying": "driver"})
    hang = f"import time; print({so_far!r}, flush=True); time.sleep(60)"
    monkeypatch.setattr(doctor, "PROBE", hang)
    monkeypatch.setattr(doctor, "PROBE_SECONDS", 3)
    found = doctor.probe()
    assert found["broken"] == {}
    assert found["gpu"] == {"why": "the NVIDIA driver does not answer within 3 s"}
    assert doctor.gpu_row(found).state == doctor.NOTE
