"""Decisions about households, asked for by command: published as an analyst's event, never written.

Admission carries a decision out in the transaction that journals it; asking waits for that.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import psycopg

from schemas.codec import decode_body
from schemas.identity import HouseholdId, Pid
from schemas.problem_codes import PROBLEM_CODES
from streams.admission.homes import Homes
from streams.admission.senders import ANALYST_TOPIC
from streams.engine.errors import StopError, TransientError
from streams.engine.ledger import Outcome
from streams.engine.named_queries import load_queries
from streams.engine.wire import HUB_SOURCE
from streams.household.dividing import GOES, STAYS, Division

QUERIES = load_queries("hub", "deciding.sql")
ANSWER_SECONDS_MAX = 30.0
POLL_SECONDS = 0.05

Publish = Callable[[str, Mapping[str, Any], str], None]
Connection = psycopg.Connection[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What somebody decides: kind of AnalystDecided, households and people by their tokens.

    `entry` is the review entry that it settles.
    """

    region: str
    kind: str
    households: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    since: date | None = None
    reason: str
    actor: str
    entry: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What became of a decision: the event by which it can be taken back, and what it did."""

    event_id: str
    position: int
    households: tuple[str, ...]
    decisions: Sequence[Mapping[str, object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a decision would move: journal rows and people."""

    events: int
    people: int


def region_of(connection: Connection, household: str, region: str | None) -> str:
    """Return the region of a household; raises StopError when there is none, or several."""
    rows = connection.execute(QUERIES["region_of_household"], {"household": household}).fetchall()
    found = [name for (name,) in rows if region in {None, name}]
    if not found:
        raise StopError("no region has this household; tokens are on the household's page")
    if len(found) > 1:
        raise StopError("several regions have a household with this token; name one: --region")
    return str(found[0])


def current(connection: Connection, region: str, household: str) -> str:
    """Return the household that goes on in this one's place; raises StopError for a stranger."""
    place = {"region": region, "household": household}
    row = connection.execute(QUERIES["current_household"], place).fetchone()
    if row is None:
        raise StopError("a household of these is not of this region; none links across regions")
    return str(row[0])


def members(connection: Connection, region: str, household: str) -> set[str]:
    """Return the people who belong to a household now."""
    place = {"region": region, "household": household}
    return {pid for (pid,) in connection.execute(QUERIES["members"], place)}


def households_of(connection: Connection, region: str, pid: str) -> list[str]:
    """Return the households to which somebody belongs now."""
    place = {"region": region, "pid": pid}
    return [household for (household,) in connection.execute(QUERIES["households_of"], place)]


def preview_merge(connection: Connection, region: str, others: Sequence[str]) -> Preview:
    """Say what a merge of these households into another would move."""
    homes = Homes(connection, region)
    return Preview(
        events=sum(len(homes.events_of(HouseholdId(other))) for other in others),
        people=len({pid for other in others for pid in members(connection, region, other)}),
    )


def preview_split(
    connection: Connection, region: str, household: str, leaving: Sequence[str], since: date | None
) -> Preview:
    """Say what a split would move, by the same division that admission makes."""
    sides = {
        Pid(pid): {GOES if pid in leaving else STAYS}
        for pid in members(connection, region, household)
    }
    events = Homes(connection, region).events_of(HouseholdId(household))
    return Preview(
        events=len(Division(members=sides, since=since).goes(events)), people=len(set(leaving))
    )


def ask(connection: Connection, publish: Publish, decision: Decision) -> Decided:
    """Publish a decision and wait until admission has carried it out.

    Raises StopError when admission refuses it, TransientError when admission does not answer: it
    carries the decision out once it runs.
    """
    meta = _meta(decision.region, decision.entry)
    publish(
        "AnalystDecided",
        {
            "meta": meta,
            "kind": decision.kind,
            "finding_id": None,
            "household_ids": list(decision.households),
            "person_pids": list(decision.people),
            "valid_from": decision.since,
            "reason_code": decision.reason,
            "decided_by": decision.actor,
        },
        ANALYST_TOPIC,
    )
    return _wait(connection, decision.region, meta["event_id"])


def take_back(connection: Connection, publish: Publish, event_id: str) -> Decided:
    """Take a decision back that was asked for by command, and wait until that is done."""
    said = {"source": HUB_SOURCE, "event_id": event_id}
    row = connection.execute(QUERIES["decision"], said).fetchone()
    if row is None or row[1] != "AnalystDecided" or row[2] is None:
        raise StopError("no command has made a decision with this event id")
    meta = _meta(row[0], None)
    publish(
        "EventCorrected",
        {
            "meta": meta,
            "corrected_event_id": event_id,
            "kind": "RETRACTED",
            "replacement_event_id": None,
            "reason_code": "INPUT_ERROR",
        },
        ANALYST_TOPIC,
    )
    return _wait(connection, row[0], meta["event_id"])


def _meta(region: str, entry: str | None) -> dict[str, Any]:
    now = datetime.now(UTC)
    return {
        "event_id": str(uuid4()),
        "source": HUB_SOURCE,
        "region": region,
        # The decision's own number is the review entry that it settles.
        "source_ref": entry,
        "occurred_at": now,
        "recorded_at": now,
    }


def _wait(connection: Connection, region: str, event_id: str) -> Decided:
    said = {"region": region, "source": HUB_SOURCE, "event_id": event_id}
    deadline = time.monotonic() + ANSWER_SECONDS_MAX
    while True:
        row = connection.execute(QUERIES["outcome"], said).fetchone()
        if row is not None and row[0] == Outcome.DEAD_LETTERED:
            sentence = PROBLEM_CODES[row[1]].sentence
            raise StopError(f"region {region} refuses the decision: {row[1]} ({sentence})")
        if row is not None and row[2] is not None:
            return _decided(connection, region, event_id, row[2])
        if time.monotonic() > deadline:
            raise TransientError(
                f"admission of region {region} has not carried it out in "
                f"{ANSWER_SECONDS_MAX:.0f} s; it will once it runs, see: radar doctor"
            )
        time.sleep(POLL_SECONDS)


def _decided(connection: Connection, region: str, event_id: str, position: int) -> Decided:
    place = {"region": region, "position": position}
    ((body,),) = connection.execute(QUERIES["row"], place).fetchall()
    row = decode_body("JournalRow", 1, bytes(body))
    return Decided(
        event_id=event_id,
        position=position,
        households=tuple(link["household_id"] for link in row["households"]),
        decisions=row["decisions"],
    )
