"""Writes a simulated log down: one CloudEvent per line, in the order in which it would be sent.

The persons in it are invented, but stand in clear: it is what partners would post, not what
travels on a topic.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

from connectors.simulation.events import SimulatedEvent, Slice
from connectors.simulation.publish import Progress
from schemas.cloud_events import cloud_event
from schemas.events import EVENT_TYPES
from schemas.sealing import content_of

LOG_FILE = "gebeurtenissen.jsonl"
COUNTS_FILE = "tellingen.json"


def json_line(event: SimulatedEvent) -> str:
    """Return an event as one line of JSON, its persons inline as a partner would post them."""
    document = cloud_event(
        EVENT_TYPES[event.record_name],
        event.record,
        content_of(event.persons, event.addresses),
    )
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def write_log(
    slices: Iterable[Slice],
    out_dir: Path,
    progress: Callable[[Progress], None] | None = None,
) -> Path:
    """Write a log and the number of each kind of event into a folder; return the log's path.

    The same figures and seed give the same bytes.  The log gets its name when it is complete.
    """
    out_dir.mkdir(parents=True, exist_ok=True)
    path, partial = out_dir / LOG_FILE, out_dir / f"{LOG_FILE}.deel"
    counts: Counter[str] = Counter()
    days = 0
    with partial.open("w", encoding="utf-8", newline="\n") as file:
        for each in slices:
            days += each.tick is not None
            for event in (*([each.tick] if each.tick is not None else []), *each.events):
                counts[event.record_name] += 1
                file.write(json_line(event) + "\n")
            if progress is not None:
                progress(Progress(day=each.day, days=days, events=counts.total()))
    (out_dir / COUNTS_FILE).write_text(
        json.dumps(dict(sorted(counts.items())), indent=2) + "\n", encoding="utf-8"
    )
    return partial.rename(path)
