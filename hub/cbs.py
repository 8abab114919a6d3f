"""`radar cbs`: asks one delivery in one snapshot, and writes its files."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

from hub.report import snapshot
from hub.settings import Settings
from query.cbs.delivery import Asked, Delivery, collect_delivery
from query.cbs.document import check_file, check_name, record_files
from query.cbs.half_year import HalfYear
from query.cbs.layout import shipped_layout
from query.cbs.numbers import numbers_key
from query.regions import read_region
from streams.engine.errors import StopError
from streams.engine.key_files import KeyFiles


def make_delivery(
    settings: Settings, region: str, half_year: HalfYear, known_on: date | None
) -> Delivery:
    """Return the delivery; raises StopError when it cannot be asked on that day.

    `known_on` None: as known today, on the region's own clock.
    """
    key = numbers_key(KeyFiles.open(settings.keys_directory).digest, region)
    with snapshot(settings.database) as connection:
        place = read_region(connection, region)
        known = known_on or place.today
        if known > place.today:
            raise StopError(f"--known-on is a day to come: in {region} it is {place.today}")
        if known < half_year.last:
            raise StopError(
                f"half-year {half_year} was not over on that day; give --known-on a day from "
                f"{half_year.last} on"
            )
        asked = Asked(
            region=region,
            half_year=half_year,
            known_on=known,
            organisation=settings.regions[region].oin or region,
            numbers_key=key,
        )
        return collect_delivery(connection, asked, shipped_layout(), parked=place.parked)


def write_delivery(delivery: Delivery, directory: Path) -> list[Path]:
    """Write the sets and, last, their self-check; readable by their owner only.

    Each file appears whole or not at all. The self-check of an earlier delivery goes first: one
    that stands beside the sets is always theirs. Raises StopError when it cannot be written.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        check = directory / check_name(delivery)
        check.unlink(missing_ok=True)
        written = [_write(directory / name, text) for name, text in record_files(delivery).items()]
        written.append(_write(check, check_file(delivery)))
        _sync(directory)
    except OSError as error:
        raise StopError(f"the delivery cannot be written: {error.strerror}") from error
    return written


def _write(path: Path, text: bytes) -> Path:
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    partial.unlink(missing_ok=True)
    try:
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return path


def _sync(directory: Path) -> None:
    """Make the names themselves last through a power cut."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
