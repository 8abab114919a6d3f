"""The two rooms whose tables can be made anew, as one rebuild sees them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from hub.rebuild_parts import Part
from streams.engine.beside import BesideTables
from streams.engine.database import Connection
from streams.engine.log import FINDINGS
from streams.engine.stage import Stage

if TYPE_CHECKING:
    from projections.rebuild_reading import Positions


class Room(Protocol):
    """Derived tables that stand where one live stage stands; `to` is always such a place."""

    @property
    def name(self) -> str:
        """Return what the room is called on the command line and in reports."""
        ...

    @property
    def stage(self) -> tuple[str, int]:
        """Return name and version of the stage that writes the live tables."""
        ...

    @property
    def beside(self) -> BesideTables:
        """Return the tables."""
        ...

    @property
    def log(self) -> WrittenLog | None:
        """Return the log that the stage writes, which is compared and never replaced."""
        ...

    def prepare(self, connection: Connection) -> None:
        """Make empty tables beside the live ones."""
        ...

    def waves(
        self, connection: Connection, regions: Sequence[str], cores: int
    ) -> Sequence[Sequence[Part[None]]]:
        """Return what fills them, in waves."""
        ...

    def finish_wave(self, connection: Connection) -> None:
        """Do what has to be done once, after a wave."""
        ...

    def reached(self, connection: Connection, region: str) -> Any:
        """Return where the live tables stand."""
        ...

    def behind(self, connection: Connection, region: str, to: Any) -> int:
        """Return how many rows the rebuilt tables lack of `to`."""
        ...

    def catch_up(self, connection: Connection, region: str, to: Any) -> None:
        """Bring the rebuilt tables to `to`, in the caller's transaction."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class LogDifference:
    """What a log leaves otherwise than it should; `found` is the room's own."""

    table: str = ""
    keys: Sequence[str] = ()
    parts_at: Sequence[int] = ()
    found: Any = None


class WrittenLog(Protocol):
    """A log of record that a stage writes: what it says wrongly is said anew, never rewritten."""

    def compare(self, live: Connection, beside: Connection, region: str) -> LogDifference:
        """Compare it with what this program would have written."""
        ...

    def append(self, connection: Connection, region: str, found: LogDifference, to: Any) -> int:
        """Say in it what it leaves wrong; return how many rows that took."""
        ...


class RadarRoom:
    """Household states and rules, and the finding log that may only be added to."""

    name = "radar"

    def __init__(self) -> None:
        # Rooms are imported where they are wired, as in hub.wiring.
        from streams.radar import rebuild
        from streams.radar.stage import RadarStage

        self._rebuild = rebuild
        self.stage = (RadarStage.name, RadarStage.version)
        self.log = FindingLog(RadarStage(publish=_say_nothing))
        self.beside = rebuild.TABLES

    def prepare(self, connection: Connection) -> None:
        """Make empty tables beside the live ones."""
        self._rebuild.prepare(connection)

    def waves(
        self, connection: Connection, regions: Sequence[str], cores: int
    ) -> Sequence[Sequence[Part[None]]]:
        """Return the shares of all households."""
        return [self._rebuild.shares(connection, regions, cores)]

    def finish_wave(self, connection: Connection) -> None:
        """Index what was written."""
        self._rebuild.finish(connection)

    def reached(self, connection: Connection, region: str) -> int:
        """Return the journal position of the live stage."""
        return self._rebuild.live_position(connection, region)

    def behind(self, connection: Connection, region: str, to: int) -> int:
        """Return how many journal rows are not folded yet."""
        return self._rebuild.behind(connection, region, to)

    def catch_up(self, connection: Connection, region: str, to: int) -> None:
        """Fold on to a journal position."""
        self._rebuild.catch_up(connection, region, to)


class FindingLog:
    """The finding log, as the radar's stage wrote it."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    def compare(self, live: Connection, beside: Connection, region: str) -> LogDifference:
        """Compare it with what this program would have said."""
        from streams.radar.rebuild_findings import compare_log

        compared = compare_log(live, beside, region)
        return LogDifference(
            table=FINDINGS.table,
            keys=compared.keys,
            parts_at=compared.parts_at,
            found=compared.wrong,
        )

    def append(self, connection: Connection, region: str, found: LogDifference, to: int) -> int:
        """Say anew what it leaves wrong."""
        from streams.radar.rebuild_findings import append_differences

        return append_differences(connection, self._stage, region, found.found, to)


class ProjectionsRoom:
    """The read tables of some or all projections; they write no log."""

    name = "projections"

    def __init__(self, groups: Sequence[str]) -> None:
        from projections import rebuild
        from projections.stage import ProjectionsStage

        self._rebuild = rebuild
        self._groups = tuple(groups)
        self.log = None
        self.stage = (ProjectionsStage.name, ProjectionsStage.version)
        self.beside = rebuild.tables(groups)

    def prepare(self, connection: Connection) -> None:
        """Make empty tables beside the live ones."""
        self._rebuild.prepare(connection, self._groups)

    def waves(
        self, connection: Connection, regions: Sequence[str], cores: int
    ) -> Sequence[Sequence[Part[None]]]:
        """Return the groups to fill, then the households to count."""
        return self._rebuild.waves(connection, self._groups, regions, cores)

    def finish_wave(self, connection: Connection) -> None:
        """Tell the planner what there is by now."""
        self._rebuild.finish(connection, self._groups)

    def reached(self, connection: Connection, region: str) -> Positions:
        """Return how far each group is in its own log."""
        return self._rebuild.live_positions(connection, self._groups, region)

    def behind(self, connection: Connection, region: str, to: Positions) -> int:
        """Return how many rows, over all groups, are not applied yet."""
        return self._rebuild.behind(connection, region, to)

    def catch_up(self, connection: Connection, region: str, to: Positions) -> None:
        """Apply rows up to these positions."""
        self._rebuild.catch_up(connection, region, to)


def rooms(wanted: str) -> list[Room] | None:
    """Return the rooms of a word on the command line; None when it means nothing.

    Radar comes first: what it appends to its log is then read by the projections as ever.
    """
    from projections.rebuild import GROUPS

    match wanted:
        case "radar":
            return [RadarRoom()]
        case "projections":
            return [ProjectionsRoom(tuple(GROUPS))]
        case "all":
            return [RadarRoom(), ProjectionsRoom(tuple(GROUPS))]
        case _ if wanted in GROUPS:
            return [ProjectionsRoom((wanted,))]
        case _:
            return None


def _say_nothing(*_: object) -> None:
    raise AssertionError("a rebuild publishes nothing")
