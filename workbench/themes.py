"""The colours of both themes, and which of them and which title a cell has, in pictures and pages.

Draws nothing, so that a page can be coloured where matplotlib has not been loaded.
"""

from __future__ import annotations

from dataclasses import dataclass, field

TITLES = {
    title.lower(): title
    for title in ("Elman", "Jordan", "LSTM", "GRU", "MGU", "IndRNN", "minGRU", "minLSTM", "sLSTM")
}


@dataclass(frozen=True)
class Theme:
    """Colours as `#rrggbb`. `cells` are for lines and areas, `words` the same hues for text,
    dark or light enough to be read; `lines` are for the named lines of a cell's equations, in
    their order."""

    name: str
    paper: str
    ink: str
    soft: str
    hair: str
    band: str
    back: str
    cells: dict[str, str] = field(hash=False)
    words: dict[str, str] = field(hash=False)
    lines: tuple[str, ...]

    def line(self, order: int) -> str:
        return self.lines[order % len(self.lines)]

    def properties(self) -> dict[str, str]:
        """CSS variable -> colour, every one that a page may set."""
        plain = {"bg": self.paper} | {
            name: getattr(self, name) for name in ("ink", "soft", "hair", "band", "back")
        }
        words = {f"{name}-text": colour for name, colour in self.words.items()}
        lines = {f"line-{k + 1}": colour for k, colour in enumerate(self.lines)}
        found = plain | self.cells | words | lines
        return {f"--{name}": colour.lower() for name, colour in found.items()}

    def variables(self) -> dict[str, str]:
        """Colour -> the CSS variable that a page may set in its place."""
        # First come, first named: where a cell's word has the cell's own colour, it is that colour.
        found: dict[str, str] = {}
        for name, colour in self.properties().items():
            found.setdefault(colour, name)
        return found


LIGHT = Theme(
    name="light",
    paper="#ffffff",
    ink="#1b1b1b",
    soft="#6a6a6a",
    hair="#d8d8d8",
    band="#f4f4f4",
    back="#d55e00",
    cells={
        "elman": "#e69f00",
        "lstm": "#0072b2",
        "gru": "#009e73",
        "own": "#cc79a7",
        "reference": "#555555",
    },
    words={
        "elman": "#986300",
        "lstm": "#0072b2",
        "gru": "#007f5b",
        "own": "#a94c83",
        "reference": "#555555",
    },
    lines=(
        "#6f4bb8",
        "#00757c",
        "#b0346e",
        "#6a6b00",
        "#8a4b16",
        "#46617e",
        "#7d2a7d",
        "#3b6e1f",
    ),
)

DARK = Theme(
    name="dark",
    paper="#141414",
    ink="#ececec",
    soft="#a2a2a2",
    hair="#3a3a3a",
    band="#1f1f1f",
    back="#ff8a3d",
    cells={
        "elman": "#f0ab2e",
        "lstm": "#5ab4ef",
        "gru": "#3fc79a",
        "own": "#e39cc4",
        "reference": "#b0b0b0",
    },
    words={
        "elman": "#f0ab2e",
        "lstm": "#5ab4ef",
        "gru": "#3fc79a",
        "own": "#e39cc4",
        "reference": "#b0b0b0",
    },
    lines=(
        "#b49cf0",
        "#4cc3ca",
        "#f08ab4",
        "#c0c13c",
        "#d9975c",
        "#9db8d6",
        "#d98ad9",
        "#8fc46d",
    ),
)

THEMES = {theme.name: theme for theme in (LIGHT, DARK)}


def find_theme(name: str) -> Theme:
    if name not in THEMES:
        raise ValueError(f"theme: expected light or dark, got {name!r}")
    return THEMES[name]


def cell_key(label: str) -> str:
    """The entry of `Theme.cells` for a cell's name or a curve's label; "own" where none is meant.

    A label may say more after the name: "LSTM, forget bias 5" is an LSTM. Variants such as
    `gru_reset_after` keep the colour of their family.
    """
    words = label.lower().replace("_", " ").replace(",", " ").replace("-", " ").split()
    for known in ("elman", "lstm", "gru", "reference"):
        if words and words[0] == known:
            return known
    return "reference" if words and words[0] in ("truth", "measured") else "own"


def cell_title(name: str) -> str:
    """A cell's name as it is written in a sentence: LSTM, Elman, my cell."""
    first, *rest = name.replace("_", " ").split() or [""]
    return " ".join([TITLES.get(first.lower(), first), *rest])
