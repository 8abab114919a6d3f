"""Households of which analysts decide that they are one, are two, or are not linked, and undo it.

One number is one thing that happens, so that Hypothesis draws, shrinks and repeats whole lives
cheaply.  `Life` is the journal as it grows, folded row by row, beside a plain account of which
event counts where: a dictionary.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st

from streams.household.journal_event import JournalEvent
from streams.household.rule_set import DEFAULT_RULE_SET
from streams.household.state import HouseholdState
from streams.household.terms import AMSTERDAM, amsterdam_day
from streams.radar import region_fold
from streams.radar.region_fold import Kept, RegionFold
from streams.radar.rows import Row, decode_row
from tests.support.journal import (
    ANALYST,
    REGION,
    Said,
    corrected,
    decided,
    journal_body,
    rearranged,
    say,
    tick,
)
from tests.support.journals import PIDS, Choices, saying

HOMES = ("household-1", "household-2", "household-3")
UNDONE = {"MERGED": "MERGE_UNDONE", "SPLIT": "SPLIT_UNDONE"}
_DEEDS = (
    *("hear",) * 7,
    *("correct",) * 2,
    *("merge",) * 3,
    *("split",) * 2,
    *("undo",) * 3,
    "refuse",
    "judge",
    *("wait",) * 2,
)
DEEDS = st.lists(st.integers(0, 2**64 - 1), min_size=8, max_size=20)


@dataclass(slots=True, kw_only=True)
class Arrangement:
    """A decision that moved events; `last` is what was said of it last: itself, or an undoing."""

    change: str
    left: str
    joined: str
    positions: frozenset[int]
    last: Said
    is_undone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A row of the journal, what was said at it, and the states just before and after."""

    row: Row
    changes: tuple[region_fold.Said, ...]
    before: dict[str, HouseholdState]
    after: dict[str, HouseholdState]


