"""How much one page may ask of the database, and why."""

from __future__ import annotations

from typing import Final

RADAR_ROWS_PER_PAGE: Final = 50
"""As many households as a person reads through before wanting a filter instead."""

REVIEWS_PER_PAGE: Final = 25
"""Each asks for a judgement and takes a screen on a phone."""

TIMELINE_ENTRIES_PER_PAGE: Final = 100
"""Most households have fewer; the longest known stay printable in a few sheets."""

PAGES_MAX: Final = 10_000
"""A page number above this is a mistake, and `offset` would only burn the database's time."""

CONNECTION_WAIT_SECONDS_MAX: Final = 3.0
"""A reader waits this long for a free connection, then gets the page that says so."""

YEARS_SHOWN: Final = 3
"""The Bestuursrapportage prints its month matrix for three years."""

DEADLINES_SHOWN_MAX: Final = 50
"""The clocks that end first; more than anybody watches for one household."""
