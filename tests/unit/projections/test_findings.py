from __future__ import annotations

from typing import Any

import pytest

from projections.entries import FindingEntry, finding_entry
from projections.findings import Finding, UnraisedFinding, advance
from tests.support.log_rows import CASE_SYSTEM, REGION, LogRows, days_later

A, B = ({"source": CASE_SYSTEM, "event_id": name} for name in ("a", "b"))


def life(*kinds: tuple[str, dict[str, Any]]) -> Finding:
    log = LogRows()
    finding: Finding | None = None
    for kind, fields in kinds:
        finding = advance(finding, entry(log, kind, **fields))
    assert finding is not None
    return finding


def entry(log: LogRows, kind: str, **fields: Any) -> FindingEntry:
    return finding_entry(REGION, log.finding(kind, finding="f", **fields))


def test_raised_is_open() -> None:
    finding = life(("RAISED", {"evidence": [A]}))
    assert (finding.status, finding.renewals) == ("OPEN", 0)
    assert finding.evidence == ((CASE_SYSTEM, "a"),)


def test_renewal_unites_evidence_and_keeps_when_it_was_raised() -> None:
    finding = life(
        ("RAISED", {"evidence": [A], "known_at": days_later(1)}),
        ("RENEWED", {"evidence": [B, A], "known_at": days_later(9), "level": "HIGH"}),
    )
    assert finding.evidence == ((CASE_SYSTEM, "a"), (CASE_SYSTEM, "b"))
    assert finding.raised_known_at == days_later(1)
    assert (finding.level, finding.renewals) == ("HIGH", 1)


def test_an_acknowledged_finding_stays_acknowledged_when_renewed() -> None:
    assert life(("RAISED", {}), ("ACKNOWLEDGED", {}), ("RENEWED", {})).status == "ACKNOWLEDGED"


@pytest.mark.parametrize("kind", ["ACKNOWLEDGED", "DISMISSED", "EXPIRED", "WITHDRAWN"])
def test_a_decision_changes_the_status_and_nothing_it_rests_on(kind: str) -> None:
    raised = life(("RAISED", {"evidence": [A], "sentence": "zin"}))
    finding = life(
        ("RAISED", {"evidence": [A], "sentence": "zin"}),
        (kind, {"reason_code": "R", "sentence": "anders", "journal_position": 7}),
    )
    assert (finding.status, finding.reason_code) == (kind, "R")
    assert finding.journal_position == 7
    assert (finding.sentence, finding.evidence) == (raised.sentence, raised.evidence)


def test_raised_again_by_the_same_event_starts_anew() -> None:
    finding = life(("RAISED", {"evidence": [A]}), ("WITHDRAWN", {}), ("RAISED", {"evidence": [B]}))
    assert (finding.status, finding.renewals) == ("OPEN", 0)
    assert finding.evidence == ((CASE_SYSTEM, "b"),)


def test_a_finding_that_was_never_raised_stops_the_stage() -> None:
    with pytest.raises(UnraisedFinding):
        advance(None, entry(LogRows(), "RENEWED"))
