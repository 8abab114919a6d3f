"""Pages that name the code must agree with it: a name that moves takes its page along."""

from __future__ import annotations

import importlib
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from prometheus_client.metrics import MetricWrapperBase

from hub.cli import app
from hub.settings import Settings
from projections.statistics import STATISTICS
from projections.statistics.s25_month_matrix import SERIES
from schemas.events import EVENT_TYPES, LOG_RECORDS
from schemas.topics import TOPICS
from streams.household.rules import RULES
from tests.conftest import skip_or_fail
from tests.support.code_facts import (
    defined_in,
    log_events,
    messages,
    metric_modules,
    rooms_files,
    settings_named,
)
from tests.support.house import ROOMS, ROOT, files, name_of, text_of, tree_of
from tests.support.markdown import (
    anchors_of,
    codes_in,
    links_of,
    prose_of,
    queries_in,
    rows_under,
    sections_of,
)

DECISIONS = ROOT / "docs/decisions"
OPERATING = ROOT / "docs/operating"
# Pages of other people, kept with their files as they are.
VENDORED = ("query/static/vendor", "tests/browser/vendor")
ROAD_HEAD = ("step", "where", "what it guarantees", "writes")
FILE_LINK = re.compile(r"\[[^\]]*\]\(([^)]+\.py)\)")
FOREIGN_SETTINGS = {"HYPOTHESIS_PROFILE", "CI"}


def our_pages() -> tuple[Path, ...]:
    return tuple(path for path in files(".md") if not str(name_of(path)).startswith(VENDORED))


@pytest.mark.parametrize("path", our_pages(), ids=lambda path: str(name_of(path)))
def test_every_link_leads_somewhere(path: Path) -> None:
    broken = []
    for link in links_of(path):
        if re.match(r"[a-z][a-z0-9+.-]*:", link):
            continue
        target, _, anchor = link.partition("#")
        found = (path.parent / target).resolve() if target else path
        is_ours = found.is_relative_to(ROOT) and (found.is_dir() or found in files(found.suffix))
        has_place = not anchor or (found.suffix == ".md" and anchor in anchors_of(found))
        if not is_ours or not has_place:
            broken.append(link)
    assert not broken, f"{name_of(path)}: links to nothing in this repository"


@pytest.mark.parametrize("path", our_pages(), ids=lambda path: str(name_of(path)))
def test_every_file_that_a_page_names_exists(path: Path) -> None:
    ours = re.compile(rf"(?:{'|'.join((*ROOMS, 'tests', 'docs'))})(?:/[\w.-]+)+/?")
    named = {code for code in codes_in(prose_of(path)) if ours.fullmatch(code)}
    assert not {name for name in named if not (ROOT / name).exists()}


def test_every_page_that_code_names_exists() -> None:
    named = re.compile(r"docs/[a-z0-9/_-]+(?:\.md)?")
    missing = {
        f"{name_of(path)}: {match.group()}"
        for path in rooms_files()
        for match in named.finditer(text_of(path))
        if not list(ROOT.glob(match.group() + "*"))
    }
    assert not missing


def test_every_decision_is_listed_and_numbered_once() -> None:
    pages = {path.name for path in files(".md") if path.parent == DECISIONS} - {"README.md"}
    assert set(links_of(DECISIONS / "README.md")) == pages
    numbers = sorted(page[:4] for page in pages)
    assert numbers == [f"{number:04}" for number in range(1, len(pages) + 1)]


def metrics_of_the_code() -> Iterator[tuple[str, str, frozenset[str]]]:
    for path in sorted(metric_modules()):
        assert path.name == "metrics.py", f"{name_of(path)}: metrics are declared in metrics.py"
        module = importlib.import_module(".".join(name_of(path).with_suffix("").parts))
        for metric in vars(module).values():
            if isinstance(metric, MetricWrapperBase):
                (family,) = metric.describe()
                ending = "_total" if family.type == "counter" else ""
                labels = frozenset(metric._labelnames)
                yield f"{family.name}{ending}", family.type, labels


