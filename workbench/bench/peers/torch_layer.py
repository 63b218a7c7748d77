"""PyTorch's own layers: nn.LSTM, nn.GRU, nn.RNN. Gate orders i f g o and r z n."""

import torch

from workbench.bench.problems import BOTH, FORWARD, apart

INCLUDES = (
    "nn.LSTM, nn.GRU, nn.RNN (oneDNN where PyTorch uses it), forward in inference mode, autograd "
    "for x and the parameters; no gate is recorded"
)
PACKAGES = ("torch",)
LAYERS = {
    "lstm": (torch.nn.LSTM, "ifgo"),
    "gru_reset_after": (torch.nn.GRU, "rzn"),
    "elman": (torch.nn.RNN, ""),
}


def prepare(problem):
    cell, case = problem.cell.name, problem.case
    make, gates = LAYERS[cell]
    layer = make(case.input_size, case.hidden_size)
    fill(layer, problem, gates)
    x, d_h = torch.from_numpy(problem.x), torch.from_numpy(problem.d_h)
    followed = x.clone().requires_grad_()
    wanted = [followed, *layer.parameters()]

    def forward():
        with torch.inference_mode():
            return layer(x)[0]

    def both():
        return torch.autograd.grad(layer(followed)[0], wanted, d_h)

    def gradients(found):
        d_x, d_W, d_U, d_b, d_d = (g.numpy() for g in found)
        named = {"x": d_x} | apart("W", gates, d_W) | apart("U", gates, d_U)
        named |= apart("b", gates, d_b)
        return named | ({"d.n": d_d[2 * case.hidden_size :]} if cell == "gru_reset_after" else {})

    return {FORWARD: (forward, lambda h: {"h": h.numpy()}), BOTH: (both, gradients)}


def fill(layer, problem, gates):
    """Put the problem's parameters into a layer; it has a second bias that ours do not need."""
    with torch.no_grad():
        for name, letter in (("weight_ih_l0", "W"), ("weight_hh_l0", "U"), ("bias_ih_l0", "b")):
            getattr(layer, name).copy_(torch.from_numpy(problem.joined(letter, gates)))
        second = layer.bias_hh_l0.zero_()
        if "d.n" in problem.parameters:
            second[2 * problem.case.hidden_size :] = torch.from_numpy(problem.parameters["d.n"])
