"""Tables made anew from the logs: equal to the live ones, or put right."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

import psycopg
import pytest

from hub.cli.rebuild import rebuild as command
from hub.rebuild import LOCK, RoomReport, rebuild
from hub.rebuild_rooms import RadarRoom, rooms
from projections.rebuild import GROUPS
from streams.engine.database import Connection
from streams.engine.errors import StopError
from streams.engine.log import JOURNAL
from streams.household.paging import FACTS_PER_PAGE
from tests.support.databases import database_name, drop_database, fresh_database
from tests.support.live_tables import REGION_CODES, LiveTables, fill, more

if TYPE_CHECKING:
    from hub.local.endpoints import Endpoints

DRENTHE, GRONINGEN = REGION_CODES


@pytest.fixture(scope="module")
def filled(module_database: str) -> str:
    """Return the name of a filled database that nobody is connected to, to make others from."""
    tables = LiveTables(module_database)
    fill(tables)
    tables.close()
    return database_name(module_database)


@pytest.fixture
def live(stack: Endpoints, filled: str) -> Iterator[LiveTables]:
    url = fresh_database(stack, filled)
    tables = LiveTables(url)
    yield tables
    tables.close()
    drop_database(stack, url)


def run(
    live: LiveTables, what: str = "all", *, check: bool = False, region: str | None = None
) -> list[RoomReport]:
    wanted = rooms(what)
    assert wanted is not None
    return rebuild(live.url, wanted, check=check, region=region)


def different(reports: list[RoomReport]) -> dict[tuple[str, str], list[str]]:
    return {(d.table, d.region): list(d.keys) for r in reports for d in r.differences}


def leftovers(live: LiveTables) -> list[str]:
    found = live.query(
        "select nspname from pg_namespace where nspname ~ '^(radar|projections)_' order by 1"
    )
    return [name for (name,) in found]


def test_live_tables_are_what_the_logs_say(live: LiveTables) -> None:
    counts = {
        table: live.query(f"select count(*) from {table}")[0][0]
        for table in ("radar.household_state", "radar.rule_set", "engine.findings")
    }
    reports = run(live, check=True)
    assert different(reports) == {}
    assert [report.rows > 0 for report in reports] == [True, True]
    assert all(counts.values()), "nothing equals nothing"
    merged = live.query("select 1 from projections.household where merged_into is not null")
    assert len(merged) == len(REGION_CODES)
    assert leftovers(live) == []


def test_every_derived_table_belongs_to_one_group(live: LiveTables) -> None:
    found = live.query("select tablename from pg_tables where schemaname = 'projections'")
    grouped = [name for group in GROUPS.values() for name in group]
    assert sorted(grouped) == sorted({name for (name,) in found} - {"position"})
    found = live.query("select tablename from pg_tables where schemaname = 'radar'")
    assert {name for (name,) in found} == set(RadarRoom().beside.tables)


def tamper(live: LiveTables, region: str) -> dict[tuple[str, str], list[str]]:
    """Falsify a state, a count and a fact; return what must be found."""
    ((home,),) = live.query("select min(household_id) from radar.household_state")
    ((position, since),) = live.query(
        "select position, position_from from projections.fact_report where region = %s"
        " order by position limit 1",
        region,
    )
    live.query(
        "update radar.household_state set wake_at = '2001-01-01'"
        " where region = %s and household_id = %s",
        *(region, home),
    )
    live.query(
        "update projections.household set events = events + 1"
        " where region = %s and household_id = %s",
        *(region, home),
    )
    live.query(
        "delete from projections.fact_report"
        " where region = %s and position = %s and position_from = %s",
        *(region, position, since),
    )
    return {
        ("radar.household_state", region): [f'["{region}", "{home}"]'],
        ("projections.household", region): [f'["{region}", "{home}"]'],
        ("projections.fact_report", region): [f'["{region}", {position}, {since}]'],
    }


def test_a_falsified_row_is_found_and_mended(live: LiveTables) -> None:
    views = "select count(*) from projections.report_facts"
    before = live.query(views)
    expected = tamper(live, DRENTHE)
    assert different(run(live, check=True)) == expected
    assert different(run(live, check=True)) == expected, "a check changes nothing"
    assert live.query(views) != before
    epochs = live.query("select stage, region, epoch from engine.head order by 1, 2")

    reports = run(live)
    assert different(reports) == expected
    assert all(report.swapped for report in reports)
    assert live.query(views) == before, "the views read the new tables"
    assert leftovers(live) == []
    ended = live.query("select stage, region, epoch - 1 from engine.head order by 1, 2")
    assert [row for row in epochs if row[0] in {"radar", "projections"}] == [
        row for row in ended if row[0] in {"radar", "projections"}
    ]
    assert different(run(live, check=True)) == {}


def test_pages_of_large_households_are_compared_and_made_anew(live: LiveTables) -> None:
    live.append(JOURNAL, DRENTHE, more("large", FACTS_PER_PAGE + 1))
    live.catch_up()
    pages = "select household_id, number, body from radar.household_page order by 1, 2"
    before = live.query(pages)
    assert {name for name, _, _ in before} == {"household-001", "household-large"}
    assert different(run(live, check=True)) == {}
    live.query("update radar.household_page set body = '' where number = 2")
    live.query("delete from radar.household_page where number = 0")
    reports = run(live)
    assert {table for table, _ in different(reports)} == {"radar.household_page"}
    assert live.query(pages) == before
    assert different(run(live, check=True)) == {}


def test_new_tables_are_like_the_old_ones(live: LiveTables) -> None:
    told = (
        (
            "select indexname, indexdef from pg_indexes"
            " where schemaname in ('radar', 'projections') order by 1"
        ),
        (
            "select table_schema, table_name, grantee, privilege_type"
            " from information_schema.role_table_grants"
            " where table_schema = 'projections' and table_name like '%%_view'"
            " order by 1, 2, 3, 4"
        ),
        (
            "select c.relname, c.reloptions, obj_description(c.oid, 'pg_class'), a.attname,"
            " a.attnotnull, col_description(c.oid, a.attnum) from pg_class c"
            " join pg_attribute a on a.attrelid = c.oid and a.attnum > 0"
            " where c.relnamespace in ('radar'::regnamespace, 'projections'::regnamespace)"
            " and c.relkind in ('r', 'v') order by c.relname, a.attnum"
        ),
        (
            "select conrelid::regclass::text, conname, contype from pg_constraint"
            " where connamespace in ('radar'::regnamespace, 'projections'::regnamespace)"
            " order by 1, 2"
        ),
    )
    before = [live.query(statement) for statement in told]
    assert all(before)
    run(live)
    assert [live.query(statement) for statement in told] == before


def test_one_region_leaves_the_others_as_they_are(live: LiveTables) -> None:
    wrong_here, wrong_there = tamper(live, DRENTHE), tamper(live, GRONINGEN)
    assert different(run(live, region=DRENTHE)) == wrong_here
    assert different(run(live, check=True)) == wrong_there
    with pytest.raises(StopError, match="no log of this region"):
        run(live, region="nowhere")


@pytest.mark.parametrize("group", sorted(GROUPS))
def test_one_group_is_rebuilt_without_the_others(live: LiveTables, group: str) -> None:
    for table in GROUPS[group]:
        live.query(f"delete from projections.{table} where region = '{DRENTHE}'")
    found = different(run(live, group))
    assert {table for table, _ in found} <= {f"projections.{name}" for name in GROUPS[group]}
    assert found
    assert different(run(live, "projections", check=True)) == {}


class Interrupted(RadarRoom):
    """The room, with something that happens when its tables are filled but not yet swapped."""

    def __init__(self, live: LiveTables) -> None:
        super().__init__()
        self._live = live

    def finish_wave(self, connection: Connection) -> None:
        """Let more come in, unread by the live stage and read by it."""
        super().finish_wave(connection)
        self._live.append(JOURNAL, DRENTHE, more("between"))
        self._live.catch_up()


def test_rows_that_arrive_meanwhile_are_in_the_result(live: LiveTables) -> None:
    (report,) = rebuild(live.url, [Interrupted(live)], check=False, region=None)
    assert different([report]) == {}
    kept = live.query(
        "select 1 from radar.household_state where household_id = 'household-between'"
    )
    assert kept
    assert different(run(live, "radar", check=True)) == {}


def test_the_live_stages_go_on_while_and_after_tables_are_swapped(live: LiveTables) -> None:
    stop = threading.Event()
    failed: list[BaseException] = []

    def go_on() -> None:
        try:
            number = 0
            while not stop.is_set():
                live.append(JOURNAL, DRENTHE, more(f"during-{number}"))
                live.catch_up()
                number += 1
        except BaseException as error:
            failed.append(error)
            raise

    thread = threading.Thread(target=go_on)
    thread.start()
    try:
        reports = [*run(live), *run(live, region=DRENTHE)]
    finally:
        stop.set()
        thread.join()
    assert not failed
    assert different(reports) == {}
    live.catch_up()
    assert live.fenced >= 2, "both stages were told to begin again"
    assert different(run(live, check=True)) == {}
    ((journal,),) = live.query(
        "select position from engine.log_head where log = 'journal' and region = %s", DRENTHE
    )
    assert live.query(
        "select distinct position from engine.input where region = %s and topic = 'vt.journal.v1'",
        DRENTHE,
    ) == [(journal,)]


def test_two_rebuilds_at_once_are_refused(live: LiveTables) -> None:
    with psycopg.connect(live.url, autocommit=True) as other:
        other.execute("select pg_advisory_lock(%s)", [LOCK])
        with pytest.raises(StopError, match="another rebuild"):
            run(live)


def test_the_command_says_which_key_differs_and_ends_with_one(
    live: LiveTables, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    expected = tamper(live, DRENTHE)
    monkeypatch.setenv("RADAR_DATABASE_URL", live.url)
    monkeypatch.setenv("RADAR_KAFKA_BOOTSTRAP", "unused:9092")
    with pytest.raises(Exception) as ended:  # noqa: PT011 - typer's own way out
        command("radar", check=True, as_json=True)
    assert getattr(ended.value, "exit_code", None) == 1
    output = capsys.readouterr().out
    assert expected["radar.household_state", DRENTHE][0].replace('"', '\\"') in output
    assert '"equal": false' in output
