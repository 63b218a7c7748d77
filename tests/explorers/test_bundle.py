"""The committed bundle is what its sources and its lock file give, and draws with no network."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from browser import find_program, missing

from workbench import explorers

pytestmark = pytest.mark.browser

SOURCES = Path(__file__).parents[2] / "workbench" / "explorers" / "web"
BUNDLE = Path(explorers.__file__).parent / "web" / "bundle.js"  # where pip has put it
PACKAGE = json.loads((SOURCES / "package.json").read_text(encoding="utf-8"))
INSTALL = ("ci", "--ignore-scripts", "--prefer-offline", "--fetch-retry-mintimeout=1000")
# npm's codes for a registry that cannot be reached; any other code is a fault of ours.
UNREACHABLE = (
    "EAI_AGAIN|ENOTFOUND|ENETUNREACH|EHOSTUNREACH|ECONNREFUSED|ECONNRESET|ETIMEDOUT"
    "|ERR_SOCKET_TIMEOUT|FETCH_ERROR|E5\\d\\d"
)


def npm(folder: Path, *arguments: str) -> subprocess.CompletedProcess:
    """Run npm in a folder."""
    command = [find_program("npm"), *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


def build(folder: Path) -> bytes:
    """Build the bundle in a folder where its packages are installed."""
    done = npm(folder, "run", "build")
    assert done.returncode == 0, done.stderr
    return (folder / "bundle.js").read_bytes()


@pytest.fixture
def copied(tmp_path, node):
    """A copy of web/ without the bundle, its packages installed as the lock file says."""
    ignored = shutil.ignore_patterns("node_modules", "bundle.js")
    folder = shutil.copytree(SOURCES, tmp_path / "web", ignore=ignored)
    done = npm(folder, *INSTALL)
    if re.search(rf"^npm (error|ERR!) code ({UNREACHABLE})$", done.stderr, flags=re.MULTILINE):
        missing(f"the packages of {SOURCES.name}/: expected a registry or a cache, got no answer")
    assert done.returncode == 0, done.stderr
    return folder


def test_rebuilding_gives_the_committed_bytes(copied):
    assert build(copied) == BUNDLE.read_bytes(), "run `npm run build` and commit the bundle"


def test_control_a_changed_source_gives_other_bytes(copied):
    with (copied / "src" / "main.js").open("a") as main:
        main.write('console.log("changed");\n')
    assert build(copied) != BUNDLE.read_bytes()


def test_bundle_carries_the_licence_of_every_package_asked_for(copied):
    bundle = BUNDLE.read_text(encoding="utf-8")
    for name in PACKAGE["dependencies"]:
        text = (copied / "node_modules" / name / "LICENSE").read_text(encoding="utf-8")
        assert text.strip() in bundle, name
        assert re.search(rf"^(.*, )?{name}(, .*)?:$", bundle, flags=re.MULTILINE), name


def inexact(package: dict) -> list[str]:
    """The packages that are not asked for in one exact version."""
    versions = package["dependencies"] | package["devDependencies"]
    return [name for name, v in versions.items() if not re.fullmatch(r"\d+\.\d+\.\d+", v)]


def faults(lock: str) -> list[str]:
    """The addresses in a lock file, and the packages without a digest."""
    packages = json.loads(lock)["packages"]
    no_digest = [name for name, p in packages.items() if name and "integrity" not in p]
    return re.findall(r'"resolved"|\w+://', lock) + no_digest


def test_every_package_is_asked_for_in_one_exact_version():
    assert inexact(PACKAGE) == []


def test_lock_file_names_versions_and_digests_and_no_host():
    assert faults((SOURCES / "package-lock.json").read_text(encoding="utf-8")) == []


def test_control_a_range_an_address_and_a_missing_digest_are_seen():
    versions = {"a": "^1.0.0", "b": "1.x", "c": "latest", "d": "1.0.0"}
    assert inexact({"dependencies": versions, "devDependencies": {}}) == ["a", "b", "c"]
    lock = {"packages": {"": {}, "a": {"resolved": "http://host/a.tgz", "integrity": "x"}, "b": {}}}
    assert faults(json.dumps(lock)) == ['"resolved"', "http://", "b"]


EXPLORERS = [name for name in explorers.__all__ if name != "Explorer"]


@pytest.mark.parametrize("name", EXPLORERS)
def test_every_explorer_draws_with_no_network_and_no_error(name, open_page, tmp_path):
    path = tmp_path / "page.html"
    getattr(explorers, name)().save_html(path)
    page = open_page(width=640)
    requests = []
    page.on("request", lambda request: requests.append(request.url))
    page.goto(path.as_uri())
    page.wait_for_selector(".wb[data-drawn]")
    assert page.locator(".wb-say").inner_text()
    assert [url for url in requests if not url.startswith(("blob:", path.as_uri()))] == []
