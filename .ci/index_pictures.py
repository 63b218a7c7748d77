"""Draws the small pictures of the index, from runs and formulas, and puts them into its table.

    python .ci/index_pictures.py

Run it after a change of the table or of a picture. The pictures lie in the notebook itself, since
`workbench lab` copies notebooks and nothing else. They have no background, for light and dark.
"""

import base64
import io
import json
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.figure import Figure

import workbench as wb
from workbench.themes import LIGHT

INDEX = Path(__file__).parents[1] / "notebooks" / "00_index.ipynb"
MIDDLE = "#8a8a8a"
ELMAN, LSTM, GRU = (LIGHT.cells[name] for name in ("elman", "lstm", "gru"))
SERIES = wb.data.sunspots()
X = SERIES.inputs().x

WIDE = "&nbsp;" * 36  # a column of pictures alone would be made as narrow as it can be


def explorers(ax):
    for k, share in enumerate((0.3, 0.75, 0.55)):
        ax.plot([0, 1], [k, k], color=MIDDLE, lw=3)
        ax.plot(share, k, "o", color=(ELMAN, LSTM, GRU)[k], ms=14)
    ax.set_ylim(-0.7, 2.7)


def sequences(ax):
    years = SERIES.values[-46:]
    ax.plot(years, color=MIDDLE, lw=3)
    ax.plot(np.arange(1, 46), years[:-1], color=ELMAN, lw=3, ls=(0, (2, 1)))


def unfolding(ax):
    for k in range(4):
        ax.add_patch(matplotlib.patches.Rectangle((k, 0), 0.5, 1, fc="none", ec=ELMAN, lw=3))
        ax.annotate(
            "", (k + 1, 0.5), (k + 0.5, 0.5), arrowprops={"arrowstyle": "->", "color": MIDDLE}
        )
    ax.set(xlim=(-0.2, 4.2), ylim=(-0.6, 1.6))


def by_hand(ax):
    trace = wb.Recurrent("elman", 1, 8, seed=0).run(X[-14:])
    d_h = np.zeros_like(trace.h)
    d_h[-1] = 1
    norms = np.linalg.norm(trace.bptt(d_h)["h"], axis=-1)
    ax.bar(np.arange(len(norms)), norms, color=ELMAN, width=0.6)


def digits(ax):
    pixels = wb.data.mnist_rows().images[0]
    ink = np.zeros((28, 28, 4)) + matplotlib.colors.to_rgba(MIDDLE)
    ink[:, :, 3] = pixels
    ax.imshow(ink, extent=(0, 28, 28, 0))
    ax.axhline(17, color=LSTM, lw=3)


def vanishing(ax):
    lags = np.arange(40)
    for gain, colour in ((0.8, ELMAN), (1.0, MIDDLE), (1.15, LSTM)):
        ax.plot(lags, lags * np.log(gain), color=colour, lw=3)


def forgetting(ax):
    steps = np.arange(100)
    for bias, colour in ((0, ELMAN), (1, GRU), (5, LSTM)):
        ax.plot(steps, (1 / (1 + np.exp(-bias))) ** steps, color=colour, lw=3)


def conventions(ax):
    for cell, colour in (("gru", GRU), ("gru_reset_after", MIDDLE)):
        ax.plot(wb.Recurrent(cell, 1, 8, seed=0).run(X[-60:]).h[:, 0], color=colour, lw=3)


def padding(ax):
    lengths = np.array([7, 12, 4, 9])
    real = np.arange(12) < lengths[:, None]
    for row, step in np.argwhere(real):
        ax.add_patch(matplotlib.patches.Rectangle((step, -row), 0.8, 0.7, fc=GRU))
    for row, step in np.argwhere(~real):
        ax.add_patch(matplotlib.patches.Rectangle((step, -row), 0.8, 0.7, fc="none", ec=MIDDLE))
    ax.set(xlim=(-0.2, 12), ylim=(-3.2, 0.9))


def reservoir(ax):
    h = wb.Recurrent("elman", 1, 24, seed=0, start={"U": "orthogonal"}).run(X[-60:]).h
    ax.imshow(h.T, cmap="RdBu", aspect="auto", vmin=-1, vmax=1)


def overfitting(ax):
    words = wb.data.japanese_vowels()
    few = words.train[0][::7], words.train[1][::7]
    model = wb.Network(wb.Recurrent("lstm", 12, 32, seed=0), wb.Last(), wb.Dense(32, 9))
    told = {"optimizer": wb.Adam(1e-2), "epochs": 60, "progress": False}
    history = wb.fit(model, few, validation=words.test, **told)
    ax.plot(history["loss"], color=MIDDLE, lw=3)
    ax.plot(history["validation_loss"], color=LSTM, lw=3)


def language(ax):
    text = wb.data.english_prose().characters.lower()
    counts = np.sort([text.count(letter) for letter in "abcdefghijklmnopqrstuvwxyz"])[::-1]
    ax.bar(np.arange(26), counts, color=LSTM, width=0.7)


PICTURES = {
    "explorers": explorers, "01": sequences, "02": unfolding, "03": by_hand, "04": digits,
    "05": vanishing, "06": forgetting, "07": conventions, "08": padding, "09": reservoir,
    "10": overfitting, "11": language,
}  # fmt: skip


def drawn(draw):
    """A picture as PNG, 168 x 84 pixels, without axes or background."""
    figure = Figure(figsize=(3.36, 1.68), dpi=50)
    ax = figure.add_axes((0.03, 0.06, 0.94, 0.88))
    draw(ax)
    ax.axis("off")
    file = io.BytesIO()
    figure.savefig(file, format="png", transparent=True)
    return base64.b64encode(file.getvalue()).decode()


def main():
    notebook = json.loads(INDEX.read_text(encoding="utf-8"))
    (cell,) = [cell for cell in notebook["cells"] if cell["id"] == "chapter-table"]
    rows = []
    for line in cell["source"]:
        if line.startswith("| ") and "| chapter |" in line:
            line = f"| {WIDE} {line[line.index('| chapter |') :]}"
        for name in PICTURES:
            if f"({name}" in line:
                told = line[line.index("| [") :]
                line = f"| ![](attachment:{name}.png) {told}"
        rows.append(line)
    cell["source"] = rows
    cell["attachments"] = {f"{n}.png": {"image/png": drawn(draw)} for n, draw in PICTURES.items()}
    text = json.dumps(notebook, indent=1, ensure_ascii=False)
    INDEX.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
