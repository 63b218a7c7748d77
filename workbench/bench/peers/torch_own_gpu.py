"""Any cell on a GPU as a loop over steps in PyTorch: its equations, operation by operation."""

from . import torch_gpu, torch_own

INCLUDES = f"{torch_own.INCLUDES}; TF32 off; {torch_gpu.TIMES}"
PACKAGES = torch_gpu.PACKAGES


def prepare(problem):
    return torch_gpu.prepared(torch_own.made, problem)
