"""Which keys have been seen: eight bytes a key, and as much again while two runs are merged."""

import numpy as np
import numpy.typing as npt

Keys = npt.NDArray[np.uint64]


class SeenKeys:
    """A set of 64-bit keys that takes and looks up many at a time.

    It is a few sorted runs, each at least twice as long as the next. Two rows share a key by chance
    once in about 37 million data sets of a million rows.
    """

    def __init__(self) -> None:
        self._runs: list[Keys] = []

    def contains(self, keys: Keys) -> npt.NDArray[np.bool_]:
        """Return, for each key, whether it was added before."""
        found = np.zeros(len(keys), dtype=np.bool_)
        for run in self._runs:
            slots = np.minimum(np.searchsorted(run, keys), len(run) - 1)
            found |= run[slots] == keys
        return found

    def add(self, keys: Keys) -> npt.NDArray[np.bool_]:
        """Add keys; return, for each, whether it was added before, in this batch or an earlier."""
        seen = self.contains(keys)
        _, firsts = np.unique(keys, return_index=True)
        repeated = np.ones(len(keys), dtype=np.bool_)
        repeated[firsts] = False
        seen |= repeated
        fresh = np.sort(keys[~seen])
        if len(fresh):
            self._runs.append(fresh)
        while len(self._runs) > 1 and len(self._runs[-2]) < 2 * len(self._runs[-1]):
            last = self._runs.pop()
            merged = np.concatenate((self._runs.pop(), last))
            del last
            merged.sort()
            self._runs.append(merged)
        return seen
