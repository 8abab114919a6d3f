"""Schedules in which the database is put back to an earlier day while the topics stand still."""

from __future__ import annotations

from typing import Any

from streams.engine.adoption import AdoptedRows, Origin
from streams.engine.lease import Lease
from streams.engine.ledger import Outcome
from streams.engine.log import FINDINGS, LogRow
from streams.engine.log_reader import INCARNATION_HEADER, POSITION_HEADER
from streams.engine.stage import InputRecord
from streams.engine.transaction import UnitTransaction
from tests.simulator.oracle import REGION_CODES
from tests.simulator.process import Parts
from tests.simulator.stages import FINDING_ID, CountingStage, parse
from tests.simulator.statements import READ, WRITE
from tests.simulator.world import World

BACKUPS_KEPT_MAX = 4


class DecidingStage(CountingStage):
    """A counting stage whose rows cannot be made again in the same way, so it takes them back.

    A row's key is the place where its event was received.  `when` stands for what chance and
    clocks put into a row: it differs each time the same event is admitted.
    """

    def origin(self, row: InputRecord) -> Origin | None:
        topic, offset, _ = (row.key or b"").decode().split("|")
        return topic, int(offset)

    def adopt(self, adopted: AdoptedRows, tx: UnitTransaction) -> None:
        lease, rows = adopted.lease, []
        for row in adopted.rows:
            value, key = row.value or b"", row.key or b""
            source, event_id, household, body = parse(value)
            topic, offset = self.origin(row) or ("", -1)
            heard = adopted.heard.get((topic, offset))
            # The digest of a real event rests on its record: without it nothing can be known.
            assert heard is not None, "a row whose record was not read again"
            assert heard.value == value, "a row that is not its record's"
            place = self.identity(lease, source, event_id)
            told = ("event", *place)
            tx.connection.execute(WRITE, ((body, 0, (topic, offset), row.position), *told))
            self.count(lease, tx, household, value)
            values = ("household", FINDING_ID, 0)
            kept = LogRow(position=row.position or 0, key=key, body=value, values=values)
            rows.append((row.incarnation or 0, kept))
        tx.adopt(lease, FINDINGS, rows)
        self.database.count("taken_back" if adopted.is_last else "taken_back_in_part")

    def row(self, position: int, record: InputRecord, value: bytes) -> LogRow:
        when = self.scheduler.random.random()
        key = f"{record.topic}|{record.offset}|{when}".encode()
        values = ("household", FINDING_ID, 0)
        return LogRow(position=position, key=key, body=value, values=values)

    def judge(
        self, lease: Lease, record: InputRecord, tx: UnitTransaction, rows: list[Any]
    ) -> None:
        """Settle as applied what was taken back before its record was read again."""
        try:
            source, event_id, *_ = parse(record.value or b"")
        except ValueError:
            return super().judge(lease, record, tx, rows)
        key = self.identity(lease, source, event_id)
        known = tx.connection.execute(READ, ("event", *key)).fetchone()
        if known is not None and known[0][2:3] == ((record.topic, record.offset),):
            tx.settle(lease, record, Outcome.APPLIED, position=known[0][3])
            return None
        return super().judge(lease, record, tx, rows)


class RestoringWorld(World):
    """A world that makes backups of its database and puts them back.

    Nothing of the log's topic expires here: a hole between a backup and the topic is refused by
    design, and has a test of its own.
    """

    steps = (500, 1_200)

    def __init__(self, seed: int, parts: Parts) -> None:
        super().__init__(seed, parts)
        self.backups: list[dict[Any, Any]] = [{}]
        self.kept: dict[Any, Any] = {}
        self._actions = [(weight, act) for weight, act in self._actions if act != self.expire]
        self._actions += [(0.8, self.back_up), (0.4, self.restore)]
        self._weights = [weight for weight, _ in self._actions]

    def back_up(self) -> None:
        self.backups = [*self.backups, dict(self.database.rows)][-BACKUPS_KEPT_MAX:]
        self.scheduler.note("backup")

    def restore(self) -> None:
        """Stop every process and the server, and put a backup back; later ones are thrown away.

        The runbook wants workers stopped first, so what was on its way has landed by then or never
        will: a record of the old history may not come after the new one has begun.
        """
        for process in [*self.living.values(), *self.replaced]:
            self._bury(process)
        while self.topics.late and self.scheduler.chance(0.5):
            self.topics.settle_late()
        self.topics.late.clear()
        self.database.stop()
        number = self.scheduler.random.randrange(len(self.backups))
        self.backups = self.backups[: number + 1]
        self._remember()
        lost = len(self.database.rows) - len(self.backups[-1])
        self.database.rows = dict(self.backups[-1])
        self.database.is_away = False
        self.database.count("restored" if lost else "restored_nothing_lost")

    def _remember(self) -> None:
        """Keep the rows that table and topic both have: all of them must be there in the end."""
        on_topic = {
            (region, *sorted(dict(record.headers).items()))
            for partition, region in enumerate(REGION_CODES)
            for record in self.topics.logs.get((FINDINGS.topic, partition), [])
        }
        rows = self.database.rows.items()
        for key, row in ((key, row) for (table, key), row in rows if table == FINDINGS.name):
            place = (
                (INCARNATION_HEADER, str(row[0]).encode()),
                (POSITION_HEADER, str(key[1]).encode()),
            )
            if (key[0], *place) in on_topic:
                self.kept[key] = row

    def forgotten(self) -> list[str]:
        """Return the rows that a topic still held at a restore and that are not as they were."""
        rows = self.database.rows
        return [
            f"{region}: position {position} is not what the topic held of it"
            for (region, position), row in self.kept.items()
            if rows.get((FINDINGS.name, (region, position))) != row
        ]


class DecidingWorld(RestoringWorld):
    """As above, with a stage whose rows must come back as they were."""

    def _drain(self) -> None:
        super()._drain()
        self.violations += self.forgotten()
