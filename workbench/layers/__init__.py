"""What stands around a cell: layers with a readable way forward and the way back beside it."""

from .bidirectional import Bidirectional
from .dense import Dense
from .dropout import Dropout
from .embedding import Embedding, OneHot
from .encoder_decoder import EncoderDecoder
from .hierarchical import Hierarchical
from .layer_norm import LayerNorm
from .network import Network
from .over_time import Last, MeanOverTime, Repeat
from .recurrent_layer import RecurrentDropout
from .reservoir import Reservoir, solve
from .run import NetworkGradients, Run

__all__ = [
    "Bidirectional",
    "Dense",
    "Dropout",
    "Embedding",
    "EncoderDecoder",
    "Hierarchical",
    "Last",
    "LayerNorm",
    "MeanOverTime",
    "Network",
    "NetworkGradients",
    "OneHot",
    "RecurrentDropout",
    "Repeat",
    "Reservoir",
    "Run",
    "solve",
]
