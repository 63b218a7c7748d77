import json

import numpy as np
from safetensors import safe_open
from safetensors.numpy import save_file


def write_arrays(path, arrays, about):
    save_file(
        {k: np.ascontiguousarray(v) for k, v in arrays.items()},
        str(path),
        {"about": json.dumps(about)},
    )


def read_arrays(path):
    with safe_open(str(path), "np") as f:
        return {k: f.get_tensor(k) for k in f.keys()}, json.loads(f.metadata()["about"])
