"""Wrong arguments of layers and networks: one line each, with the argument, expected, and got."""

import numpy as np
import pytest

import workbench as wb
from workbench.layers import solve

from .networks import cell

F32 = {"dtype": "float32"}
X = np.ones((5, 2, 3))
NAN = np.where(np.arange(30).reshape(5, 2, 3) == 22, np.nan, 1.0)
TOKENS = np.ones((5, 2), int)
NET = cell()
MODEL = wb.Network(NET, wb.Dense(4, 2))
SPOKEN = wb.Network(wb.Embedding(4, 3), cell(), wb.Last())
VECTORS = wb.Network(wb.Dense(3, 2), wb.Repeat(3))
RUN, D = MODEL.run(X), np.ones((5, 2, 2))
POOLED = wb.Network(cell(), wb.Last()).run(X)
CHUNKED = wb.Network(wb.Hierarchical(cell(), cell("gru", 4, 2), style="chunked"))
SHARED = cell("gru")
PAIR = wb.EncoderDecoder(
    wb.Network(cell()), wb.Network(wb.Embedding(6, 3), cell("lstm", seed=1), wb.Dense(4, 6))
)
GIVEN = np.ones((3, 2), int)
RESERVOIR = wb.Reservoir(3, 10, density=0.5)


def lazily(call, *arguments, **options):
    return lambda: call(*arguments, **options)


def in_run(*arguments, of=MODEL, **options):
    return lambda: of.run(*arguments, **options)


def back(*arguments, of=RUN, **options):
    return lambda: of.backward(*arguments, **options)


