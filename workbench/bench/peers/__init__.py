"""Who is measured: this project and its peers, one short file each, all with the same face.

A peer's module says in INCLUDES what its numbers include, names in PACKAGES what it needs, and has

    prepare(problem) -> {pass: (call, read)} or {pass: (call, read, clock)}

call() does the whole pass once and ends when the result is there; read(what call returned) gives
{name: array}: "h" of the forward pass, "x" and every parameter's name for gradients. Everything
that can be done once for many calls is done in `prepare`. clock(call, calls) gives the seconds of
so many calls where the wall clock will not do. Only a process of its own imports a peer.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Peer:
    """One column of the table. name: its heading; module: what its process imports."""

    name: str
    module: str


OURS = Peer("ours", "workbench.bench.peers.ours")
FLOOR = Peer("floor", "workbench.bench.floor")
PEERS = (
    Peer("torch", "workbench.bench.peers.torch_layer"),
    Peer("loop", "workbench.bench.peers.torch_loop"),
    Peer("onnx", "workbench.bench.peers.onnx_runtime"),
    Peer("jax", "workbench.bench.peers.jax_scan"),
    Peer("keras", "workbench.bench.peers.keras_tensorflow"),
)
OWN_PEERS = (Peer("loop", "workbench.bench.peers.torch_own"),)
"""Against a cell of the user's own there is only what the user would write."""
