"""Networks with every layer, for the laws that hold for all of them."""

import numpy as np

import workbench as wb

UNITS = 3


def cell(name="lstm", inputs=UNITS, hidden=4, seed=0):
    return wb.Recurrent(name, inputs, hidden, seed=seed)


def sequences():
    """name -> () -> Network that reads sequences of UNITS units, and no chance."""
    made = {
        "recurrent": lambda: wb.Network(cell("gru")),
        "dense on every step": lambda: wb.Network(cell(), wb.Dense(4, 2, "tanh")),
        "dense first": lambda: wb.Network(wb.Dense(UNITS, 3, "sigmoid"), cell()),
        "stack": lambda: wb.Network(cell(), cell("elman", 4, 5, 1), cell("gru", 5, 3, 2)),
        "layer norm": lambda: wb.Network(cell(), wb.LayerNorm(4), wb.Dense(4, 2)),
        "last": lambda: wb.Network(cell(), wb.Last(), wb.Dense(4, 2)),
        "mean over time": lambda: wb.Network(cell("elman"), wb.MeanOverTime(), wb.Dense(4, 2)),
        "repeat": lambda: wb.Network(cell(), wb.Last(), wb.Repeat(3), cell("gru", 4, 2, 1)),
        "repeat first": lambda: wb.Network(
            cell(), wb.Last(), wb.Repeat(3, first_only=True), cell("gru", 4, 2, 1)
        ),
        "nested": lambda: wb.Network(wb.Network(cell(), wb.Dense(4, 3)), cell("gru", 3, 2, 1)),
        "last of both directions": lambda: wb.Network(
            wb.Bidirectional(cell()), wb.Dropout(0.5), wb.Last(), wb.Dense(8, 2)
        ),
        "clockwork": lambda: wb.Network(
            wb.Hierarchical(cell(), cell("gru", 4, 2, 1), every=2), wb.Dense(6, 2)
        ),
        "chunked": lambda: wb.Network(
            wb.Hierarchical(cell(), cell("gru", 4, 2, 1), every=2, style="chunked"), wb.Last()
        ),
        "reservoir": lambda: wb.Network(wb.Reservoir(UNITS, 12, density=0.5), wb.Dense(12, 2)),
        "jordan": lambda: wb.Network(
            wb.Recurrent("jordan", UNITS, 4, sizes={"y": 2}), wb.Dense(2, 2)
        ),
    }
    for merge in ("concat", "sum", "mean", "product"):
        for ends in (False, True):
            name = f"both directions, {merge}{', ends' if ends else ''}"
            made[name] = lambda merge=merge, ends=ends: wb.Network(
                cell("gru"), wb.Bidirectional(cell("lstm", 4, 3, 1), merge=merge, ends=ends)
            )
    return made


def stirred(model, seed=0):
    """The network with all trained parameters random, so that none stands at a special value."""
    generator = np.random.default_rng(seed)
    for name, array in model.parameters.items():
        if not name.startswith("reservoir"):
            array += 0.3 * generator.standard_normal(array.shape)
    return model


def masks(time=6):
    """name -> (time, 3) bool."""
    lengths = np.array([time, 4, 1])
    post = np.arange(time)[:, None] < lengths
    holes = post.copy()
    holes[[0, 2, 3], [0, 0, 1]] = False
    return {"post": post, "pre": post[::-1], "holes": holes}
