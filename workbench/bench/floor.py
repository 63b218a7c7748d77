"""The physical floor: how fast no program could run on this processor, measured in the same run.

A pass has to multiply, and it has to move what it reads and writes. The floor is the longer of the
two times, at the speed of a large matrix product and of a large copy. What is left out makes it
lower, never higher: the elementwise work, and everything between two steps.

As a peer it has the two passes "gemm" and "copy". Numbers are float32, 4 bytes.
"""

import os
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from ..targets.cpu.parts import Job
from ..targets.cpu.products import products
from .problems import FORWARD

INCLUDES = (
    "the longer of: 2 flops for each multiplication of a matrix at the speed of a product of "
    "960 x 960, NumPy's or ours, whichever is faster; x, parameters and recorded lines once, at "
    "the speed of a copy of 64 MB. With gradients three times both. Small rows fit in a cache, "
    "which is faster than that copy"
)
PACKAGES = ("numpy",)
GEMM, COPY = "gemm", "copy"
WIDTH = 960  # of the matrices: a whole number of the blocks of 240 rows that threads share
NUMBERS = 16 * 2**20  # of the copied array: larger than the caches of common processors
WORK = {GEMM: 2 * WIDTH**3, COPY: 2 * 4 * NUMBERS}
"""Flops of one product; bytes that one copy reads and writes."""


def flops(problem, direction):
    """Floating-point operations of the matrix products of one pass.

    The gradient of a product is two products: by the operand and by the matrix.
    """
    graph, lengths = problem.cell.graph, problem.lengths
    products = [graph.size(n.args[0]) for n in graph.nodes if n.op == "product"]
    step = sum(2 * lengths[rows] * lengths[columns] for rows, columns in products)
    return step * problem.case.time * problem.case.batch * (1 if direction == FORWARD else 3)


def moved(problem, direction):
    """Bytes that one pass cannot help moving.

    Forward it reads x and the parameters and writes every line; backward it reads them all again
    and writes as many gradients.
    """
    graph, lengths = problem.cell.graph, problem.lengths
    lines = sum(lengths[graph.size(node)] for node in graph.lines.values())
    steps = problem.case.time * problem.case.batch * (problem.case.input_size + lines)
    once = 4 * (steps + sum(array.size for array in problem.parameters.values()))
    return once * (1 if direction == FORWARD else 3)


def seconds(flops, moved, gemm_seconds, copy_seconds):
    """The floor, from the seconds that one product and one copy took."""
    return max(flops / WORK[GEMM] * gemm_seconds, moved / WORK[COPY] * copy_seconds)


def prepare(problem):
    threads = int(os.environ["OMP_NUM_THREADS"])
    rng = np.random.default_rng(0)
    a, b, c = (rng.standard_normal((WIDTH, WIDTH), np.float32) for _ in range(3))
    source, target = (np.ones((threads, NUMBERS // threads), np.float32) for _ in range(2))
    pool = ThreadPoolExecutor(threads)

    def copy():
        list(pool.map(np.copyto, target, source))

    def nothing(_):
        return {}

    gemms = [lambda: np.matmul(a, b, out=c), own_product(a, b)[0]]
    return {GEMM: (min(gemms, key=_once), nothing), COPY: (copy, nothing)}


def own_product(a, b):
    """(a function that adds a b to a matrix as the kernels multiply, the matrix), float32."""
    made, total = products("float32"), np.zeros((1, len(a), b.shape[1]), np.float32)
    (packed,) = made.packed(b, transposed=False, lasting=True)
    arguments = made.address, a[None], a.shape[1], packed, total
    job = Job(a.size * b.shape[1], len(a))
    return lambda: job.share(lambda *share: made.operand_gradient(share, *arguments)), total[0]


def _once(call):
    """Seconds of the fastest of a few calls."""
    found = []
    for _ in range(8):
        began = time.perf_counter()
        call()
        found.append(time.perf_counter() - began)
    return min(found)
