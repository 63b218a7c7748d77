"""Training: losses, optimizers, schedules, clipping, and mini-batches of sequences."""

from .batches import Batches
from .clipping import clip_norm, clip_value, gradient_norm
from .losses import (
    LOSSES,
    accuracy,
    binary_cross_entropy,
    bits_per_character,
    cross_entropy,
    loss_of,
    mean_squared,
    perplexity,
)
from .optimizers import OPTIMIZERS, SGD, Adam, AdamW, Optimizer, RMSprop, optimizer_from
from .schedules import (
    SCHEDULES,
    Constant,
    CosineDecay,
    ExponentialDecay,
    ExponentialRamp,
    OneCycle,
    StepDecay,
    schedule_from,
    schedule_of,
)
from .sequences import Batch, Sequences

__all__ = [
    "LOSSES",
    "OPTIMIZERS",
    "SCHEDULES",
    "SGD",
    "Adam",
    "AdamW",
    "Batch",
    "Batches",
    "Constant",
    "CosineDecay",
    "ExponentialDecay",
    "ExponentialRamp",
    "OneCycle",
    "Optimizer",
    "RMSprop",
    "Sequences",
    "StepDecay",
    "accuracy",
    "binary_cross_entropy",
    "bits_per_character",
    "clip_norm",
    "clip_value",
    "cross_entropy",
    "gradient_norm",
    "loss_of",
    "mean_squared",
    "optimizer_from",
    "perplexity",
    "schedule_from",
    "schedule_of",
]