net, dense, last = wb.Network, wb.Dense, wb.Last
LAYERS = [
    (lazily(dense, 0, 2), "input_size: expected a whole number of at least 1, got 0"),
    (lazily(dense, 3, 2.0), "output_size: expected a whole number of at least 1, got 2.0"),
    (lazily(dense, 3, 2, "softmax"), "activation: expected one of sigmoid.*got 'softmax'"),
    (lazily(dense, 3, 2, ["tanh"]), r"activation: expected one of sigmoid.*got \['tanh'\]"),
    (lazily(dense, 3, 2, "maximum"), "activation: expected one of sigmoid.*got 'maximum'"),
    (lazily(dense, 3, 2, np.tanh), "activation: expected one of sigmoid.*got <ufunc 'tanh'>"),
    (lazily(dense, 3, 2, seed=-1), "seed: expected a whole number of at least 0, got -1"),
    (lazily(dense, 3, 2, dtype="float16"), "dtype: expected float64 or float32, got .*float16"),
    (lazily(wb.Embedding, 0, 2), "vocabulary_size: expected a whole number"),
    (lazily(wb.Embedding, 3, "2"), "output_size: expected a whole number.*got '2'"),
    (lazily(wb.Embedding, 3, 2, seed=0.5), "seed: expected a whole number.*got 0.5"),
    (lazily(wb.OneHot, -1), "vocabulary_size: expected a whole number of at least 1, got -1"),
    (lazily(wb.OneHot, 3, dtype="int8"), "dtype: expected float64 or float32, got .*int8"),
    (lazily(wb.Dropout, 1), "rate: expected a finite number of at least 0 and below 1, got 1"),
    (lazily(wb.Dropout, -0.1), "rate: expected a finite number of at least 0 and below 1"),
    (lazily(wb.Dropout, "half"), "rate: expected a finite number .*got 'half'"),
    (lazily(wb.Dropout, True), "rate: expected a finite number .*got True"),
    (lazily(wb.Dropout, np.nan), "rate: expected a finite number .*got nan"),
    (lazily(wb.RecurrentDropout, NET, 1.5), "rate: expected a finite number .*got 1.5"),
    (lazily(wb.RecurrentDropout, "lstm", 0.5), "net: expected a Recurrent, got 'lstm'"),
    (lazily(wb.RecurrentDropout, dense(3, 2), 0.5), r"net: expected a Recurrent, got Dense\(3, 2"),
    (lazily(wb.LayerNorm, 0), "input_size: expected a whole number"),
    (lazily(wb.LayerNorm, 3, epsilon=0), "epsilon: expected a finite number above 0, got 0"),
    (lazily(wb.LayerNorm, 3, epsilon="small"), "epsilon: expected a finite number above 0"),
    (lazily(wb.Repeat, 0), "steps: expected a whole number of at least 1, got 0"),
    (lazily(wb.Bidirectional, NET, merge="add"), "merge: expected one of concat, .*got 'add'"),
    (lazily(wb.Bidirectional, NET, merge=["sum"]), r"merge: expected one of .*got \['sum'\]"),
    (lazily(wb.Bidirectional, "lstm"), "forward: expected a Recurrent, got 'lstm'"),
    (lazily(wb.Bidirectional, dense(3, 2)), r"forward: expected a Recurrent, got Dense\(3, 2\)"),
    (lazily(wb.Bidirectional, NET, last()), r"backward: expected a Recurrent, got Last\(\)"),
    (lazily(wb.Bidirectional, NET, NET), "backward: expected a second Recurrent, got the one of f"),
    (
        lazily(wb.Bidirectional, NET, cell("lstm", 3, 5)),
        "backward: expected 3 -> 4 units in float64, as in forward, got 3 -> 5 units in float64",
    ),
    (
        lazily(wb.Bidirectional, NET, wb.Recurrent("lstm", 3, 4, **F32)),
        "backward: expected 3 -> 4 units in float64, .*got 3 -> 4 units in float32",
    ),
    (lazily(wb.Hierarchical, NET, 3), "slow: expected a Recurrent, got 3"),
    (lazily(wb.Hierarchical, NET, cell("gru", 4, 2), every=0), "every: expected a whole number"),
    (lazily(wb.Hierarchical, NET, NET, style="slow"), "style: expected one of clockwork, chunked"),
    (
        lazily(wb.Hierarchical, NET, cell("gru", 3, 2)),
        "slow: expected input_size 4, what fast gives, in float64, got 3 in float64",
    ),
    (
        lazily(wb.Hierarchical, NET, wb.Recurrent("gru", 4, 2, **F32)),
        "slow: expected input_size 4, .*in float64, got 4 in float32",
    ),
    (
        lazily(wb.Hierarchical, *[cell("gru", 4, 4)] * 2),
        "slow: expected a second Recurrent, got the one of fast",
    ),
    (lazily(wb.Reservoir, 3, 0), "hidden_size: expected a whole number"),
    (
        lazily(wb.Reservoir, 3, 9, spectral_radius=-1),
        "spectral_radius: expected a finite number of at least 0, got -1",
    ),
    (
        lazily(wb.Reservoir, 3, 9, leak_rate=0),
        "leak_rate: expected a finite number above 0 and of at most 1, got 0",
    ),
    (
        lazily(wb.Reservoir, 3, 9, leak_rate=[0.1]),
        r"leak_rate: expected a finite number.*\[0.1\]",
    ),
    (lazily(wb.Reservoir, 3, 9, density=1.5), "density: expected a finite number above 0.*got 1.5"),
    (
        lazily(wb.Reservoir, 3, 9, input_scale=np.inf),
        "input_scale: expected a finite number, got",
    ),
    (lazily(wb.Reservoir, 3, 9, bias_scale=None), "bias_scale: expected a finite number, got"),
    (lazily(wb.Reservoir, 3, 9, density=1e-9), "density: expected enough weights for a cycle"),
    (
        lazily(RESERVOIR.readout, X, np.ones((4, 2, 1))),
        r"y: expected \(5, 2, outputs\), got \(4, 2, 1\)",
    ),
    (lazily(RESERVOIR.readout, X, D[..., 0]), r"y: expected \(5, 2, outputs\), got \(5, 2\)"),
    (
        lazily(RESERVOIR.readout, X, D, washout=5),
        "washout: expected at least two of 10 real steps to be left, got 5",
    ),
    (lazily(RESERVOIR.readout, X, D, washout=-1), "washout: expected a whole number"),
    (lazily(RESERVOIR.readout, X, D, ridge=-1), "ridge: expected a finite number of at least 0"),
    (lazily(RESERVOIR.readout, X, D, ridge="no"), "ridge: expected a finite number .*'no'"),
    (lazily(solve, NAN, X), "h: expected numbers, got not-a-number at row 7, unit 1"),
    (lazily(solve, X, NAN), "y: expected numbers, got not-a-number at row 7, output 1"),
    (lazily(solve, X, D[:3]), r"y: expected one row for each of h \(5, 2, 3\), got \(3, 2, 2\)"),
    (lazily(solve, X, D, mask=np.zeros((5, 2))), r"mask: expected \(5, 2\) with at least two"),
    (lazily(solve, X, D, mask=np.ones(5)), r"mask: expected \(5, 2\) .*got \(5,\) with 5"),
]

