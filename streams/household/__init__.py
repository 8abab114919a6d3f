"""The household: what the events about one family amount to, computed and nothing else.

It may import `schemas` only and is pure: no input or output, no clock, no chance, no logging.
Start at `steps.py` (one journal row, one household), then `fold.py` (what is remembered),
`episodes.py` (what belongs together), `rules/` (what is worth a look) and `findings.py` (what
is said about it, and for how long).
"""