def test_every_metric_is_documented() -> None:
    sections = sections_of(OPERATING / "metrics.md", 3)
    metrics = {name: (kind, labels) for name, kind, labels in metrics_of_the_code()}
    assert len(metrics) >= 15, "the collection of metrics finds too few"
    assert set(sections) == set(metrics)
    for name, (kind, labels) in metrics.items():
        text = sections[name]
        first_line = text.strip().splitlines()[0]
        assert first_line.lower().startswith(kind), f"{name} is a {kind}"
        assert set(codes_in(first_line)) == labels, f"{name} has other labels"
        queries = queries_in(text)
        assert queries, f"{name} has no example"
        assert all(name in query for query in queries), f"the example of {name} asks another"
        assert "\nAbnormal: " in text, f"{name}: what is abnormal"


def test_metrics_carry_their_unit_and_no_person() -> None:
    for name, kind, labels in metrics_of_the_code():
        assert name.startswith("radar_")
        assert kind != "histogram" or name.endswith("_seconds")
        assert not labels & {"person", "pid", "household", "household_id", "address", "event_id"}


def test_every_example_query_is_promql(tmp_path: Path) -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        skip_or_fail("promtool is not installed (apt-get install prometheus)")
        return
    queries = queries_in(text_of(OPERATING / "metrics.md"))
    indented = [query.replace("\n", "\n          ") for query in queries]
    rules = "".join(
        f"    - record: example:{number}\n      expr: |\n          {query}\n"
        for number, query in enumerate(indented)
    )
    path = tmp_path / "rules.yaml"
    path.write_text(f"groups:\n  - name: examples\n    rules:\n{rules}", encoding="utf-8")
    checked = subprocess.run(
        [promtool, "check", "rules", str(path)], check=False, capture_output=True, text=True
    )
    assert checked.returncode == 0, checked.stderr


def test_every_log_event_is_documented() -> None:
    rows = rows_under(OPERATING / "log-events.md", "event", "level", "keys")
    documented = {codes_in(row[0])[0]: row for row in rows}
    # What libraries say comes through a formatter of our own, not through a call.
    library = documented.pop("library_log")
    assert '"event": "library_log"' in text_of(ROOT / "hub/telemetry.py")
    assert library[2]
    events = log_events()
    assert len(events) >= 10, "the scan for log events finds too few"
    assert set(documented) == set(events)
    for name, logged in events.items():
        assert re.fullmatch(r"[a-z]+(_[a-z]+)*", name), f"{logged.places}: snake_case"
        row = documented[name]
        assert {row[1]} == logged.levels, f"{name} has another level at {logged.places}"
        assert set(codes_in(row[2])) == logged.keys, f"{name} has other keys at {logged.places}"


def test_every_setting_is_documented() -> None:
    rows = rows_under(OPERATING / "settings.md", "setting", "default", "meaning")
    documented = {codes_in(row[0])[0] for row in rows} - FOREIGN_SETTINGS
    declared = {f"RADAR_{name.upper()}" for name in Settings.model_fields}
    assert documented == declared | settings_named()


def test_every_runbook_answers_what_the_code_says() -> None:
    page = OPERATING / "runbooks.md"
    said = messages()
    named = {name for text in said for name in re.findall(r"runbook '([^']+)'", text)}
    assert named <= set(sections_of(page, 2))
    reasons = [
        reason
        for line in re.findall(r"^\*Reasons?:\*.*(?:\n.+)*", text_of(page), re.MULTILINE)
        for reason in re.findall(r'"([^"]+)"', line.replace("\n", " "))
    ]
    assert len(reasons) >= 5
    assert not [reason for reason in reasons if not any(reason in text for text in said)]


def road() -> list[tuple[str, str, str]]:
    """Return (step, where, writes) of each row of ARCHITECTURE.md's road."""
    rows = rows_under(ROOT / "ARCHITECTURE.md", *ROAD_HEAD)
    assert len(rows) >= 10, "the road has more steps"
    return [(row[0], row[1], row[3]) for row in rows]


