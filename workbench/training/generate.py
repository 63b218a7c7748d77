"""Text from a character language model: it reads what it has written, one character at a time.

Nothing is read twice: the states are carried from step to step. Does not search for a likely text
(beam search does): each character is drawn by itself, or is the likeliest one.
"""

import numpy as np

from ..layers import Network
from ..layers.layer import SEQUENCE, TOKENS
from ..recurrent.inputs import positive_integer, real_number


def generate(model, text, prompt="", length=200, temperature=1.0, seed=0):
    """Return the `length` characters that a model writes after a prompt, as a string without it.

    model: a Network from tokens to the logits of the next one, at each step. text: the
        `workbench.data.Text` whose vocabulary it was trained with, or a part of it.
    prompt: what the model reads first, of characters of the vocabulary; where it is empty, the
        line break after which a line begins, if the vocabulary has one.
    temperature: each character is drawn from softmax(logits / temperature): 1 is what the model
        has learnt, less is bolder about the likely ones, 0 always takes the likeliest.
    seed: of the draws; the same seed gives the same characters.
    Raises ValueError, one line, for a wrong argument.

    Source: Graves 2013, Generating sequences with recurrent neural networks, sections 2 and 5.4.
    """
    length = positive_integer("length", length)
    temperature = real_number("temperature", temperature, least=0)
    random = np.random.default_rng(positive_integer("seed", seed, least=0))
    check_model(model, text)
    run = model.run(read_prompt(text, prompt)[:, None], record="output")
    codes = []
    while True:
        codes.append(draw(run.output[-1, 0], temperature, random))
        if len(codes) == length:
            return text.decode(np.array(codes))
        run = model.run(np.array([codes[-1:]]), run.final, record="output")


def draw(logits, temperature, random):
    """One number 0..classes - 1, drawn from softmax(logits / temperature); logits: (classes,)."""
    if not np.isfinite(logits).all():
        raise ValueError("model: expected finite logits, got one that is not-a-number or infinite")
    if temperature == 0:
        return int(logits.argmax())
    # In float64 and with the largest at 0: a temperature near 0 then gives 0 and 1, not NaN.
    below = logits.astype(np.float64) - logits.max()
    with np.errstate(over="ignore"):
        shares = np.exp(below / temperature)
    return int(random.choice(len(shares), p=shares / shares.sum()))


def check_model(model, text):
    """Refuse what is no character language model of this text's vocabulary."""
    if not isinstance(model, Network):
        raise ValueError(f"model: expected a Network, got {type(model).__name__}")
    if TOKENS not in model.takes or model.gives(TOKENS) != SEQUENCE:
        raise ValueError("model: expected tokens in and logits out at each step, got another form")
    for name, layer in model.layers.items():
        if not layer.stepwise:
            raise ValueError(f"model: expected layers that can run a step at a time, got {name}")
    known = getattr(text, "vocabulary", None)
    if not known:
        raise ValueError(f"text: expected a Text with its vocabulary, got {type(text).__name__}")
    if model.output_size != len(known):
        raise ValueError(
            f"text: expected a vocabulary of {model.output_size} characters, as many as the model "
            f"has logits, got {len(known)}"
        )


def read_prompt(text, prompt):
    """The numbers of a prompt's characters, or of the line break that stands for none."""
    if not isinstance(prompt, str):
        raise ValueError(f"prompt: expected a string, got {type(prompt).__name__}")
    unknown = sorted(set(prompt) - set(text.vocabulary))
    if unknown:
        named = ", ".join(map(repr, unknown))
        raise ValueError(f"prompt: expected only characters of the vocabulary, got {named}")
    if not prompt and "\n" not in text.vocabulary:
        raise ValueError("prompt: expected a character to begin with, got '' and no line break")
    return text.encode(prompt or "\n")
