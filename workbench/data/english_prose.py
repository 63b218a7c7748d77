"""English prose that comes with every Python: its own language reference. Loads; does not cut."""

from __future__ import annotations

import re
from textwrap import dedent

from workbench.data.packages import need
from workbench.data.text import Text

# Prose begins with a capital letter, ends with a full stop and keeps to the left margin; what
# does not is a heading, a table, a list or an example of code.
_PROSE = re.compile(r"[A-Z][^\n]*(\n[^\s|+*][^\n]*)*\.")


def english_prose() -> Text:
    """The paragraphs of Python's language reference, one a line, each once.

    About 180,000 characters, more or less with the version of Python. The reference repeats whole
    paragraphs under several topics; repeated ones are left out here, or a split would test on what
    was trained. Needs nothing that is not there already.

    Source: Python documentation, Python Software Foundation, shipped as `pydoc_data.topics`.
    """
    topics = need("pydoc_data.topics").topics
    paragraphs = [
        " ".join(paragraph.split())
        for topic in sorted(topics)
        for paragraph in map(dedent, re.split(r"\n\s*\n", topics[topic]))
        if _PROSE.fullmatch(paragraph.strip("\n"))
    ]
    return Text(
        name="English prose",
        characters="\n".join(dict.fromkeys(paragraphs)),
        source="Python documentation, Python Software Foundation",
    )
