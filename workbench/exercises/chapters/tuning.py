"""Chapter 10, its second half: when is one setting better than another?

Bouthillier et al. (2021), Accounting for variance in machine learning benchmarks.
"""

import numpy as np

from ..exercise import CASES, Exercise, Result, wrong
from .draw import Draw

SEEDS = "The same seed means the same start and the same order: compare seed by seed."


def tied(losses):
    """Which settings the seeds cannot tell from the best.

    losses: (settings, seeds), validation losses, with the same seeds for every setting. The best
    setting is the one with the smallest mean.
    Return behind, error, level. behind: (settings,), the mean over the seeds of how much more each
    setting loses than the best, seed by seed. error: (settings,), the standard error of that mean.
    level: the settings that are behind by at most two standard errors, from small to large.
    """
    best = losses.mean(axis=1).argmin()
    more = losses - losses[best]
    behind = more.mean(axis=1)
    error = more.std(axis=1, ddof=1) / np.sqrt(losses.shape[1])
    return behind, error, np.flatnonzero(behind <= 2 * error)


def _tied_case(seed):
    draw, kind = Draw(seed), seed % CASES
    settings, seeds = draw.hidden + 3, 4 if kind == 0 else draw.time + 1
    # Seeds with luck of their own, and settings from level with the best to far behind.
    luck = draw.normal(seeds, scale=0.2)
    own = draw.normal(settings, seeds)
    own -= own.mean(axis=1, keepdims=True)
    own *= 0.1 / own.std(axis=1, ddof=1, keepdims=True)
    best, *others = draw.rng.permutation(settings)
    own[best] *= 0.2
    distances = np.array([1.5, 2.5, 4.5, 0.5, 7.0, 3.0])[: settings - 1] * 0.1 / np.sqrt(seeds)
    means = np.zeros(settings)
    means[others] = distances
    losses = 1.0 + luck + own + means[:, None]
    # A lucky run of a poor setting: the smallest number of all, not the smallest mean.
    losses[others[2], -1] -= 0.6
    losses[others[2], :-1] += 0.9 / (seeds - 1)
    return {"losses": losses}


TIED = Exercise(
    name="tuning.level",
    chapter=10,
    title="A winner, or luck?",
    task="Several settings were trained from several seeds. Find the best on average, how far the "
    "others are behind it seed by seed, how sure that is, and which are as good for all one knows.",
    returns=(
        Result("behind", ("setting",), "behind_k = mean over seeds of (L_ks - L_best,s)"),
        Result("error", ("setting",), "error_k = standard deviation of the same / sqrt(seeds)"),
        Result("level", ("place",), "all k with behind_k <= 2 error_k", whole=True),
    ),
    solution=tied,
    case=_tied_case,
    misconceptions=(
        wrong(
            tied,
            {"losses.mean(axis=1).argmin()": "losses.min(axis=1).argmin()"},
            "the setting with the single best run was taken for the best. One run may be luck; the "
            "mean over the seeds is asked for.",
            SEEDS,
        ),
        wrong(
            tied,
            {"argmin": "argmax"},
            "the largest loss was taken for the best.",
            "These are losses: small is good.",
        ),
        wrong(
            tied,
            {" / np.sqrt(losses.shape[1])": ""},
            "this is how far single runs scatter. The mean of n runs is surer than one of them, "
            "by the root of n.",
            "The standard error of a mean is the deviation by the root of the count.",
        ),
        wrong(
            tied,
            {"ddof=1": "ddof=0"},
            "the deviation was divided by n. With few runs and a mean taken from them that is too "
            "small: n - 1, `ddof=1`.",
            "`np.std` divides by n unless it is told otherwise.",
        ),
        wrong(
            tied,
            {
                "more.std(axis=1, ddof=1)": "np.sqrt(losses.var(axis=1, ddof=1) "
                "+ losses[best].var(ddof=1))"
            },
            "the two were held to be independent. They ran from the same seeds: take the "
            "deviation of the differences, seed by seed.",
            SEEDS,
        ),
        wrong(
            tied,
            {"behind <= 2 * error": "behind <= 0"},
            "only the winner is left. A distance within two standard errors is as good as none.",
            SEEDS,
        ),
        wrong(
            tied,
            {"losses - losses[best]": "losses - losses.min(axis=0)"},
            "each seed was compared with the winner of that seed. No setting is all of them.",
            SEEDS,
        ),
    ),
    hints=(
        "The best: `losses.mean(axis=1).argmin()`. It is one row, the same for every seed.",
        "`more = losses - losses[best]` has one difference for each setting and seed.",
        "The standard error: `more.std(axis=1, ddof=1)` by the root of the number of seeds.",
        "`np.flatnonzero` gives the numbers of the places where something is true.",
    ),
)

EXERCISES = (TIED,)
