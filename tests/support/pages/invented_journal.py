"""Journal rows of the invented region: the steps of the busy household's first case."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.support.case_journal import step
from tests.support.journal import Said, journal_body

CASE = {"case_id": "Z2024-00017"}
FIRST = {**CASE, "report_id": "M2024-00031"}
NEWEST = {"case_id": "Z2025-00209", "report_id": "M2025-00255"}
STEPS: tuple[tuple[int, Said], ...] = (
    (815, step("REPORT", "2024-02-05", **FIRST)),
    (1400, step("ASSESSED", "2024-02-26", **FIRST)),
    (1420, step("HANDOVER", "2024-02-28", handover_id="O2024-00012", **CASE)),
    # Dated a day before the handover that it answers.
    (2210, step("FEEDBACK", "2024-02-27", handover_id="O2024-00012")),
    (33104, step("REPORT", "2025-09-03", **NEWEST)),
)


Key = tuple[str, str]


def journal_rows(region: str, household: str, keys: dict[int, Key]) -> list[dict[str, Any]]:
    """Return the rows of the journal's view, with source and id of the timeline's row by place."""
    return [
        {
            "region": region,
            "position": position,
            "known_at": said.record["meta"]["recorded_at"],
            "record_name": said.record_name,
            "households": [household],
            "body": _body(said, household, position, keys[position]),
        }
        for position, said in STEPS
    ]


def _body(said: Said, household: str, position: int, key: Key) -> bytes:
    source, event_id = key
    meta = {**said.record["meta"], "source": source, "event_id": event_id}
    named = replace(said, record={**said.record, "meta": meta}, households=(household,))
    return journal_body(named, position=position, known_at=meta["recorded_at"])
