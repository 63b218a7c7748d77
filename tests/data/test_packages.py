import subprocess
import sys

import pytest

from workbench.data.packages import need


def test_a_present_module_is_returned():
    assert need("json.decoder").JSONDecoder().decode("[1]") == [1]


def test_a_missing_package_is_named_with_its_install_command():
    with pytest.raises(ImportError, match="pip install no_such_package_here") as caught:
        need("no_such_package_here.data")
    assert caught.value.name == "no_such_package_here"
    assert "\n" not in str(caught.value)


def test_a_broken_package_is_not_reported_as_missing(tmp_path, monkeypatch):
    (tmp_path / "half_there.py").write_text("import another_missing_one\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModuleNotFoundError, match="another_missing_one") as caught:
        need("half_there")
    assert "pip install" not in str(caught.value)


def test_importing_the_room_imports_no_data_package():
    code = (
        "import sys, workbench.data; "
        "print({'statsmodels', 'mlxtend', 'pandas', 'matplotlib'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
