"""The radar stage: reads the journal, keeps each household's state, writes the finding log.

It may import `schemas`, `streams.engine` and `streams.household`, which does all the thinking.
Start at `stage.py` (one unit), then `region_fold.py` (one row) and `clock.py` (the ticks).
"""
