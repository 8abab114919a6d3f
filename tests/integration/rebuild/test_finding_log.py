"""The finding log is truth: what it says wrongly is said anew, and nothing is rewritten."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest

from hub.rebuild import RoomReport, rebuild
from hub.rebuild_rooms import ProjectionsRoom, RadarRoom
from schemas.codec import decode_body, encode_body
from tests.support.live_tables import REGION_CODES, LiveTables, fill

DRENTHE = REGION_CODES[0]
WRONG = "een zin van een vroegere versie"


@pytest.fixture
def live(database: str) -> Iterator[LiveTables]:
    tables = LiveTables(database)
    fill(tables)
    yield tables
    tables.close()


def run(live: LiveTables, *, check: bool) -> RoomReport:
    (report,) = rebuild(live.url, [RadarRoom()], check=check, region=None)
    return report


def falsify(live: LiveTables) -> tuple[UUID, UUID]:
    """Let the log's last row say it otherwise, and its first speak of a finding that never was.

    As another version of the rules would have left it.
    """
    rows = live.query(
        "select position, finding_id, body from engine.findings where region = %s order by 1",
        DRENTHE,
    )
    said = [
        (position, found, decode_body("FindingEvent", 1, body)) for position, found, body in rows
    ]
    ends = {finding_id: position for position, finding_id, _ in said}
    last = max(row for row in said if row[2]["kind"] == "RAISED" and ends[row[1]] == row[0])
    alone = next(
        row for row in said if row[0] != last[0] and [other[1] for other in said].count(row[1]) == 1
    )
    invented = uuid4()
    for position, finding_id, record in (
        (last[0], last[1], last[2] | {"sentence": WRONG}),
        (alone[0], invented, alone[2] | {"finding_id": str(invented)}),
    ):
        live.query(
            "update engine.findings set body = %s, finding_id = %s"
            " where region = %s and position = %s",
            *(encode_body("FindingEvent", record), finding_id, DRENTHE, position),
        )
    return last[1], invented


def test_what_the_log_leaves_wrong_is_said_anew(live: LiveTables) -> None:
    said_otherwise, invented = falsify(live)
    # The pages have read the log as it is.
    rebuild(live.url, [ProjectionsRoom(("findings",))], check=False, region=None)
    before = live.query("select region, position, body from engine.findings order by 1, 2")

    found = run(live, check=True)
    (difference,) = found.differences
    assert difference.table == "engine.findings"
    assert {str(said_otherwise), str(invented)} < set(difference.keys)
    assert len(difference.keys) == 3, "and the one whose place the invented finding took"
    assert live.query("select region, position, body from engine.findings order by 1, 2") == before

    mended = run(live, check=False)
    assert mended.appended >= 3
    after = live.query("select region, position, body from engine.findings order by 1, 2")
    assert [row for row in after if row in before] == before, "what was said stays"
    positions = [position for region, position, _ in after if region == DRENTHE]
    assert positions == list(range(1, len(positions) + 1))

    live.catch_up()
    pages = dict(live.query("select finding_id, status from projections.finding_view"))
    assert pages[invented] == "WITHDRAWN"
    sentences = dict(live.query("select finding_id, sentence from projections.finding_view"))
    assert sentences[said_otherwise] != WRONG

    again = run(live, check=True)
    assert again.is_equal
    assert again.histories_part[DRENTHE], "the history is not what it would be now"
    assert run(live, check=False).appended == 0
