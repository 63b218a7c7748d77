"""A watch feels what its wearer does. Loads 80 recordings of four motions; does not scale."""

from __future__ import annotations

from workbench.data.sequence_set import SequenceSet
from workbench.data.sktime_sets import shipped_set


def basic_motions() -> SequenceSet:
    """80 recordings of 10 s: 100 steps of 6 channels, 10 steps a second, 4 motions.

    Channels 0, 1, 2 are the acceleration along x, y, z; 3, 4, 5 the rate of turning about them.
    The split is the archive's, 40 to train and 40 to test, 10 of each motion. Four people wore the
    watch and the archive does not say who is in which part, so a score here says little about a
    fifth person. Needs the package sktime; raises ImportError with the install command where it
    is missing.

    Source: BasicMotions of the UEA archive, Bagnall et al. 2018, shipped by sktime.
    """
    motions = ("standing", "running", "walking", "badminton")
    return shipped_set(
        "load_basic_motions",
        "basic motions",
        {motion: motion for motion in motions},
        "UEA archive, Bagnall et al. 2018, through sktime",
    )
