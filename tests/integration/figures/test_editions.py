"""Editions of the simulated region: kept as published, and their differences explained."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import psycopg
import pytest

from connectors.simulation.figures import Figures
from hub.editions import Published, explain, find_edition, list_editions, publish_edition, recount
from hub.explained import explained_years
from hub.report import Wanted, rendered
from projections.statistics.changes import How
from query.editions.differing import Difference, Differing
from query.editions.places import places_on
from query.editions.store import EditionDamaged, read_edition
from query.problems import BadQuestion, NotFound
from query.report.asking import COUNTS
from query.report.cells import cells
from query.report.document_reading import report_of
from streams.engine.database import Connection
from tests.integration.figures.conftest import SEED
from tests.support.road_command import Ended, radar_command

REGION = "drenthe"
FACTSHEET, LATER = "factsheet-2023", "factsheet-2023-nu"


def wanted(first: str, last: str, known_on: str, **other: str) -> Wanted:
    return Wanted(
        region=REGION,
        first=first,
        last=last,
        known_on=known_on,
        municipality=other.get("municipality"),
        is_factsheet=(first[5:], last[5:]) == ("01", "12"),
        disclosure=other.get("disclosure", "none"),
    )


def published(url: str, name: str, asked: Wanted) -> Published:
    return publish_edition(url, name, asked, is_dry_run=False)


@pytest.fixture(scope="module")
def differing(filled_database: str) -> Differing:
    published(filled_database, FACTSHEET, wanted("2023-01", "2023-12", "2024-03-01"))
    published(filled_database, LATER, wanted("2023-01", "2023-12", "2025-09-15"))
    return explain(filled_database, REGION, LATER, FACTSHEET)


def figure(differing: Differing, name: str) -> Difference:
    (found,) = [each for each in differing.figures if each.id == name]
    return found


def test_the_printed_differences_of_2023_are_explained(differing: Differing) -> None:
    advices, reports = figure(differing, "advices"), figure(differing, "reports")
    assert (advices.before, advices.after) == (2843, 2850)
    assert (reports.before, reports.after) == (1869, 1865)
    # Some came late; some were taken back, and one was moved to another year.
    hows = Counter(move.rows[-1].how for move in reports.moves)
    print(SEED, hows, Counter(move.rows[-1].how for move in advices.moves))
    assert hows[How.RETRACTED] + hows[How.DUPLICATE] >= 1
    assert {move.effect for move in reports.moves} == {1, -1}
    assert {row.sender for move in reports.moves for row in move.rows} == {"case-system"}
    assert {row.sender for move in advices.moves for row in move.rows} == {"advice"}


def test_what_moved_adds_up_to_every_difference(differing: Differing) -> None:
    assert differing.earlier.name == FACTSHEET
    assert differing.compared > 400
    assert len(differing.figures) > 20
    for each in differing.figures:
        assert sum(move.effect for move in each.moves) == each.after - each.before
        assert all(move.rows for move in each.moves) or each.statistic.startswith("S33")
    unmoved = {each.id for each in differing.figures} ^ {
        name for name, before, after in _counts(differing) if before != after
    }
    # What moved in and out alike is told too; what differs is never left out.
    assert all(figure(differing, name).difference == 0 for name in unmoved)


def _counts(differing: Differing) -> list[tuple[str, object, object]]:
    one, other = (
        {cell.id: cell.number for cell in cells(edition.figures_report)}
        for edition in (differing.earlier, differing.later)
    )
    return [(name, one[name], other[name]) for name in one if name in other]


def test_a_months_difference_is_that_of_its_events(differing: Differing) -> None:
    months = [each for each in differing.figures if each.id.startswith("months.report.2023-")]
    assert sum(each.difference for each in months) == figure(differing, "reports").difference


def test_an_edition_counted_again_is_the_same(differing: Differing, filled_database: str) -> None:
    for edition in (differing.earlier, differing.later):
        again = recount(filled_database, REGION, edition.name)
        assert (again.is_equal, again.figures, again.places) == (True, [], [])


def test_one_name_is_one_content_for_ever(differing: Differing, filled_database: str) -> None:
    same = published(filled_database, FACTSHEET, wanted("2023-01", "2023-12", "2024-03-01"))
    assert not same.is_new
    assert same.edition == differing.earlier
    with pytest.raises(BadQuestion, match="andere uitgave"):
        published(filled_database, FACTSHEET, wanted("2023-01", "2023-12", "2024-03-02"))
    stored = find_edition(filled_database, REGION, FACTSHEET)
    assert stored == differing.earlier
    assert [one.name for one in list_editions(filled_database, REGION)][:1] == [FACTSHEET]


def test_an_edition_stores_where_the_logs_stood(differing: Differing, filled: Connection) -> None:
    edition = differing.earlier
    row = filled.execute(
        "select max(position) from engine.journal where known_at < '2024-03-02 00:00+01'"
    ).fetchone()
    assert row == (edition.journal_position,)
    places = places_on(filled, REGION, edition.known_on)
    assert (places.advice.position, places.advice.incarnation) == (edition.advice_position, 1)


@pytest.mark.parametrize(
    "statement",
    [
        "update query.edition set printed = ''",
        "delete from query.edition",
        "truncate query.edition",
    ],
)
def test_the_database_refuses_to_change_one(
    differing: Differing, filled_database: str, statement: str
) -> None:
    with psycopg.connect(filled_database) as connection:
        with pytest.raises(psycopg.errors.RestrictViolation):
            connection.execute(statement.encode())
        connection.rollback()


def test_one_that_was_touched_is_not_shown(differing: Differing, filled_database: str) -> None:
    with psycopg.connect(filled_database) as connection:
        connection.execute("alter table query.edition disable trigger all")
        connection.execute(
            "update query.edition set printed = replace(printed, '2843', '2844') where name = %s",
            [FACTSHEET],
        )
        with pytest.raises(EditionDamaged, match="checksum"):
            read_edition(connection, REGION, FACTSHEET)
        connection.rollback()


def test_other_periods_and_places_are_not_compared(
    differing: Differing, filled_database: str
) -> None:
    published(filled_database, "bestuur", wanted("2025-01", "2025-08", "2025-09-15"))
    with pytest.raises(BadQuestion, match="perioden"):
        explain(filled_database, REGION, FACTSHEET, "bestuur")
    assen = wanted("2023-01", "2023-12", "2025-09-15", municipality="GM0106")
    published(filled_database, "assen", assen)
    with pytest.raises(BadQuestion, match="gebieden"):
        explain(filled_database, REGION, FACTSHEET, "assen")
    with pytest.raises(NotFound):
        explain(filled_database, REGION, FACTSHEET, "nergens")


def test_months_that_were_not_over_are_in_the_later_one_only(filled_database: str) -> None:
    published(filled_database, "bestuur-half", wanted("2025-01", "2025-08", "2025-06-15"))
    published(filled_database, "bestuur-heel", wanted("2025-01", "2025-08", "2025-09-15"))
    found = explain(filled_database, REGION, "bestuur-half", "bestuur-heel")
    # June, July and August of four series.
    assert found.only_after == 12
    assert figure(found, "reports").difference > 300
    hows = Counter(move.rows[-1].how for move in figure(found, "reports").moves)
    assert hows.most_common(1)[0][0] is How.ARRIVED


def test_every_statistic_of_a_municipality_is_explained_too(filled_database: str) -> None:
    for name, known_on in (("emmen-1", "2024-03-01"), ("emmen-2", "2025-03-01")):
        asked = wanted("2024-01", "2024-12", known_on, municipality="GM0114")
        published(filled_database, name, asked)
    found = explain(filled_database, REGION, "emmen-1", "emmen-2")
    assert {each.statistic for each in found.figures} >= {one for _, one in COUNTS} - {
        # None of these in this municipality and year, or none that the simulator writes.
        "S02", "S23", "S23-assessed", "S27", "S28", "S28-held", "S26a", "S26b",
    }  # fmt: skip


def test_a_stored_edition_prints_as_it_was_counted(filled_database: str) -> None:
    asked = wanted("2025-01", "2025-08", "2025-09-15", disclosure="suppress:5")
    fresh = published(filled_database, "beschermd", asked)
    stored = find_edition(filled_database, REGION, "beschermd")
    for form in ("json", "csv", "html"):
        made = rendered(stored.printed_report, form, is_factsheet=False)
        assert made == rendered(fresh.printed, form, is_factsheet=False)
    assert stored.printed != stored.figures
    assert report_of({**_document(stored.figures)}) == stored.figures_report
    assert recount(filled_database, REGION, "beschermd").is_equal


def _document(text: str) -> dict[str, object]:
    document: dict[str, object] = json.loads(text)
    return document


def test_the_command_does_it_all(
    differing: Differing, filled_database: str, tmp_path: Path
) -> None:
    environment = {"RADAR_DATABASE_URL": filled_database, "RADAR_KAFKA_BOOTSTRAP": "unused:1"}

    def radar(*arguments: str) -> Ended:
        asked = ("edition", *arguments, "--region", REGION)
        return radar_command(*asked, data=tmp_path, environment=environment)

    year = ("--year", "2023", "--known-on", "2024-03-01")
    again = radar("publish", FACTSHEET, *year, "--json").json()
    assert (again["new"], again["figures_sha256"]) == (False, differing.earlier.figures_sha256)
    assert again["positions"][REGION]["journal"] == differing.earlier.journal_position
    other = radar("publish", FACTSHEET, "--year", "2023", "--known-on", "2024-04-01")
    assert (other.code, other.output) == (2, "")
    assert "andere naam" in other.said
    late = radar("publish", "x", "--year", "2023", "--known-on", "2025-09-16")
    assert late.code == 2
    assert "--known-on" in late.said

    listed = radar("list", "--json").json()["editions"]
    assert {FACTSHEET, LATER} <= {one["name"] for one in listed}
    printed = radar("show", FACTSHEET, "--format", "json")
    assert printed.output.strip() == differing.earlier.printed
    assert radar("show", FACTSHEET, "--check", "--json").json()["equal"] is True
    assert radar("show", FACTSHEET).code == 0

    told = radar("diff", FACTSHEET, LATER, "--figure", "advices", "--json")
    (advices,) = told.json()["figures"]
    assert (advices["before"], advices["after"], advices["difference"]) == (2843, 2850, 7)
    assert sum(move["effect"] for move in advices["moves"]) == 7
    assert advices["moves"][0]["events"][0].keys() == {
        *("event_id", "event", "sender", "how", "position", "known_at"),
    }
    assert "2,843 to   2,850  +7" in told.said


def test_the_demo_says_why_a_published_year_is_another_number_now(
    filled: Connection, printed: Figures
) -> None:
    told = list(explained_years(filled, printed))
    (advices,) = [sentence for sentence in told if sentence.startswith("Adviezen 2023")]
    assert "2,843 known on 2024-03-01, 2,850 on 2025-09-15: " in advices
    (reports,) = [sentence for sentence in told if sentence.startswith("Meldingen 2023")]
    assert "1,869 known on 2024-03-01, 1,865 on 2025-09-15: " in reports
    assert "retracted" in reports
    assert not any("2022" in sentence for sentence in told)


def test_a_dry_run_keeps_nothing(filled_database: str) -> None:
    asked = wanted("2025-01", "2025-08", "2025-09-15")
    tried = publish_edition(filled_database, "proef", asked, is_dry_run=True)
    assert tried.edition.journal_position > 0
    with pytest.raises(NotFound):
        find_edition(filled_database, REGION, "proef")


def test_a_name_and_a_protection_are_checked(filled_database: str) -> None:
    asked = wanted("2025-01", "2025-08", "2025-09-15")
    with pytest.raises(BadQuestion, match="naam"):
        published(filled_database, "Niet Goed", asked)
    for text in ("suppress:1", "suppress:", "round", "suppress:1000", "geheim"):
        with pytest.raises(BadQuestion) as refused:
            published(
                filled_database, "x", wanted("2025-01", "2025-08", "2025-09-15", disclosure=text)
            )
        assert "--disclosure" in refused.value.detail
