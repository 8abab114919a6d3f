"""Applies each room's `sql/NN_*.sql` once, in import order, and makes the regions' partitions."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import resources

import psycopg
from psycopg import sql

from schemas.regions import Regions
from streams.engine.errors import StopError
from streams.engine.log import LOGS

PACKAGES = (
    "streams.engine",
    "streams.vault",
    "streams.admission",
    "streams.radar",
    "projections",
    "connectors",
    "query",
)
POSTGRES_VERSION_MIN = 150000
_NUMBERED = re.compile(r"\d\d_[a-z0-9_]+\.sql")
# Any number will do as long as every `radar migrate` takes the same one.
_LOCK = 7_261_001

_HISTORY = """
create schema if not exists hub;
comment on schema hub is 'What the composition root keeps: which migrations were applied.';
create table if not exists hub.migration (
  package text not null,
  file text not null,
  sha256 text not null,
  applied_at timestamptz not null default now(),
  primary key (package, file)
);
comment on table hub.migration is 'Migrations applied to this database.';
comment on column hub.migration.package is 'Python package that owns the file.';
comment on column hub.migration.file is 'File name; numbers give the order.';
comment on column hub.migration.sha256 is 'Of the file as applied: a changed one is refused.';
comment on column hub.migration.applied_at is 'When it was applied.';
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """One file of one package."""

    package: str
    file: str
    text: str

    @property
    def sha256(self) -> str:
        """Return the checksum under which it is recorded."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def migrations() -> Iterator[Migration]:
    """Yield all migrations in the order in which they are applied."""
    for package in PACKAGES:
        directory = resources.files(package) / "sql"
        if not directory.is_dir():
            continue
        for entry in sorted(directory.iterdir(), key=lambda found: found.name):
            if _NUMBERED.fullmatch(entry.name):
                text = entry.read_text(encoding="utf-8")
                yield Migration(package=package, file=entry.name, text=text)


def pending(connection: psycopg.Connection[tuple[object, ...]]) -> list[Migration]:
    """Return what has not been applied; an applied file that has changed is a StopError."""
    exists = connection.execute("select to_regclass('hub.migration')").fetchone()
    applied: dict[tuple[object, object], object] = {}
    if exists is not None and exists[0] is not None:
        rows = connection.execute("select package, file, sha256 from hub.migration").fetchall()
        applied = {(package, file): checksum for package, file, checksum in rows}
    missing = []
    for migration in migrations():
        known = applied.get((migration.package, migration.file))
        if known is None:
            missing.append(migration)
        elif known != migration.sha256:
            raise StopError(
                f"{migration.package}/sql/{migration.file} has changed since it was applied; "
                "add a new migration instead, or start a new local database with --fresh"
            )
    return missing


def migrate(database_url: str, regions: Regions) -> Sequence[str]:
    """Bring a database up to date in one transaction; return what was applied.

    Idempotent, and safe when two processes do it at once.
    """
    with psycopg.connect(database_url) as connection:
        if connection.info.server_version < POSTGRES_VERSION_MIN:
            raise StopError("PostgreSQL 15 or newer is needed; point RADAR_DATABASE_URL at one")
        connection.execute("select pg_advisory_xact_lock(%s)", [_LOCK])
        connection.execute(_HISTORY)
        done = []
        for migration in pending(connection):
            connection.execute(migration.text.encode())
            connection.execute(
                "insert into hub.migration (package, file, sha256) values (%s, %s, %s)",
                [migration.package, migration.file, migration.sha256],
            )
            done.append(f"{migration.package}/{migration.file}")
        for region in regions:
            done += _make_partitions(connection, region.code)
        return done


def _make_partitions(connection: psycopg.Connection[tuple[object, ...]], region: str) -> list[str]:
    made = []
    for log in LOGS:
        schema, table = log.table.split(".")
        name = f"{table}_{region.replace('-', '_')}"
        exists = connection.execute("select to_regclass(%s)", [f"{schema}.{name}"]).fetchone()
        if exists is not None and exists[0] is not None:
            continue
        connection.execute(
            sql.SQL("create table {} partition of {} for values in ({})").format(
                sql.Identifier(schema, name), sql.Identifier(schema, table), sql.Literal(region)
            )
        )
        connection.execute(
            sql.SQL("comment on table {} is 'Rows of one region.'").format(
                sql.Identifier(schema, name)
            )
        )
        made.append(f"{schema}.{name}")
    return made
