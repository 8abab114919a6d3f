"""Which faults a soak injects, and when: everything follows from one seed."""

from __future__ import annotations

import random
from dataclasses import dataclass

WORKERS = ("admission-a", "admission-b", "radar-a", "radar-b", "projections-a", "projections-b")
GATEWAY = "web"
# Longer than a session of six seconds, so that somebody else has claimed before it wakes.
FREEZE_SECONDS = (8.0, 11.0)
AWAY_SECONDS = (0.0, 3.0)
GAP_SECONDS = (0.2, 1.2)
# Most faults come while the system is still recovering from others, on other targets.
OVERLAP_SHARE = 0.85
TOGETHER_MAX = 4
NTH_MAX = 12

_OWNERS: dict[str, tuple[str, ...]] = {
    "kill_admission": ("admission-a", "admission-b"),
    "kill_radar": ("radar-a", "radar-b"),
    "kill_projections": ("projections-a", "projections-b"),
    "kill_advice": ("advice-a",),
    "kill_gateway": (GATEWAY,),
    "kill_guardian": (*WORKERS, "advice-a"),
    "freeze": WORKERS,
    "terminate": (*WORKERS, "advice-a", GATEWAY),
    "broker_kill": ("kafka",),
    "database_stop": ("postgres",),
    "backends_cut": ("postgres",),
    "crash_claimed": WORKERS,
    "crash_after_fence": WORKERS,
    "crash_mid_handle": WORKERS,
    "crash_before_commit": WORKERS,
    "crash_after_commit": WORKERS,
    "crash_before_relay": WORKERS[:4],  # projections append to no log
    "crash_after_relay": WORKERS[:4],
    "crash_gateway_reserved": (GATEWAY,),
    "crash_gateway_acknowledged": (GATEWAY,),
}
KINDS = tuple(_OWNERS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault: what happens to whom, `gap_seconds` after the one before.

    `seconds` is how long something stays frozen or away; `nth` the pass at which a crash point
    kills; one that `overlaps` does not wait until the system has recovered from those before it.
    """

    kind: str
    target: str
    gap_seconds: float
    seconds: float
    nth: int
    overlaps: bool

    @property
    def crash_point(self) -> str | None:
        """Return the crash point of this fault, if it is one."""
        return self.kind.removeprefix("crash_") if self.kind.startswith("crash_") else None


def schedule(seed: int, faults: int) -> list[Fault]:
    """Return the faults of a seed; every kind comes before any comes again."""
    draw = random.Random(f"faults of {seed}")
    found: list[Fault] = []
    while len(found) < faults:
        kinds = list(KINDS)
        draw.shuffle(kinds)
        found += [_fault(draw, kind) for kind in kinds]
    return found[:faults]


def _fault(draw: random.Random, kind: str) -> Fault:
    seconds = draw.uniform(*(FREEZE_SECONDS if kind == "freeze" else AWAY_SECONDS))
    return Fault(
        kind=kind,
        target=draw.choice(_OWNERS[kind]),
        gap_seconds=round(draw.uniform(*GAP_SECONDS), 3),
        seconds=round(seconds, 3),
        nth=1 if kind == "crash_claimed" else draw.randint(1, NTH_MAX),
        overlaps=draw.random() < OVERLAP_SHARE,
    )
