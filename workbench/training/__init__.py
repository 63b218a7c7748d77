"""Training: losses, optimizers, schedules, clipping, and mini-batches of sequences."""

from .batches import Batches
from .clipping import clip_norm, clip_value, gradient_norm
from .evaluate import evaluate
from .fit import fit
from .generate import generate
from .history import History
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
from .not_finite import NotFinite
from .optimizers import OPTIMIZERS, SGD, Adam, AdamW, Optimizer, RMSprop, optimizer_from
from .options import EarlyStopping
from .pairs import PairBatch, Pairs
from .range_test import RangeTest, range_test
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
from .streams import Stream, StreamBatch, run_in_chunks, truncation_bias

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
    "EarlyStopping",
    "ExponentialDecay",
    "ExponentialRamp",
    "History",
    "NotFinite",
    "OneCycle",
    "Optimizer",
    "PairBatch",
    "Pairs",
    "RMSprop",
    "RangeTest",
    "Sequences",
    "StepDecay",
    "Stream",
    "StreamBatch",
    "accuracy",
    "binary_cross_entropy",
    "bits_per_character",
    "clip_norm",
    "clip_value",
    "cross_entropy",
    "evaluate",
    "fit",
    "generate",
    "gradient_norm",
    "loss_of",
    "mean_squared",
    "optimizer_from",
    "perplexity",
    "range_test",
    "run_in_chunks",
    "schedule_from",
    "schedule_of",
    "truncation_bias",
]
