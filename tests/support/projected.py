"""A database with the read tables, and a stage that fills them: for tests of projections."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg

from hub.migrate import migrations
from projections.stage import ProjectionsStage
from streams.engine.database import Connection
from streams.engine.lease import Lease
from streams.engine.log import ADVICE, FINDINGS, JOURNAL
from streams.engine.stage import Batch, InputRecord
from streams.engine.transaction import UnitTransaction

_NEEDED = ("streams.engine", "streams.admission", "streams.vault", "projections")


def migrate_projections(connection: Connection) -> None:
    """Make the tables of the engine and of projections in an empty database."""
    for migration in migrations():
        if migration.package in _NEEDED:
            connection.execute(migration.text.encode())


def project(connection: Connection, lease: Lease, records: Sequence[InputRecord]) -> None:
    """Hand one unit of work of one region to the stage."""
    project_together(connection, [(lease, records)])


def project_together(
    connection: Connection, parts: Sequence[tuple[Lease, Sequence[InputRecord]]]
) -> None:
    """Hand one unit of work to the stage, in the order in which the engine would."""
    topics = (JOURNAL.topic, FINDINGS.topic, ADVICE.topic)
    batches = [
        Batch(
            lease=lease, records=[one for topic in topics for one in records if one.topic == topic]
        )
        for lease, records in parts
    ]
    stage = ProjectionsStage()
    stage.handle(batches, UnitTransaction(connection, stage, bytes(32)))


def rows(connection: Connection, view: str, **where: Any) -> list[dict[str, Any]]:
    """Return the rows of a table or view of this room as dictionaries, in the view's order."""
    condition = " and ".join(f"{name} = %({name})s" for name in where) or "true"
    statement = f"select * from projections.{view} where {condition}"
    with connection.cursor(row_factory=psycopg.rows.dict_row) as cursor:
        return cursor.execute(statement.encode(), where).fetchall()