def test_every_place_on_the_road_exists() -> None:
    missing = []
    for step, where, _ in road():
        parts = FILE_LINK.split(where)
        assert len(parts) >= 3, f"{step}: name a file, as a link"
        for file, rest in zip(parts[1::2], parts[2::2], strict=True):
            names = codes_in(rest)
            assert names, f"{step}: name what to read in {file}"
            path = ROOT / file
            known = defined_in(tree_of(path)) if path.is_file() else set()
            missing += [f"{file} {name}" for name in names if name not in known]
    assert not missing


def test_every_table_and_topic_on_the_road_exists() -> None:
    created = re.compile(r"create (?:table|view) (?:if not exists )?([a-z_]+\.[a-z_]+)")
    tables = {name for path in files(".sql") for name in created.findall(text_of(path))}
    named = [name for _, _, writes in road() for name in codes_in(writes)]
    assert named
    unknown = [
        name for name in named if name not in tables and name not in TOPICS and name != "vt.in.*"
    ]
    assert not unknown


def test_the_glossary_knows_every_event_rule_and_figure() -> None:
    text = text_of(ROOT / "GLOSSARY.md")
    known = set(codes_in(text))
    said = {*EVENT_TYPES, *LOG_RECORDS}
    said |= {name for name, _ in SERIES} | {statistic.id for statistic in STATISTICS}
    said |= {rule.rule_id for rule in RULES}
    assert not said - known, "GLOSSARY.md does not explain these"
    labels = {event.label for event in EVENT_TYPES.values()}
    labels |= {record.label for record in LOG_RECORDS.values()}
    assert not {label for label in labels if label not in text}, "other words on the pages"


def test_the_glossary_says_where_its_words_are() -> None:
    page = ROOT / "GLOSSARY.md"
    rows = rows_under(page, "word", "in code", "meaning", "where")
    assert len(rows) >= 20
    astray = [
        row[0]
        for row in rows
        for file in re.findall(r"\]\(([^)]+)\)", row[3])
        for name in codes_in(row[1])
        if name.split(".")[-1] not in text_of(ROOT / file)
    ]
    assert not astray


def test_the_readme_lists_every_command_and_room() -> None:
    text = text_of(ROOT / "README.md")
    command = typer.main.get_command(app)
    names = set(getattr(command, "commands", {}))
    rows = rows_under(ROOT / "README.md", "command", "does")
    listed = {codes_in(row[0])[0].removeprefix("radar ").split()[0] for row in rows}
    assert names
    assert listed == names
    assert all(f"({room}/)" in text for room in ROOMS)
    targets = set(re.findall(r"`make ([a-z-]+)`", text))
    made = set(re.findall(r"^([a-z-]+):", text_of(ROOT / "Makefile"), re.MULTILINE))
    assert {"demo", "test"} <= targets <= made


def test_the_pictures_are_small() -> None:
    pictures = [path for path in files(".png") if path.parent == ROOT / "docs/images"]
    assert pictures
    assert not [path.name for path in pictures if path.stat().st_size > 200_000]


def test_the_checks_can_fail(tmp_path: Path) -> None:
    """Show each reader a page on which it must find something."""
    page = tmp_path / "page.md"
    page.write_text(
        "# One two\n## A `b`: c\n[x](gone.md#there) ![y](no.png)\n```\n[no](code.md)\n```\n"
        "| step | where |\n|---|---|\n| 1 | [f](a/b.py) `C.d` |\n",
        encoding="utf-8",
    )
    assert links_of(page) == ["gone.md#there", "no.png", "a/b.py"]
    assert anchors_of(page) == {"one-two", "a-b-c"}
    assert rows_under(page, "step") == [["1", "[f](a/b.py) `C.d`"]]
    assert FILE_LINK.split("[f](a/b.py) `C.d`") == ["", "a/b.py", " `C.d`"]
    assert "loads" not in defined_in(tree_of(ROOT / "tests/support/house.py"))