NETWORKS = [
    (lazily(net), "layers: expected at least one, got none"),
    (lazily(net, NET, 3), "layers: expected a Recurrent or a layer, got 3"),
    (lazily(net, [NET, dense(4, 2)]), r"layers: expected a Recurrent or a layer, got \[Rec"),
    (lazily(net, "lstm"), "layers: expected a Recurrent or a layer, got 'lstm'"),
    (lazily(net, dense), "layers: expected a Recurrent or a layer, got <class"),
    (lazily(net, *[cell("gru", 4, 4)] * 2), "layers: expected each layer once, got .* twice"),
    (lazily(net, *[wb.Dropout(0.5)] * 2), r"layers: expected each layer once, got Dropout\(0.5\)"),
    (
        lazily(net, SHARED, dense(4, 3), wb.Bidirectional(SHARED)),
        r"layers: expected each layer once, got Bidirectional\(",
    ),
    (
        lazily(net, wb.RecurrentDropout(SHARED, 0.5), dense(4, 3), net(SHARED)),
        "layers: expected each layer once, got Network",
    ),
    (
        lazily(net, NET, dense(5, 2)),
        "dense_1: expected input_size 4, what lstm_1 gives, got 5",
    ),
    (
        lazily(net, NET, wb.Dropout(0.5), wb.LayerNorm(3)),
        "layer_norm_1: expected input_size 4, what lstm_1 gives, got 3",
    ),
    (lazily(net, NET, last(), last()), "last_2: expected sequences, got vectors from last_1"),
    (lazily(net, NET, wb.Repeat(2)), "repeat_1: expected vectors, got sequences from lstm_1"),
    (lazily(net, NET, wb.OneHot(4)), "one_hot_1: expected tokens, got sequences from lstm_1"),
    (
        lazily(net, dense(3, 2), wb.Embedding(4, 3)),
        "embedding_1: expected tokens, got sequences from dense_1",
    ),
    (lazily(net, NET, dense(4, 2, **F32)), "dense_1: expected float64 as in lstm_1, got float32"),
    (
        lazily(net, wb.OneHot(3), wb.Recurrent("gru", 3, 2, **F32)),
        "gru_1: expected float64 as in one_hot_1, got float32",
    ),
    (in_run(np.ones((5, 2, 4))), r"x: expected \(time, batch, 3\).*got \(5, 2, 4\)"),
    (in_run(np.ones((5, 0, 3))), r"x: expected at least one step and one row, got \(5, 0, 3\)"),
    (in_run(np.ones((0, 2, 3))), "x: expected at least one step and one row"),
    (in_run("hello"), "x: expected real numbers, got str"),
    (in_run([[1, 2, 3], [1]]), "x: expected numbers in rows of one length, got ragged"),
    (in_run(1j * X), "x: expected real numbers, got complex numbers"),
    (in_run(NAN), "x: expected numbers, got not-a-number at step 3, batch row 1, unit 1"),
    (in_run(NAN, of=net(dense(3, 2))), "x: expected numbers, got not-a-number at step 3"),
    (in_run(3.0, of=net(wb.Dropout(0.5))), r"x: expected \(time, batch, units\).*got \(\)"),
    (in_run(X, of=SPOKEN), r"x: expected whole numbers \(time, batch\).*got float64 \(5, 2, 3\)"),
    (in_run(TOKENS * np.nan, of=SPOKEN), "x: expected whole numbers .*got float64"),
    (in_run(TOKENS[:, :0], of=SPOKEN), r"x: expected whole numbers .*got int64 \(5, 0\)"),
    (in_run(TOKENS > 0, of=SPOKEN), "x: expected whole numbers .*got bool"),
    (in_run(9 * TOKENS, of=SPOKEN), "embedding_1: x: expected tokens 0..3, got 9 at step 0, batch"),
    (in_run(X, of=VECTORS), r"x: expected \(batch, 3\) or \(3,\), got \(5, 2, 3\)"),
    (in_run(X[:0, 0], of=VECTORS), r"x: expected \(batch, 3\) or \(3,\), got \(0, 3\)"),
    (in_run(NAN[:, 1], of=VECTORS), "x: expected numbers, got not-a-number at .*row 3, unit 1"),
    (in_run(X[0], mask=np.ones(2), of=VECTORS), "mask: expected None for vectors"),
    (in_run(X, lengths=[5, 6]), r"lengths: expected 2 whole number\(s\) in 0..5, got \[5, 6\]"),
    (in_run(X, mask=np.ones((4, 2))), r"mask: expected \(time, batch\) = \(5, 2\), got \(4, 2\)"),
    (in_run(X, mask=np.ones((5, 2)), lengths=[5, 5]), "lengths: expected mask or lengths, got b"),
    (in_run(X, seed=-1), "seed: expected a whole number of at least 0, got -1"),
    (in_run(X, np.ones(4)), r"state: expected a dict by recurrent layer \(lstm_1\), got array"),
    (in_run(X, {"gru_1": {}}), r"state: expected a dict by .*\(lstm_1\), got 'gru_1'"),
    (in_run(X, {"dense_1": {}}), r"state: expected a dict by .*\(lstm_1\), got 'dense_1'"),
    (in_run(X, {1: {}}), r"state: expected a dict by recurrent layer \(lstm_1\), got 1"),
    (in_run(X, {"lstm_1": np.ones((2, 4))}), 'lstm_1: state: expected {"h": .*, got ndarr'),
    (in_run(X, {"lstm_1": {"s": 1}}), "lstm_1: state: expected names of h, c, got 's'"),
    (
        in_run(X, {"lstm_1": {"c": np.ones((2, 5))}}),
        r"lstm_1: state\['c'\]: expected \(2, 4\), got \(2, 5\)",
    ),
    (
        in_run(X[:, 0], {"lstm_1": {"c": np.ones(5)}}),
        r"lstm_1: state\['c'\]: expected \(4,\), got \(5,\)",
    ),
    (in_run(X, {"lstm_1": {"c": np.full((2, 4), np.nan)}}), r"lstm_1: state\['c'\]: expected num"),
    (
        in_run(X, {"hierarchical_1.fast": {}}, of=CHUNKED),
        r"state: expected a dict by recurrent layer \(hierarchical_1.slow\), got 'hierarchical_1.f",
    ),
    (in_run(X, clamp={"f": 1.0}), r"clamp: expected a dict by .*\(lstm_1\), got 'f'"),
    (in_run(X, clamp=1.0), r"clamp: expected a dict by recurrent layer \(lstm_1\), got 1.0"),
    (in_run(X, clamp={"lstm_1": 1.0}), r"clamp\['lstm_1'\]: expected a dict such as .*got 1.0"),
    (in_run(X, clamp={"lstm_1": {"z": 1}}), r"lstm_1: clamp: expected lines of lstm \(i, .*'z'"),
    (in_run(X, clamp={"lstm_1": {"f": "on"}}), r"clamp\['f'\]: expected real numbers, got str"),
    (in_run(X, clamp={"dense_1": {}}, of=net(dense(3, 2))), "clamp: .*there is none.*'dense_1'"),
    (in_run(X, record="some"), "lstm_1: record: expected 'all', 'output' or line names, got 'some"),
    (in_run(X, record=["z"]), r"lstm_1: record: expected lines of lstm \(i.*got 'z'"),
    (in_run(X, record=3), "lstm_1: record: expected 'all', 'output' or line names, got 3"),
]

