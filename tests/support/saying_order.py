"""Which events of a simulated log refer to something that was not said before them."""

from __future__ import annotations

from collections.abc import Iterable

from connectors.simulation.events import Slice

GIVES = {
    "ReportRegistered": ("case_id", "report_id"),
    "CaseTransferred": ("case_id",),
    "HandoverSent": ("handover_id",),
}


def said_too_early(slices: Iterable[Slice]) -> list[str]:
    """Return the events that admission would let wait: their parent comes later.

    A child in another topic than its parent must come a day later, or it may overtake it.
    """
    told: dict[tuple[str, str], tuple[int, str]] = {}
    early: list[str] = []
    for day, each in enumerate(slices):
        for event in each.events:
            record = event.record
            gives = GIVES.get(event.record_name, ())
            for scope in ("case_id", "handover_id", "report_id"):
                key = record.get(scope)
                if key is None:
                    continue
                if scope in gives:
                    told.setdefault((scope, key), (day, event.topic))
                    continue
                since, topic = told.get((scope, key), (day, ""))
                if since >= day and topic != event.topic:
                    early.append(f"{each.day} {event.record_name} {scope}")
            signal = record.get("signal_source_ref")
            if signal and told.get(("signal", signal), (day, ""))[0] >= day:
                early.append(f"{each.day} {event.record_name} signal")
            if record["meta"].get("source_ref"):
                told["signal", record["meta"]["source_ref"]] = (day, event.topic)
    return early
