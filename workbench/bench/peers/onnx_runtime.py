"""ONNX Runtime: the operators LSTM, GRU and RNN, forward only. Gate orders i o f c and z r h."""

import os

import numpy as np
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from workbench.bench.problems import FORWARD

INCLUDES = "one operator in one session, NumPy arrays in and out; no gate is recorded, no gradients"
PACKAGES = ("onnxruntime", "onnx")
OPERATORS = {
    "lstm": ("LSTM", "iofg", {}),
    "gru_reset_after": ("GRU", "zrn", {"linear_before_reset": 1}),
    "elman": ("RNN", "", {}),
}


def model(problem):
    """One operator with its parameters as a model, X (time, batch, input) to Y."""
    operator, gates, extra = OPERATORS[problem.cell.name]
    second = np.zeros_like(problem.joined("b", gates))
    if "d.n" in problem.parameters:
        second[2 * problem.case.hidden_size :] = problem.parameters["d.n"]
    arrays = {
        "W": problem.joined("W", gates),
        "R": problem.joined("U", gates),
        "B": np.concatenate([problem.joined("b", gates), second]),
    }
    node = helper.make_node(
        operator, ["X", *arrays], ["Y"], hidden_size=problem.case.hidden_size, **extra
    )
    time, batch, hidden = problem.d_h.shape
    graph = helper.make_graph(
        [node], "layer",
        [helper.make_tensor_value_info("X", TensorProto.FLOAT, problem.x.shape)],
        [helper.make_tensor_value_info("Y", TensorProto.FLOAT, (time, 1, batch, hidden))],
        [numpy_helper.from_array(array[None], name) for name, array in arrays.items()],
    )  # fmt: skip
    opset = [helper.make_opsetid("", 14)]
    return helper.make_model(graph, opset_imports=opset, ir_version=8).SerializeToString()


def prepare(problem):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = int(os.environ["OMP_NUM_THREADS"])
    # Its threads spin while they have nothing to do: not while another peer is measured.
    options.add_session_config_entry("session.force_spinning_stop", "1")
    session = onnxruntime.InferenceSession(
        model(problem), options, providers=["CPUExecutionProvider"]
    )

    def forward():
        return session.run(["Y"], {"X": problem.x})[0]

    return {FORWARD: (forward, lambda y: {"h": y[:, 0]})}
