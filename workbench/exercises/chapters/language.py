"""Chapter 11, writing: what a forecast of text is worth, and one letter drawn from it.

Shannon, C. E. (1948). A mathematical theory of communication. Bell System Technical Journal 27.
"""

import numpy as np

from ..exercise import Exercise, Result, wrong
from .draw import Draw

BITS = '`history["bits_per_character"]` of a training has the same number.'
WRITES = "`wb.generate` takes it as `temperature`."
DRAWS = "`np.cumsum(p)` has the upper end of each class's share of the line from 0 to 1."


def perplexity(log_p):
    """What a network's forecasts of a text are worth.

    log_p: (steps,), at each step the natural logarithm of the probability of what came.
    Return bits, perplexity: the bits per character, and among how many equally likely
    characters it would be as hard to guess.
    """
    bits = -np.mean(log_p) / np.log(2)
    return bits, 2**bits


def _perplexity_case(seed):
    draw = Draw(seed)
    return {"log_p": np.log(draw.rng.uniform(0.05, 0.95, draw.time))}


PERPLEXITY = Exercise(
    name="language.perplexity",
    chapter=11,
    title="How hard is the next character to guess?",
    task="Turn the logarithms of the probabilities into bits per character, and these into a "
    "number of characters among which one would have to guess.",
    returns=(
        Result("bits", (), "bits = -mean over t of log_2 p_t"),
        Result("perplexity", (), "perplexity = 2^bits"),
    ),
    solution=perplexity,
    case=_perplexity_case,
    misconceptions=(
        wrong(
            perplexity,
            {" / np.log(2)": ""},
            "these are nats, natural logarithms; a bit is a logarithm to the base of 2.",
            BITS,
        ),
        wrong(
            perplexity,
            {"/ np.log(2)": "* np.log(2)"},
            "it was multiplied by log 2; a nat has more than one bit, so there it is a division.",
            BITS,
        ),
        wrong(
            perplexity,
            {"-np.mean": "-np.sum"},
            "the steps were added; asked for is the mean of one step, or a longer text would be "
            "harder.",
            BITS,
        ),
        wrong(
            perplexity,
            {"-np.mean": "np.mean"},
            "the minus is missing: the logarithm of a probability is negative, a cost is not.",
            BITS,
        ),
        wrong(
            perplexity,
            {"2**bits": "np.exp(bits)"},
            "the perplexity was taken to the base of e from a number of bits; both bases must "
            "agree.",
            "A coin that is thrown costs 1 bit and has a perplexity of 2.",
        ),
        wrong(
            perplexity,
            {"2**bits": "np.mean(np.exp(-log_p))"},
            "the perplexity was taken step by step and then averaged; the mean stands in the "
            "exponent, over the logarithms.",
            "It is the geometric mean of 1 / p_t, not the arithmetic one.",
        ),
        wrong(
            perplexity,
            {"-np.mean(log_p) / np.log(2)": "-np.log2(np.mean(np.exp(log_p)))"},
            "the probabilities were averaged and the logarithm taken of that; each step costs by "
            "itself, and one that was held for impossible must cost without end.",
            BITS,
        ),
    ),
    hints=(
        "The mean of the logarithms first, with its sign turned.",
        "log_2 p = log p / log 2: divide the mean by `np.log(2)`.",
        "The perplexity is 2 to the power of the bits.",
    ),
)


def temperature(logits, T):
    """The probabilities from which the next character is drawn.

    logits: (classes,), any size. T: the temperature, above 0.
    Return (classes,).
    """
    scaled = logits / T
    e = np.exp(scaled - scaled.max())
    return e / e.sum()


def _temperature_case(seed):
    draw = Draw(seed)
    scale = [1.0, 2.0, 600.0][seed % 3]
    logits = draw.normal(draw.hidden + draw.time, scale=scale)
    return {"logits": logits, "T": [0.5, 1.5, 0.3, 0.8][seed % 4]}


