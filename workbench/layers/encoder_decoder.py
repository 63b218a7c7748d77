"""Encoder and decoder: one network reads a sequence, another writes one from what is left of it."""

import numpy as np

from ..recurrent.inputs import briefly, numeric, positive_integer
from .joined import Joined, joined
from .layer import TOKENS, shared
from .network import Network


class EncoderDecoder:
    """The last states of an encoder are the first states of a decoder.

    Sutskever, Vinyals and Le (2014); Cho et al. (2014). encoder, decoder: Networks with the same
    number of recurrent layers; the k-th of the decoder starts from the k-th of the encoder, so
    their cells have states of the same names and sizes. The decoder gives an output at each step
    and knows nothing of later ones. `parameters`: "encoder.lstm_1.W.i", ...
    Raises ValueError where the two do not fit together.
    """

    def __init__(self, encoder, decoder):
        for name, part in (("encoder", encoder), ("decoder", decoder)):
            if not isinstance(part, Network):
                raise ValueError(f"{name}: expected a Network, got {type(part).__name__}")
        if shared(encoder, decoder):
            raise ValueError("decoder: expected layers of its own, got some of the encoder's")
        if decoder.dtype != encoder.dtype:
            raise ValueError(f"decoder: expected {encoder.dtype}, got {decoder.dtype}")
        if not decoder.stepwise:
            raise ValueError(
                "decoder: expected an output at each step, made of the steps until then, "
                f"got {', '.join(decoder.layers)}"
            )
        self.encoder, self.decoder, self.dtype = encoder, decoder, decoder.dtype
        self._pairs = _paired(encoder, decoder)
        self.parameters = Joined({"encoder": encoder.parameters, "decoder": decoder.parameters})

    def describe(self):
        """Return the constructor's arguments by name."""
        return {"encoder": self.encoder, "decoder": self.decoder}

    def __repr__(self):
        return f"EncoderDecoder\n  encoder: {self.encoder!r}\n  decoder: {self.decoder!r}"

    def run(self, x, given, *, lengths=None, mask=None, given_mask=None, training=False, seed=0):
        """Teacher forcing: the decoder reads the true sequence, one step behind what it writes.

        x: what the encoder reads, with `lengths` or `mask`. given: what the decoder reads, (steps,
            batch) tokens or (steps, batch, units), without batch where x has none; usually a start
            token and the target without its last step. given_mask: (steps, batch), True where real.
        Returns a run with `output` of the decoder, `encoder` and `decoder` runs, `backward`.
        """
        seen = self.encoder.run(x, lengths=lengths, mask=mask, training=training, seed=seed)
        state = self._handed_over(seen)
        given = numeric("given", given)
        self._check_batch("given", given, ("steps",), state)
        said = self.decoder.run(
            given, state=state, mask=given_mask, training=training, seed=seed + 1
        )
        return EncoderDecoderRun(seen, said, self._pairs)

    def generate(self, x, first, steps, *, choose=None, lengths=None, mask=None):
        """Free running: the decoder reads what it wrote itself.

        first: what it reads at the first step, (batch,) tokens or (batch, units). choose: output
        (batch, units) -> what it reads next; None takes the token of the largest output, or,
        where the decoder takes no tokens, the output itself.
        Returns (outputs (steps, batch, units), what was read next at each step).
        """
        steps = positive_integer("steps", steps)
        seen = self.encoder.run(x, lengths=lengths, mask=mask)
        state = self._handed_over(seen)
        choose = self._own_choice() if choose is None else choose
        if not callable(choose):
            raise ValueError(f"choose: expected a function of the output, got {briefly(choose)}")
        given, outputs, chosen = numeric("first", first), [], []
        self._check_batch("first", given, (), state)
        for _ in range(steps):
            said = self.decoder.run(given[None], state=state)
            outputs.append(said.output[0])
            given = numeric("choose", choose(outputs[-1]))
            self._check_batch("choose", given, (), state)
            chosen.append(given)
            state = said.final
        return np.stack(outputs), np.stack(chosen)

    def _handed_over(self, seen):
        return {to: seen.final[of] for of, to in self._pairs.items()}

    def _own_choice(self):
        if TOKENS in self.decoder.takes:
            return largest
        reads, gives = self.decoder.input_size, self.decoder.output_size
        if reads != gives:
            raise ValueError(
                f"choose: expected a function of the {gives} units that the decoder gives to the "
                f"{reads} that it reads, got None"
            )
        return lambda output: output

    def _check_batch(self, argument, array, steps, state):
        """Refuse what the decoder would read if its axes are not those of the encoder's states."""
        rows = next(iter(next(iter(state.values())).values())).shape[:-1]
        units = () if TOKENS in self.decoder.takes else (self.decoder.input_size,)
        wanted = (*steps, *rows, *units)
        if array.ndim != len(wanted) or array.shape[len(steps) :] != (*rows, *units):
            raise ValueError(
                f"{argument}: expected ({', '.join(map(str, wanted))}), got {array.shape}"
            )


class EncoderDecoderRun:
    """One run with teacher forcing: `output`, and the runs `encoder` and `decoder`.

    run["decoder.lstm_1"]: the Trace of that layer.
    """

    def __init__(self, encoder, decoder, pairs):
        self.encoder, self.decoder, self._pairs = encoder, decoder, pairs

    @property
    def output(self):
        return self.decoder.output

    @property
    def mask(self):
        """(steps, batch) bool of the decoder's real steps; None when all are."""
        return self.decoder.mask

    def __getitem__(self, name):
        part, _, layer = name.partition(".")
        if part not in ("encoder", "decoder"):
            raise KeyError(f"{name}: expected encoder.LAYER or decoder.LAYER")
        return (self.encoder if part == "encoder" else self.decoder)[layer]

    def backward(self, d_output, *, truncate=None):
        """Backpropagate through the decoder and, by way of its first states, the encoder.

        d_output: the derivative of the loss by `output`, of its shape. truncate: cut the gradient
        before the steps k, 2k, ... of every recurrent layer; that between the two is never cut.
        """
        late = self.decoder.backward(d_output, truncate=truncate)
        d_final = {of: late.initial[to] for of, to in self._pairs.items()}
        early = self.encoder.backward(d_final=d_final, truncate=truncate)
        return EncoderDecoderGradients(early, late)


class EncoderDecoderGradients:
    """`parameters` of both, "encoder.lstm_1.W.i"; and the gradients `encoder` and `decoder`."""

    def __init__(self, encoder, decoder):
        self.encoder, self.decoder = encoder, decoder
        parts = {"encoder": encoder.parameters, "decoder": decoder.parameters}
        self.parameters = joined(parts)

    @property
    def gradients(self):
        """The Gradients of every trace of both, by name: "encoder.lstm_1"."""
        return joined({"encoder": self.encoder.gradients, "decoder": self.decoder.gradients})


def largest(output):
    """The token with the largest output in each row."""
    return output.argmax(axis=-1)


def _paired(encoder, decoder):
    """{recurrent layer of the encoder: the layer of the decoder that starts where it ends}."""
    ends, starts = encoder.states, decoder.states
    if not ends:
        raise ValueError("encoder: expected at least one recurrent layer, got none")
    if len(ends) != len(starts):
        raise ValueError(
            f"decoder: expected {len(ends)} recurrent layers, as in the encoder, got {len(starts)}"
        )
    for (of, ended), (to, started) in zip(ends.items(), starts.items(), strict=True):
        if ended != started:
            raise ValueError(f"decoder: {to}: expected states {ended}, as in {of}, got {started}")
    return dict(zip(ends, starts, strict=True))
