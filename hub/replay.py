"""Replays a simulated region into a running Radar, with a progress bar, and waits for the rest."""

from __future__ import annotations

import json
import time
from pathlib import Path

import psycopg
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from connectors.simulation.days import log_name
from connectors.simulation.figures import Figures
from connectors.simulation.log_files import write_log
from connectors.simulation.publish import KafkaOutlet, sealing_encoder
from connectors.simulation.publish import Progress as Reached
from connectors.simulation.publish import replay as replay_slices
from connectors.simulation.waiting import offsets_reached, replayed_day
from hub.cli.speaking import console
from hub.figures_file import simulated, writing_to
from hub.settings import Settings
from hub.wiring import codec
from streams.engine.errors import StopError, TransientError
from streams.engine.named_queries import load_queries
from streams.vault.sealing_keys import public_sealing_key

QUERIES = load_queries("hub", "replay.sql")
LOG_NAME_FILE = "simulated.json"
PROJECT_SECONDS_MAX = 300.0


def replay(figures: Figures, seed: int, settings: Settings) -> None:
    """Send what the data directory does not have yet of a simulated region; safe to repeat.

    Raises StopError when it holds another simulation, for two would share one journal, and for
    figures that are at odds.
    """
    path, name = settings.directory / LOG_NAME_FILE, log_name(figures, seed)
    _claim_log(path, name)
    region = figures.region.code
    with psycopg.connect(settings.database, autocommit=True) as connection:
        done = replayed_day(connection, region)
        if done is not None and _is_complete(path, name):
            return
        slices = simulated(figures, seed)
        key_id, public_key = public_sealing_key(connection, region)
        encode = sealing_encoder(
            codec(settings),
            settings.regions,
            X25519PublicKey.from_public_bytes(public_key),
            key_id,
        )
        with _bar() as bar:
            task = bar.add_task("replay", total=len(slices), day="", events=0)

            def progress(reached: Reached) -> None:
                bar.update(task, advance=1, day=f"{reached.day:%d-%m-%Y}", events=reached.events)

            if done is not None:
                bar.update(task, advance=sum(each.day < done for each in slices))
            replay_slices(
                slices,
                encode=encode,
                outlet=KafkaOutlet(settings.bootstrap),
                wait_until=offsets_reached(connection, region),
                resume_from=done,
                progress=progress,
            )
    _note_log(path, name, complete=True)


def write_files(figures: Figures, seed: int, out: Path) -> Path:
    """Write the simulated events as JSON Lines, with a progress bar; return the log's path.

    Raises StopError for figures that are at odds, and for a folder that cannot be written to.
    """
    slices = simulated(figures, seed)
    with writing_to("--out"), _bar() as bar:
        task = bar.add_task("write", total=len(slices), day="", events=0)

        def progress(reached: Reached) -> None:
            bar.update(task, advance=1, day=f"{reached.day:%d-%m-%Y}", events=reached.events)

        return write_log(slices, out, progress)


def wait_until_projected(settings: Settings, region: str) -> None:
    """Wait until radar and projections have read everything that stands in the region's logs.

    Raises TransientError when they do not get there; their logs say why.
    """
    deadline = time.monotonic() + PROJECT_SECONDS_MAX
    with psycopg.connect(settings.database, autocommit=True) as connection:
        while True:
            behind = connection.execute(QUERIES["rows_behind"], {"region": region}).fetchone()
            if behind is not None and behind[0] == 0:
                return
            if time.monotonic() > deadline:
                raise TransientError(f"stages are {behind and behind[0]} rows behind; see the logs")
            time.sleep(0.05)


def _is_complete(path: Path, name: str) -> bool:
    """Say whether this simulation was sent to its end, the last day's events included."""
    return bool(json.loads(path.read_text(encoding="utf-8")) == {"log": name, "complete": True})


def _note_log(path: Path, name: str, *, complete: bool) -> None:
    partial = path.with_suffix(".new")
    partial.write_text(json.dumps({"log": name, "complete": complete}) + "\n", encoding="utf-8")
    partial.replace(path)


def _claim_log(path: Path, name: str) -> None:
    if path.exists():
        if json.loads(path.read_text(encoding="utf-8"))["log"] != name:
            raise StopError(
                "this data directory holds another simulation; choose another --data, "
                "or start anew with --fresh"
            )
        return
    _note_log(path, name, complete=False)


def _bar() -> Progress:
    return Progress(
        TextColumn("  {task.description} {task.fields[day]}"),
        BarColumn(bar_width=40),
        MofNCompleteColumn(),
        TextColumn("days, {task.fields[events]} events"),
        TimeRemainingColumn(),
        console=console,
    )
