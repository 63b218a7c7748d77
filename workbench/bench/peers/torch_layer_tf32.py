"""PyTorch's own layers on a GPU, which are cuDNN's; TF32 on. It is of float32 alone."""

from . import torch_gpu, torch_layer

INCLUDES = "the same with TF32 on: products of matrices rounded to 10 bits; of float32 alone"
PACKAGES = torch_gpu.PACKAGES


def prepare(problem):
    if problem.case.dtype != "float32":
        return {}
    return torch_gpu.prepared(torch_layer.made, problem, tf32=True)
