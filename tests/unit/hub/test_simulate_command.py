"""Does `radar simulate` write what was asked, and say in one sentence why it does not?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from hub.cli import app
from hub.figures_file import read_figures
from streams.engine.errors import StopError
from tests.support.figures_maker import make_figures


def written(tmp_path: Path, document: object) -> Path:
    path = tmp_path / "figures.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def run(*arguments: str) -> Any:
    return CliRunner().invoke(app, ["simulate", *arguments])


def test_the_log_is_written_and_accepted_deviations_are_listed(tmp_path: Path) -> None:
    document = make_figures(54, "tiny")
    out = tmp_path / "log"
    arguments = ("--figures", str(written(tmp_path, document)), "--out", str(out), "--json")
    ended = run(*arguments)
    assert ended.exit_code == 0
    told = json.loads(ended.stdout)
    assert told["accepted_deviations"] == document["accepted_deviations"] != []
    first = Path(told["written"]).read_bytes()
    assert first.count(b"\n") > 100
    assert "accepted deviation printed.total: printed 7, ours 6: unlike its months" in ended.stderr
    run(*arguments)
    assert Path(told["written"]).read_bytes() == first


def test_figures_at_odds_are_named(tmp_path: Path) -> None:
    document = make_figures(54, "tiny")
    edition = document["editions"][-1]
    edition["counts"] = [
        {"id": f"twice.{count}", "statistic": "S08", "count": count,
         "from": edition["known_on"][:7], "to": edition["known_on"][:7]}
        for count in (3, 4)
    ]  # fmt: skip
    ended = run("--figures", str(written(tmp_path, document)), "--out", str(tmp_path / "log"))
    assert isinstance(ended.exception, StopError)
    said = str(ended.exception)
    assert "totals_disagree" in said and "twice.3" in said and "twice.4" in said
    assert not (tmp_path / "log").exists()


def test_a_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    figures = written(tmp_path, make_figures(54, "tiny"))
    ended = run("--figures", str(figures), "--out", str(figures))
    assert isinstance(ended.exception, StopError)
    assert "--out cannot be written to" in str(ended.exception)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "form"),
        (b"\xff\xfe", "not UTF-8"),
        (b'{"format": 2, "region": "secret-town"}', "format"),
        (b"[" * 100_000, "form"),
        (b'{"format": 1, "region": {}, "editions": []}', "editions"),
    ],
)
def test_what_is_no_figures_file_is_refused_without_its_values(
    content: bytes, why: str, tmp_path: Path
) -> None:
    path = tmp_path / "figures.json"
    path.write_bytes(content)
    with pytest.raises(StopError, match=why) as refused:
        read_figures(path)
    assert "secret-town" not in str(refused.value)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StopError, match="cannot be read"):
        read_figures(tmp_path / "none.json")


def test_years_that_no_calendar_reaches_are_refused(tmp_path: Path) -> None:
    document = make_figures(54, "tiny")
    document["editions"][-1]["known_on"] = "9999-12-31"
    with pytest.raises(StopError, match="known_on"):
        read_figures(written(tmp_path, document))
    document["editions"][-1]["known_on"] = "2109-12-31"
    figures = read_figures(written(tmp_path, document))
    ended = run("--figures", str(written(tmp_path, document)), "--out", str(tmp_path / "log"))
    assert figures.editions[-1].known_on.year == 2109
    assert "too_long" in str(ended.exception)
