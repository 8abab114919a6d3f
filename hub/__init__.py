"""The composition root: settings, wiring, the `radar` command, telemetry and the local stack.

It may import every other room and is imported by none.
Start at `wiring.py` (what is built from what) and `cli/__init__.py` (the commands).
"""