@dataclass(slots=True)
class Life:
    """What was said so far; `homes` is where each event counts, by journal position."""

    rows: list[Row] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)
    homes: dict[int, str] = field(default_factory=dict)
    arrangements: list[Arrangement] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    now: datetime = datetime(2025, 1, 1, 9, tzinfo=UTC)
    fold: RegionFold = field(init=False)

    def __post_init__(self) -> None:
        self.fold = RegionFold(
            region=REGION,
            rule_set=DEFAULT_RULE_SET,
            households={},
            rows_at=lambda positions: [self.rows[position - 1] for position in sorted(positions)],
        )

    def do(self, number: int) -> None:
        """Let the thing happen that a number stands for; nothing, when it is not possible."""
        choices = Choices(number)
        match choices.one_of(_DEEDS):
            case "hear":
                said = saying(choices.up_to(2**32 - 1), self._name())
                self._tell(said, choices.one_of(HOMES))
            case "correct":
                self._correct(choices)
            case "merge":
                left, joined = _two(choices)
                self._arrange("MERGED", left, joined, self._at(left))
            case "split":
                self._split(choices)
            case "undo" if self.arrangements:
                self._undo(choices.one_of(self.arrangements))
            case "refuse":
                home = choices.one_of(HOMES)
                self._tell(self._decision("REFUSE_LINK", home, pid=choices.one_of(PIDS)), home)
            case "judge":
                self._judge(choices)
            case "wait":
                self._wait(choices.one_of((1, 5, 20, 90, 200)))

    def events_at(self, home: str) -> list[JournalEvent]:
        """Return the events that count in a household, in the order of the journal."""
        return [self.rows[position - 1].event for position in self._at(home)]

    def state_of(self, home: str) -> HouseholdState:
        """Return what the radar remembers of a household now."""
        return self.fold.households.get(home, Kept()).state

    def _at(self, home: str) -> list[int]:
        return [position for position, at in self.homes.items() if at == home]

    def _correct(self, choices: Choices) -> None:
        if not self.homes:
            return
        position = choices.one_of(sorted(self.homes))
        target, home = self.said[position - 1], self.homes[position]
        kind = choices.one_of(("RETRACTED", "REPLACED", "DUPLICATE_OF"))
        source = target.record["meta"]["source"]
        of_source = [
            self.said[at - 1]
            for at in self._at(home)
            if self.said[at - 1].record["meta"]["source"] == source
        ]
        replacement = choices.one_of(of_source) if kind == "REPLACED" else None
        at = self._time()
        said = corrected(at, self._name(), target, kind=kind, replacement=replacement)
        self._tell(said, home)

    def _split(self, choices: Choices) -> None:
        """Let the events from a day on go, or those among them that name somebody."""
        left, joined = _two(choices)
        since = date(2025, 1, 1) + timedelta(days=choices.up_to(200))
        pid = choices.one_of((None, *PIDS))
        gone = []
        for position in self._at(left):
            event = self.rows[position - 1].event
            named = {person.pid for person in event.persons}
            if amsterdam_day(event.occurred_at) >= since and (pid is None or pid in named):
                gone.append(position)
        self._arrange("SPLIT", left, joined, gone, since=since)

    def _arrange(
        self,
        change: str,
        left: str,
        joined: str,
        positions: Sequence[int],
        *,
        since: date | None = None,
    ) -> None:
        if not positions:
            return
        kind = {"MERGED": "MERGE", "SPLIT": "SPLIT"}[change]
        decision = self._decision(kind, joined, left, since=since)
        self._tell(decision, joined, left)
        self._move(change, left, joined, positions)
        self.arrangements.append(
            Arrangement(
                change=change,
                left=left,
                joined=joined,
                positions=frozenset(positions),
                last=decision,
            )
        )

    def _undo(self, done: Arrangement) -> None:
        """Take a decision back, or take the taking back: it is carried out again."""
        undoing = corrected(self._time(), self._name(), done.last)
        self._tell(undoing, done.left, done.joined)
        there, back = (done.left, done.joined) if done.is_undone else (done.joined, done.left)
        still = [position for position in self._at(there) if position in done.positions]
        self._move(done.change if done.is_undone else UNDONE[done.change], there, back, still)
        done.is_undone = not done.is_undone
        done.last = undoing

    def _move(self, change: str, left: str, joined: str, positions: Sequence[int]) -> None:
        if not positions:
            return
        said = rearranged(self._time(), self._name(), (left, joined, positions), change=change)
        self._tell(said, *said.households)
        self.homes |= dict.fromkeys(positions, joined)

    def _judge(self, choices: Choices) -> None:
        open_ones = [
            (name, finding)
            for name, kept in sorted(self.fold.households.items())
            for finding in kept.state.findings
            if finding.status.is_open
        ]
        if open_ones:
            home, finding = choices.one_of(open_ones)
            kind = choices.one_of(("ACKNOWLEDGE", "DISMISS"))
            self._tell(decided(self._time(), self._name(), kind, finding.finding_id), home)

    def _wait(self, days: int) -> None:
        """Let days pass; the last of them begins with a tick."""
        day = amsterdam_day(self.now) + timedelta(days=days)
        self._tell(tick(day.isoformat()))

    def _decision(
        self, kind: str, *homes: str, since: date | None = None, pid: str | None = None
    ) -> Said:
        return say(
            "AnalystDecided",
            ANALYST,
            self._time(),
            self._name(),
            kind=kind,
            household_ids=list(homes),
            person_pids=[] if pid is None else [pid],
            valid_from=since,
            reason_code="KNOWN_AND_HANDLED",
            decided_by="analyst-1",
        )

    def _tell(self, said: Said, *homes: str) -> None:
        """Append one row and fold it; an event at one home counts there until it is moved."""
        self.now = max(self.now, said.record["meta"]["occurred_at"])
        self.said.append(replace(said, households=homes))
        position = len(self.said)
        body = journal_body(self.said[-1], position=position, known_at=self.now)
        row = decode_row(body)
        self.rows.append(row)
        before = self._states()
        changes = self.fold.apply(row)
        after = self._states()
        self.told.append(Told(row=row, changes=tuple(changes), before=before, after=after))
        if len(homes) == 1 and said.record_name not in ("AnalystDecided", "HouseholdsRearranged"):
            self.homes[position] = homes[0]

    def _states(self) -> dict[str, HouseholdState]:
        return {home: self.state_of(home) for home in HOMES}

    def _name(self) -> str:
        return f"e{len(self.said)}"

    def _time(self) -> str:
        return f"{self.now.astimezone(AMSTERDAM):%Y-%m-%d %H:%M}"


def _two(choices: Choices) -> tuple[str, str]:
    left = choices.one_of(HOMES)
    return left, choices.one_of([home for home in HOMES if home != left])