TEMPERATURE = Exercise(
    name="sampling.temperature",
    chapter=11,
    title="Bold or timid",
    task="Divide the logits by a temperature and take the softmax. Some cases have logits that "
    "exp cannot take.",
    returns=(Result("p", ("class",), "p_k = exp(y_k / T) / sum over classes j of exp(y_j / T)"),),
    solution=temperature,
    case=_temperature_case,
    misconceptions=(
        wrong(
            temperature,
            {"logits / T": "logits * T"},
            "the logits were multiplied by the temperature: a hot network would be the surer one.",
            WRITES,
        ),
        wrong(
            temperature,
            {"logits / T": "logits"},
            "the temperature does not occur.",
            WRITES,
        ),
        wrong(
            temperature,
            {"logits / T": "logits", "e / e.sum()": "e / e.sum() / T"},
            "the probabilities were divided by the temperature; they no longer add up to 1.",
            "`p.sum()` must be 1 at every temperature.",
        ),
        wrong(
            temperature,
            {
                "scaled = logits / T": "p = np.exp(logits - logits.max())\n"
                "    scaled = p / p.sum() / T"
            },
            "the softmax was taken twice: it was the probabilities that were divided by the "
            "temperature, and not the logits.",
            "At a temperature of 1 it must be the softmax of the logits.",
        ),
        wrong(
            temperature,
            {"scaled - scaled.max()": "scaled"},
            "exp of a large number is infinite, and infinite by infinite is not a number. Take "
            "the largest away first: the result is the same.",
            "`np.exp(710.0)` is infinite already.",
        ),
        wrong(
            temperature,
            {"e / e.sum()": "e"},
            "it was not divided by the sum.",
            "`p.sum()` must be 1 at every temperature.",
        ),
    ),
    hints=(
        "It is the softmax of chapter 4, of `logits / T`.",
        "The same number may be taken from all of them: take the largest, after the division.",
        "`np.exp(scaled - scaled.max())`, then divide by its sum.",
    ),
)


def pick(p, u):
    """The classes that given random numbers draw.

    p: (classes,), probabilities. u: (draws,), each 0 or more and below 1, drawn evenly.
    Return (draws,), whole numbers: for each u the first class at which the probabilities,
    added up from class 0 to it, come to more than u.
    """
    return np.searchsorted(np.cumsum(p), u, side="right")


def _pick_case(seed):
    draw = Draw(seed)
    p = draw.rng.permutation(np.arange(1.0, draw.hidden + 4)) ** 2
    u = draw.rng.uniform(0, 0.999, 12)
    if seed % 2 == 0:  # a class that must never be drawn, and the number that would draw it
        p[0] = 0
        u[seed % 12] = 0
    return {"p": p / p.sum(), "u": u}


PICK = Exercise(
    name="sampling.pick",
    chapter=11,
    title="One letter, please",
    task="Lay the classes side by side on the line from 0 to 1, each as long as it is likely, and "
    "see in which one each random number lies.",
    returns=(Result("k", ("draw",), "k = the first class with p_0 + ... + p_k > u", whole=True),),
    solution=pick,
    case=_pick_case,
    misconceptions=(
        wrong(
            pick,
            {'np.searchsorted(np.cumsum(p), u, side="right")': "np.full(len(u), p.argmax())"},
            "the likeliest class was taken every time: nothing was drawn.",
            "That is what a temperature of 0 stands for in `wb.generate`.",
        ),
        wrong(
            pick,
            {', side="right"': ""},
            "where u lies exactly on a border the class before it was taken, and at u = 0 a class "
            "of probability 0 can be drawn.",
            DRAWS,
        ),
        wrong(
            pick,
            {'np.searchsorted(np.cumsum(p), u, side="right")': "(u * len(p)).astype(int)"},
            "every class was made as long as the others; the probabilities do not occur.",
            DRAWS,
        ),
        wrong(
            pick,
            {"np.cumsum(p)": "np.cumsum(np.sort(p)[::-1])"},
            "the probabilities were sorted, and the numbers that came out are ranks, no longer "
            "those of the classes.",
            DRAWS,
        ),
        wrong(
            pick,
            {"np.cumsum(p)": "np.cumsum(p[::-1])"},
            "it was added up from the last class to the first.",
            DRAWS,
        ),
        wrong(
            pick,
            {'np.searchsorted(np.cumsum(p), u, side="right")': "(p > u[:, None]).argmax(axis=1)"},
            "u was compared with each probability by itself; they have to be added up first.",
            DRAWS,
        ),
        wrong(
            pick,
            {'side="right")': 'side="right") - 1'},
            "it is one class too low: there are as many borders at or below u as there are classes "
            "before it.",
            DRAWS,
        ),
    ),
    hints=(
        "`np.cumsum(p)`: where each class ends on the line from 0 to 1.",
        "How many ends are at or below u? So many classes lie wholly before it.",
        '`np.searchsorted(ends, u, side="right")` counts them.',
    ),
)

EXERCISES = (PERPLEXITY, TEMPERATURE, PICK)
