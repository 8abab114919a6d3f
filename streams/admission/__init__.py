"""Admission: decides, once and for all, what an inbound event is and where it belongs.

It may import `schemas`, `streams.engine`, `streams.vault` and `streams.household`.
Start at `stage.py` (the order of the steps), then `decode.py`, `linking_store.py`, `pending.py`.
"""