RUNS = [
    (back(np.ones((5, 2, 4))), r"d_output: expected \(5, 2, 2\), got \(5, 2, 4\)"),
    (back(1.0), r"d_output: expected \(5, 2, 2\), got \(\)"),
    (back("loss"), "d_output: expected real numbers, got str"),
    (back(NAN[..., 1:]), "d_output: expected numbers, got not-a-number at step 3, batch row 1, u"),
    (back(np.full((2, 4), np.nan), of=POOLED), "d_output: expected numbers, .*batch row 0, unit 0"),
    (back(D, of=POOLED), r"d_output: expected \(2, 4\), got \(5, 2, 2\)"),
    (back(D, truncate=0), "truncate: expected a whole number of at least 1, got 0"),
    (back(D, truncate="2"), "truncate: expected a whole number of at least 1, got '2'"),
    (back(D, d_final=np.ones((2, 4))), r"d_final: expected a dict by .*\(lstm_1\), got array"),
    (back(D, d_final={"gru_1": {}}), r"d_final: expected a dict by .*\(lstm_1\), got 'gru_1'"),
    (back(D, d_final={"lstm_1": 1}), r"d_final\['lstm_1'\]: expected a dict by state \(h, c\), g"),
    (back(D, d_final={"lstm_1": {"s": 1}}), r"d_final\['lstm_1'\]: expected a dict by state"),
    (
        back(D, d_final={"lstm_1": {"h": np.ones(4)}}),
        r"d_final\['lstm_1'\]\['h'\]: expected \(2, 4\), got \(4,\)",
    ),
    (back(D, d_final={"lstm_1": {"h": "x"}}), r"d_final\['lstm_1'\]\['h'\]: expected real numbers"),
    (
        back(D, d_final={"lstm_1": {"h": np.full((2, 4), np.nan)}}),
        r"d_final\['lstm_1'\]\['h'\]: expected numbers, got not-a-number",
    ),
    (
        back(D, of=MODEL.run(X, record=["f"])),
        "lstm_1: bptt: expected a trace with record='all' or 'output', got f, h",
    ),
]

