"""Synthetic examples of every record, `<record>.v<version>/*.json`, as a partner would POST them.

The people do not exist: their BSNs are from the test range 999… and pass the 11-test. `radar
partner quickstart` prints these, the documentation quotes them, and a test sends each one through.
"""

from __future__ import annotations

import json
from importlib import resources
from typing import Any


def examples_of(record_name: str, version: int = 1) -> dict[str, dict[str, Any]]:
    """Return the examples of a record by name, parsed; empty when there are none."""
    folder = resources.files("schemas.examples").joinpath(f"{record_name}.v{version}")
    if not folder.is_dir():
        return {}
    return {
        entry.name.removesuffix(".json"): json.loads(entry.read_text(encoding="utf-8"))
        for entry in sorted(folder.iterdir(), key=lambda each: each.name)
        if entry.name.endswith(".json")
    }
