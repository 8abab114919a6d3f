"""Lets `python -m hub.cli` do what `radar` does."""

from __future__ import annotations

from hub.cli import main

main()
