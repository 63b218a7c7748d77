"""PyTorch's own layers on a GPU, which are cuDNN's; TF32 off."""

from . import torch_gpu, torch_layer

INCLUDES = (
    "PyTorch's nn.LSTM, nn.GRU, nn.RNN (cuDNN) with TF32 off, forward in inference mode, autograd "
    f"for x and the parameters; no gate is recorded; {torch_gpu.TIMES}"
)
PACKAGES = torch_gpu.PACKAGES


def prepare(problem):
    return torch_gpu.prepared(torch_layer.made, problem)
