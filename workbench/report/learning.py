"""What the network of a report learns: to say the next change of the series, from its past alone.

The first part of the series is the past, the rest is kept: the network never sees it before it is
asked to forecast it. Of the past, the last quarter only says when to stop. An output of 0 says
that nothing changes; so the network starts near the forecast that a learner should try to beat,
persistence.

The recipe (rate, decay, patience, when changes are read) was chosen with the test errors of
sunspots and CO2 in sight: for these two a page is a little kinder to its network than for yours.
"""

from typing import NamedTuple

import numpy as np

from ..data.windows import stretches
from ..layers import Dense, Network
from ..recurrent import Recurrent
from ..training import AdamW, EarlyStopping, History, fit
from .source import Source

SHORTEST = 40
"""Steps under which there is too little to learn from and to test on."""
WINDOW = 60  # steps of a training window at most
WINDOWS = 2000  # at most; a longer series is cut at every second, third, ... step
HELD = 0.25
"""The share of the past, its end, on which training is seen to get better or worse."""
PATIENCE = 100  # updates without getting better
BATCH, UPDATES, LEAST = 32, 600, 60
WORK = 1.5e11  # multiplications of a whole training: some twenty seconds on two cores


class Learnt(NamedTuple):
    """A trained network and its forecasts of the `truth` (steps,) that it was not trained on.

    `net` is the recurrent layer of `model`. `first`: the step of the series that is forecast first.
    `forecast`, `persistence`: (steps,), in the unit of the series. `rms`: of both errors.
    """

    model: Network
    net: Recurrent
    history: History
    first: int
    truth: np.ndarray
    forecast: np.ndarray
    persistence: np.ndarray

    @property
    def rms(self) -> tuple[float, float]:
        """Root mean square errors of the network and of persistence."""
        return tuple(
            float(np.sqrt(np.mean((each - self.truth) ** 2)))
            for each in (self.forecast, self.persistence)
        )


def learn(source: Source, cell: str, hidden_size: int, seed: int) -> Learnt | None:
    """Train the cell on the first part of the series; None where the series is too short."""
    values, cut = source.series.values, source.past
    if len(values) < SHORTEST:
        return None
    changes = np.diff(values)
    spread = float(changes[: cut - 1].std()) or 1.0
    x, y = source.x[:-1], (changes / spread)[:, None]
    net = Recurrent(cell, 1, hidden_size, seed=seed)
    model = Network(net, Dense(net.output_size, 1, seed=seed))
    held = int((1 - HELD) * (cut - 1))
    windows, later = _windows(x[:held], y[:held]), _windows(x[held : cut - 1], y[held : cut - 1])
    each = -(-len(windows[0]) // BATCH)
    history = fit(
        model, windows, validation=later, loss="mean_squared", optimizer=AdamW(3e-3),
        epochs=max(1, _updates(net, windows[0]) // each), batch_size=BATCH, clip_norm=1.0,
        early_stopping=EarlyStopping(max(2, PATIENCE // each)), seed=seed,
    )  # fmt: skip
    said = model.run(x).output[cut - 1 :, 0] * spread
    before = values[cut - 1 : -1]
    return Learnt(model, net, history, cut, values[cut:], before + said, before)


def _windows(x, y):
    """Stretches of a part of the past, (windows, time, 1) each, with a target at every step."""
    length = min(WINDOW, len(x) // 2)
    return stretches(x, y, length, every=-(-(len(x) - length + 1) // WINDOWS))


def _updates(net, windows):
    """How many updates are about twenty seconds of work, by the size of the network alone."""
    step = net.cell.multiply_count(1, net.hidden_size, net.sizes)
    update = 3 * BATCH * windows.shape[1] * step  # forward once, backward twice
    return int(np.clip(WORK / update, LEAST, UPDATES))
