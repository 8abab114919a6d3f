"""Kafka, the schema registry and PostgreSQL for a laptop or a test, without Docker or root.

It may import nothing of ours: the stack serves the services, it does not know them.
Start reading in `stack.py` (what is started, in which order), then `supervisor.py`.
"""

from __future__ import annotations
