"""Outcomes of consumed offsets."""

from __future__ import annotations

from enum import StrEnum


class Outcome(StrEnum):
    """What became of one consumed record; `PENDING` is the only one that may change."""

    APPLIED = "applied"
    DUPLICATE = "duplicate"
    CONFLICT = "conflict"
    DEAD_LETTERED = "dead_lettered"
    RE_ROUTED = "re_routed"
    PENDING = "pending"
