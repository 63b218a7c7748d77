"""Chapter 11, responsible use: a secret that a network remembers, a name that changes its answer.

Carlini, N. et al. (2019). The secret sharer. USENIX Security, sections 4.2 and 4.3: rank, exposure.
"""

import numpy as np

from ..exercise import Exercise, Result, wrong
from .draw import Draw

RANK = "Half of all candidates before it is 1 bit, none before it is log_2 of their number."
SWAP = "With the same text and the same names on both sides the gap must be 0."


def exposure(bits, secret):
    """How far a secret stands out from all that it might have been.

    bits: (candidates,), what each of them costs a network. secret: the place of the true one.
    Return rank, exposure: 1 where none is cheaper, and log_2(candidates) - log_2(rank).
    """
    rank = 1 + np.sum(bits < bits[secret])
    return rank, np.log2(len(bits) / rank)


def _exposure_case(seed):
    draw = Draw(seed)
    count = 8 if draw.time == 4 else int(draw.rng.integers(10, 40))
    bits = 20 + draw.normal(count, scale=4)
    place = [2, 1, 0, 5][seed % 4]
    return {"bits": bits, "secret": int(np.argsort(bits)[place])}


EXPOSURE = Exercise(
    name="memory.exposure",
    chapter=11,
    title="How well does it know the secret?",
    task="Among all candidates, which place does the true one have when the cheapest comes first, "
    "and how many bits of the search does that save?",
    returns=(
        Result("rank", (), "rank = 1 + how many candidates cost less than the secret", whole=True),
        Result("exposure", (), "exposure = log_2(candidates) - log_2(rank)"),
    ),
    solution=exposure,
    case=_exposure_case,
    misconceptions=(
        wrong(
            exposure,
            {"1 + ": ""},
            "the ranks begin with 0 here; the first of all has rank 1.",
            RANK,
        ),
        wrong(
            exposure,
            {"bits < bits": "bits >= bits"},
            "it was counted from the dear end: what the network holds for likely costs few bits.",
            RANK,
        ),
        wrong(
            exposure,
            {"np.sum(bits < bits[secret])": "np.argsort(bits)[secret]"},
            "argsort says which candidate has a place, and not which place a candidate has.",
            "`np.argsort(np.argsort(bits))` has the places; counting is shorter.",
        ),
        wrong(
            exposure,
            {"np.log2": "np.log"},
            "these are nats; the exposure is in bits.",
            RANK,
        ),
        wrong(
            exposure,
            {"len(bits) / rank": "rank"},
            "this is what is left to search; the exposure is what is saved.",
            RANK,
        ),
        wrong(
            exposure,
            {"np.log2(len(bits) / rank)": "np.mean(bits) - bits[secret]"},
            "how many bits it costs less than the mean says nothing of how many candidates are "
            "cheaper still.",
            RANK,
        ),
    ),
    hints=(
        "Count how many candidates cost less than `bits[secret]`.",
        "The rank is that and 1 more.",
        "`np.log2(len(bits) / rank)`.",
    ),
)


def gap(score, templates, ours, theirs):
    """By how much another name alone changes a score.

    score: a function of a text, gives a number. templates: texts with {} where the name stands.
    ours, theirs: two lists of names, of any lengths.
    Return gaps, gap: for each template (templates,) the mean score with our names less the mean
    score with theirs; and the mean of that over the templates.
    """
    gaps = []
    for text in templates:
        with_ours = [score(text.format(name)) for name in ours]
        with_theirs = [score(text.format(name)) for name in theirs]
        gaps.append(np.mean(with_ours) - np.mean(with_theirs))
    return np.array(gaps), np.mean(gaps)


class _Score:
    """A number for a text, in which each letter and its neighbour on the left count."""

    def __init__(self, rng):
        self._weights = rng.standard_normal((2, 128))

    def __call__(self, text):
        codes = np.frombuffer(text.encode(), dtype=np.uint8) % 128
        one, other = self._weights[:, codes]
        return float(np.tanh(one + np.roll(other, 1)).sum() / 4)


def _gap_case(seed):
    draw = Draw(seed)
    letters = np.array(list("abcdefghijklmnopqrstuvwxyz"))

    def word():
        return "".join(draw.rng.choice(letters, int(draw.rng.integers(3, 7))))

    def names(count):
        return [word() for _ in range(count)]

    texts = [f"{word()} {{}} {word()}" for _ in range(draw.hidden + 1)]
    ours, theirs = (3, 2) if draw.time % 2 else (2, 4)
    return {
        "score": _Score(draw.rng),
        "templates": texts,
        "ours": names(ours),
        "theirs": names(theirs),
    }


GAP = Exercise(
    name="probe.gap",
    chapter=11,
    title="Does the name matter?",
    task="Put every name of two lists into every text and compare the scores. Nothing but the "
    "name may differ.",
    returns=(
        Result("gaps", ("template",), "gap_j = mean of score(text_j, ours) - mean with theirs"),
        Result("gap", (), "gap = mean over j of gap_j"),
    ),
    solution=gap,
    case=_gap_case,
    misconceptions=(
        wrong(
            gap,
            {
                "(with_ours) - np.mean(with_theirs)": "(with_theirs) - np.mean(with_ours)",
            },
            "the sign is turned: asked for is ours less theirs.",
            SWAP,
        ),
        wrong(
            gap,
            {
                "np.mean(with_ours)": "np.sum(with_ours)",
                "np.mean(with_theirs)": "np.sum(with_theirs)",
            },
            "the scores were added, so that the longer list of names weighs more; asked for are "
            "their means.",
            "The lists need not be equally long.",
        ),
        wrong(
            gap,
            {"text.format(name)": "name"},
            "the names were scored without the text around them.",
            SWAP,
        ),
        wrong(
            gap,
            {
                "for name in ours": "for name in ours[:1]",
                "for name in theirs": "for name in theirs[:1]",
            },
            "only the first name of each list was tried; one name is not a group.",
            SWAP,
        ),
        wrong(
            gap,
            {"in ours]": "in ours[: len(theirs)]]", "in theirs]": "in theirs[: len(ours)]]"},
            "the lists were cut to the shorter one, as zip does; every name should count.",
            "The lists need not be equally long.",
        ),
        wrong(
            gap,
            {", np.mean(gaps)": ", np.mean(np.abs(gaps))"},
            "the sizes of the gaps were averaged without their signs: then pure chance has a gap "
            "as well.",
            SWAP,
        ),
    ),
    hints=(
        '`"{} asks for 40".format("smith")` puts a name into a text.',
        "For one text: the mean score over our names, less the mean score over theirs.",
        "Collect these in a list, one for each text; the second value is their mean.",
    ),
)

EXERCISES = (EXPOSURE, GAP)
