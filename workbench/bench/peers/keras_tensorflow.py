"""Keras on TensorFlow: its layers inside tf.function. Gate orders i f c o and z r h."""

import os

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras
import numpy as np
import tensorflow as tf

from workbench.bench.problems import BOTH, FORWARD, apart

INCLUDES = (
    "keras.layers in a tf.function, batch first; gradients of x and the parameters by "
    "GradientTape; no gate is recorded; building the function is not counted"
)
PACKAGES = ("keras", "tensorflow-cpu", "tensorflow")
LAYERS = {
    "lstm": (keras.layers.LSTM, "ifgo", {}),
    "gru_reset_after": (keras.layers.GRU, "zrn", {"reset_after": True}),
    "elman": (keras.layers.SimpleRNN, "", {}),
}
THREADS = int(os.environ["OMP_NUM_THREADS"])
tf.config.threading.set_intra_op_parallelism_threads(THREADS)
tf.config.threading.set_inter_op_parallelism_threads(THREADS)


def prepare(problem):
    make, gates, extra = LAYERS[problem.cell.name]
    hidden = problem.case.hidden_size
    layer = make(hidden, return_sequences=True, **extra)
    x = tf.constant(problem.x.swapaxes(0, 1))
    d_h = tf.constant(problem.d_h.swapaxes(0, 1))
    layer(x)
    layer.set_weights(weights(problem, gates))
    wanted = [v.value for v in layer.trainable_variables]

    @tf.function
    def forward(x):
        return layer(x)

    @tf.function
    def both(x, d_h):
        with tf.GradientTape() as tape:
            tape.watch(x)
            h = layer(x)
        return tape.gradient(h, [x, *wanted], output_gradients=d_h)

    def gradients(found):
        d_x, d_W, d_U, d_b = (np.asarray(g) for g in found)
        first = d_b[0] if d_b.ndim == 2 else d_b
        named = {"x": d_x.swapaxes(0, 1)} | apart("W", gates, d_W.T)
        named |= apart("U", gates, d_U.T) | apart("b", gates, first)
        return named | ({"d.n": d_b[1, 2 * hidden :]} if d_b.ndim == 2 else {})

    return {
        FORWARD: (lambda: forward(x), lambda h: {"h": h.numpy().swapaxes(0, 1)}),
        BOTH: (lambda: both(x, d_h), gradients),
    }


def weights(problem, gates):
    """The problem's parameters as the layer keeps them; the GRU has a second bias."""
    W, U, b = (problem.joined(letter, gates) for letter in "WUb")
    if "d.n" not in problem.parameters:
        return [W.T, U.T, b]
    second = np.zeros_like(b)
    second[2 * problem.case.hidden_size :] = problem.parameters["d.n"]
    return [W.T, U.T, np.stack([b, second])]
