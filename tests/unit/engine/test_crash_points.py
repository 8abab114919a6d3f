"""A crash point kills the process that comes there, at its turn, and nobody else."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from streams.engine.crash_points import CRASH_POINTS, CrashPoint
from tests.support.house import ROOMS, python_files, text_of

ROOT = Path(__file__).parents[3]
PROGRAM = """
from streams.engine.crash_points import reach
for turn in range(3):
    reach("claimed")
    reach("after_fence")
    print(turn, flush=True)
"""


def run(told: str | dict[str, str]) -> tuple[int, str]:
    settings = {"RADAR_CRASH_POINT": told} if isinstance(told, str) else told
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={**os.environ, **settings, "PYTHONPATH": str(ROOT)},
        check=False,
        capture_output=True,
        text=True,
    )
    return ended.returncode, "".join(ended.stdout.split())


@pytest.mark.parametrize(
    ("told", "ended"),
    [
        ("", (0, "012")),
        ("before_commit", (0, "012")),
        ("claimed", (-signal.SIGKILL, "")),
        ("after_fence:3", (-signal.SIGKILL, "01")),
        ("after_fence:9", (0, "012")),
    ],
)
def test_a_process_dies_at_its_turn(told: str, ended: tuple[int, str]) -> None:
    assert run(told) == ended


def test_a_file_that_appears_is_taken_away_and_kills_once(tmp_path: Path) -> None:
    file = tmp_path / "crash-point"
    point = CrashPoint("", str(file))
    point.reach("claimed")
    file.write_text("after_fence:9", encoding="utf-8")
    point.reach("claimed")
    assert not file.exists()
    file.write_text("after_fence:2", encoding="utf-8")
    armed = {"RADAR_CRASH_POINT": "", "RADAR_CRASH_FILE": str(file)}
    assert [run(told=armed), run(told=armed)] == [(-signal.SIGKILL, "0"), (0, "012")]


def test_a_place_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="names no crash point"):
        CrashPoint("after_lunch")


def test_every_place_is_in_the_product_once() -> None:
    code = "".join(text_of(path) for path in python_files(*ROOMS))
    assert {name: code.count(f'reach("{name}")') for name in CRASH_POINTS} == dict.fromkeys(
        CRASH_POINTS, 1
    )
