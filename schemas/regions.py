"""The regions of one deployment: an append-only list in which the line number is the partition."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from schemas.identity import RegionCode

CODE_PATTERN = re.compile(r"[a-z][a-z0-9-]*")
REGIONS_MAX = 1000
"""Far above the 26 regions there are; a longer file is another file."""


class RegionsError(Exception):
    """The regions file is wrong; the message says where. Regions are only ever appended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """One Veilig Thuis organisation: code, display name and, when known, its OIN."""

    code: RegionCode
    name: str
    partition: int
    oin: str | None = None


class Regions:
    """Region codes and Kafka partitions, one to one. Never reordered, so nothing ever moves."""

    __slots__ = ("_by_code", "_regions")

    def __init__(self, regions: tuple[Region, ...]) -> None:
        """Take the regions in partition order."""
        self._regions = regions
        self._by_code = {region.code: region for region in regions}

    @classmethod
    def parse(cls, text: str) -> Regions:
        """Read the text of a `regions.toml`; raises RegionsError when it is wrong."""
        try:
            document = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise RegionsError("regions file is not TOML") from error
        entries = document.get("region")
        if not isinstance(entries, list) or not 0 < len(entries) <= REGIONS_MAX:
            raise RegionsError(f"regions file needs 1 to {REGIONS_MAX} [[region]] entries")
        regions = tuple(_region(number, entry) for number, entry in enumerate(entries))
        if len({region.code for region in regions}) != len(regions):
            raise RegionsError("a region code stands in the regions file twice")
        return cls(regions)

    @classmethod
    def read(cls, path: Path) -> Regions:
        """Read the deployment's `regions.toml`; raises RegionsError or OSError."""
        return cls.parse(path.read_text(encoding="utf-8"))

    def partition(self, code: str) -> int:
        """Return the partition of a region; raises KeyError when the deployment has none such."""
        return self._by_code[RegionCode(code)].partition

    def code(self, partition: int) -> RegionCode:
        """Return the region of a partition; raises IndexError when there is none."""
        if partition < 0:
            raise IndexError("a partition is not negative")
        return self._regions[partition].code

    def __getitem__(self, code: str) -> Region:
        return self._by_code[RegionCode(code)]

    def __contains__(self, code: object) -> bool:
        return code in self._by_code

    def __iter__(self) -> Iterator[Region]:
        return iter(self._regions)

    def __len__(self) -> int:
        return len(self._regions)


def _region(number: int, entry: object) -> Region:
    if not isinstance(entry, dict) or not set(entry) <= {"code", "name", "oin"}:
        raise RegionsError(f"region {number}: only code, name and oin are allowed")
    code, name, oin = entry.get("code"), entry.get("name"), entry.get("oin")
    if not isinstance(code, str) or not CODE_PATTERN.fullmatch(code):
        raise RegionsError(f"region {number}: code must match {CODE_PATTERN.pattern}")
    if not isinstance(name, str) or not name:
        raise RegionsError(f"region {number}: name is missing")
    if oin is not None and not (isinstance(oin, str) and re.fullmatch(r"[0-9]{20}", oin)):
        raise RegionsError(f"region {number}: oin must be 20 digits")
    return Region(code=RegionCode(code), name=name, partition=number, oin=oin)
