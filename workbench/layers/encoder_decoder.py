"""Encoder and decoder: one network reads a sequence, the other writes one from what it remembers."""

import numpy as np

from ..recurrent.inputs import positive_integer
from .joined import Joined, joined
from .network import Network


class EncoderDecoder:
    """The last states of an encoder are the first states of a decoder.

    Sutskever, Vinyals and Le (2014); Cho et al. (2014). encoder, decoder: Networks with the same
    number of recurrent layers; the k-th of the decoder starts from the k-th of the encoder, so
    their cells have states of the same names and sizes. `parameters`: "encoder.lstm_1.W.i", ...
    Raises ValueError where states do not fit.
    """

    def __init__(self, encoder, decoder):
        for name, part in (("encoder", encoder), ("decoder", decoder)):
            if not isinstance(part, Network):
                raise ValueError(f"{name}: expected a Network, got {type(part).__name__}")
        self.encoder, self.decoder = encoder, decoder
        self._pairs = _paired(encoder, decoder)
        self.parameters = Joined({"encoder": encoder.parameters, "decoder": decoder.parameters})
        self.dtype = decoder.dtype

    def __repr__(self):
        return f"EncoderDecoder\n  encoder: {self.encoder!r}\n  decoder: {self.decoder!r}"

    def run(self, x, given, *, lengths=None, mask=None, given_mask=None, training=False, seed=0):
        """Teacher forcing: the decoder reads the true sequence, one step behind what it writes.

        x: what the encoder reads, with `lengths` or `mask`. given: what the decoder reads, (steps,
        batch, ...), usually a start token and the target without its last step; `given_mask`.
        Returns a run with `output` of the decoder, `encoder` and `decoder` runs, `backward`.
        """
        seen = self.encoder.run(x, lengths=lengths, mask=mask, training=training, seed=seed)
        state = {to: seen.final[of] for of, to in self._pairs.items()}
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
        state = {to: seen.final[of] for of, to in self._pairs.items()}
        choose = choose or (largest if "tokens" in self.decoder.takes else lambda y: y)
        outputs, chosen, given = [], [], np.asarray(first)
        for _ in range(steps):
            said = self.decoder.run(given[None], state=state)
            outputs.append(said.output[0])
            given = np.asarray(choose(outputs[-1]))
            chosen.append(given)
            state = said.final
        return np.stack(outputs), np.stack(chosen)


class EncoderDecoderRun:
    """One run with teacher forcing: `output`, and the runs `encoder` and `decoder`."""

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
        """Backpropagate through the decoder and, by way of its first states, the encoder."""
        late = self.decoder.backward(d_output, truncate=truncate)
        d_final = {of: late[to].initial for of, to in self._pairs.items()}
        early = self.encoder.backward(d_final=d_final, truncate=truncate)
        return EncoderDecoderGradients(early, late)


class EncoderDecoderGradients:
    """`parameters` of both, "encoder.lstm_1.W.i"; and the gradients `encoder` and `decoder`."""

    def __init__(self, encoder, decoder):
        self.encoder, self.decoder = encoder, decoder
        self.parameters = {
            f"{part}.{name}": d
            for part, own in (("encoder", encoder), ("decoder", decoder))
            for name, d in own.parameters.items()
        }

    @property
    def gradients(self):
        """ "encoder.lstm_1" -> the Gradients of that layer's trace, of both."""
        return joined({"encoder": self.encoder.gradients, "decoder": self.decoder.gradients})


def largest(output):
    """The token with the largest output in each row."""
    return output.argmax(axis=-1)


def _paired(encoder, decoder):
    """{recurrent layer of the encoder: the layer of the decoder that starts where it ends}."""
    ends, starts = (
        {name: _states(layer.net) for name, layer in part.layers.items() if hasattr(layer, "net")}
        for part in (encoder, decoder)
    )
    if len(ends) != len(starts) or not ends:
        raise ValueError(
            f"decoder: expected {len(ends)} recurrent layers, as in the encoder, got {len(starts)}"
        )
    for (of, ended), (to, started) in zip(ends.items(), starts.items(), strict=True):
        if ended != started:
            raise ValueError(f"decoder: {to}: expected states {ended}, as in {of}, got {started}")
    return dict(zip(ends, starts, strict=True))


def _states(net):
    graph = net.cell.graph
    return {name: net.lengths[graph.size(node)] for name, node in graph.states.items()}
