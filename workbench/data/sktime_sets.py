"""Reads a train and a test part that sktime ships as one set of sequences. Does not scale."""

from __future__ import annotations

import numpy as np

from workbench.data.packages import need
from workbench.data.sequence_set import SequenceSet


def shipped_set(loader: str, name: str, classes: dict[str, str], source: str) -> SequenceSet:
    """The set that `sktime.datasets.LOADER` gives, its own split kept, train rows first.

    `classes`: sktime's label -> the name to show, in the order of the label numbers.
    """
    load = getattr(need("sktime.datasets"), loader)
    parts = [load(split, return_type="df-list") for split in ("train", "test")]
    position = {label: k for k, label in enumerate(classes)}
    counts = [len(frames) for frames, _ in parts]
    return SequenceSet(
        name=name,
        sequences=tuple(frame.to_numpy() for frames, _ in parts for frame in frames),
        labels=[position[str(label)] for _, labels in parts for label in labels],
        class_names=tuple(classes.values()),
        train_rows=np.arange(counts[0]),
        test_rows=np.arange(counts[0], sum(counts)),
        source=source,
    )
