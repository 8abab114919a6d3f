"""A pretend region: from printed figures and a seed to what its partners would have said.

It may import `schemas` and `streams`, and knows none of Radar's tables but the offsets it waits
for.  Start at `days.py` (the whole), then `plan.py` (what must be counted) and `stories.py` (what
is said about it); `publish.py` replays a log through Kafka, `log_files.py` writes it down.
"""
