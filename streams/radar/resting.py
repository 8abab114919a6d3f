"""Many households in little memory: those that were spoken of last as they are, others in bytes."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from datetime import date
from itertools import islice

from streams.household.stored import Stored, from_stored, to_stored
from streams.radar.region_fold import Kept

# About 30 kB each with their picture: 150 MB a process, whatever the region's size.
AWAKE_MAX = 5_000

Resting = tuple[Stored, date | None, int]
"""State, `wake_at` and journal position, as the table keeps them."""


class RestingHouseholds(MutableMapping[str, Kept]):
    """Households of a fold over a whole journal; whoever was not set for long is put in bytes.

    A household speaks a few times within months and is silent for years.  Reading one that rests
    gives it without its picture; the fold then makes that anew, as the live stage does.
    """

    def __init__(self, awake_max: int = AWAKE_MAX) -> None:
        self._awake_max = awake_max
        self._awake: dict[str, Kept] = {}
        self._resting: dict[str, Resting] = {}

    def __getitem__(self, household_id: str) -> Kept:
        """Return a household; raises KeyError for one that is not there."""
        kept = self._awake.get(household_id)
        if kept is not None:
            return kept
        stored, wake_at, position = self._resting[household_id]
        pages = [stored.pages[number] for number in sorted(stored.pages)]
        state = from_stored(stored.state, pages)
        return Kept(state=state, wake_at=wake_at, journal_position=position)

    def __setitem__(self, household_id: str, kept: Kept) -> None:
        """Put a household among those that were spoken of last."""
        # Taken out first, so that the order is that of the last time.
        self._awake.pop(household_id, None)
        self._resting.pop(household_id, None)
        self._awake[household_id] = kept
        if len(self._awake) > self._awake_max:
            for name in list(islice(self._awake, self._awake_max // 2)):
                self._resting[name] = _resting(self._awake.pop(name))

    def __delitem__(self, household_id: str) -> None:
        """Forget a household."""
        if self._awake.pop(household_id, None) is None:
            del self._resting[household_id]

    def __iter__(self) -> Iterator[str]:
        """Yield the names of all that were there when it began; they may be set meanwhile."""
        return iter([*self._resting, *self._awake])

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._awake) + len(self._resting)

    def rows(self) -> Iterator[tuple[str, Resting]]:
        """Yield each household as its table keeps it."""
        yield from self._resting.items()
        for name, kept in self._awake.items():
            yield name, _resting(kept)


def _resting(kept: Kept) -> Resting:
    return to_stored(kept.state), kept.wake_at, kept.journal_position