pair = wb.EncoderDecoder
ENCODER = net(cell())
PAIRS = [
    (lazily(pair, NET, ENCODER), "encoder: expected a Network, got Recurrent"),
    (lazily(pair, ENCODER, NET), "decoder: expected a Network, got Recurrent"),
    (lazily(pair, ENCODER, ENCODER), "decoder: expected layers of its own, got some of the encod"),
    (lazily(pair, net(dense(3, 2)), ENCODER), "encoder: expected at least one recurrent layer"),
    (
        lazily(pair, ENCODER, net(cell("gru"))),
        r"decoder: gru_1: expected states {'h': 4, 'c': 4}, as in lstm_1, got {'h': 4}",
    ),
    (
        lazily(pair, ENCODER, net(cell("lstm", 3, 5))),
        "decoder: lstm_1: expected states {'h': 4, 'c': 4}, .*got {'h': 5, 'c': 5}",
    ),
    (
        lazily(pair, ENCODER, net(cell(seed=1), cell("lstm", 4, 4))),
        "decoder: expected 1 recurrent layers, as in the encoder, got 2",
    ),
    (
        lazily(pair, ENCODER, net(cell(seed=1), last())),
        "decoder: expected an output at each step, .*got lstm_1, last_1",
    ),
    (
        lazily(pair, ENCODER, net(cell(seed=1), last(), wb.Repeat(3))),
        "decoder: expected an output at each step, .*got lstm_1, last_1, repeat_1",
    ),
    (
        lazily(pair, ENCODER, net(wb.Bidirectional(cell(seed=1)))),
        "decoder: expected an output at each step, made of the steps until then, got bidirec",
    ),
    (
        lazily(pair, ENCODER, net(wb.Recurrent("lstm", 3, 4, **F32))),
        "decoder: expected float64, got float32",
    ),
    (lazily(PAIR.run, X, GIVEN[:, :1]), r"given: expected \(steps, 2\), got \(3, 1\)"),
    (lazily(PAIR.run, X, D), r"given: expected \(steps, 2\), got \(5, 2, 2\)"),
    (lazily(PAIR.run, X[:, 0], GIVEN), r"given: expected \(steps\), got \(3, 2\)"),
    (lazily(PAIR.run, X, "go"), "given: expected real numbers, got str"),
    (lazily(PAIR.run, X, GIVEN, seed="a"), "seed: expected a whole number.*got 'a'"),
    (lazily(PAIR.run(X, GIVEN).backward, D), r"d_output: expected \(3, 2, 6\), got \(5, 2, 2\)"),
    (lazily(PAIR.generate, X, GIVEN[0], 0), "steps: expected a whole number of at least 1, got 0"),
    (lazily(PAIR.generate, X, 1, 4), r"first: expected \(2\), got \(\)"),
    (
        lazily(PAIR.generate, X, GIVEN[0], 4, choose=lambda y: y),
        r"choose: expected \(2\), got \(2, 6\)",
    ),
    (lazily(PAIR.generate, X, GIVEN[0], 4, choose="best"), "choose: expected a function.*'best'"),
    (
        lazily(pair(ENCODER, net(cell(seed=1))).generate, X, X[0], 4),
        "choose: expected a function of the 4 units that the decoder gives to the 3 that it reads",
    ),
]
WRONG = [*LAYERS, *NETWORKS, *RUNS, *PAIRS]


@pytest.mark.parametrize(("call", "message"), WRONG, ids=[f"{i}" for i in range(len(WRONG))])
def test_a_wrong_argument_is_answered_in_one_line(call, message):
    with pytest.raises(ValueError, match=message) as found:
        call()
    assert "\n" not in str(found.value)


def test_the_run_of_a_pair_names_its_parts():
    run = PAIR.run(X, GIVEN)
    for name in ("lstm_1", "coder.lstm_1", "encoder.gru_1", "decoder"):
        with pytest.raises(KeyError, match="expected"):
            run[name]
