"""Markdown as the tests need it: links, headings, tables and blocks, without fenced code."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tests.support.house import text_of

_FENCE = re.compile(r"^([ ]*)(```|~~~).*?^\1\2[ ]*$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"!?\[(?:[^\[\]]|\[[^\]]*\])*\]\(<?([^)<>\s]+)>?(?:\s+\"[^\"]*\")?\)")
_HEADING = re.compile(r"^(#{1,6})\s+(.+?)\s*#*\s*$", re.MULTILINE)
_CODE = re.compile(r"`([^`]+)`")
_BLOCK = re.compile(r"^```promql\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def prose_of(path: Path) -> str:
    """Return a page without its fenced code."""
    return _FENCE.sub("", text_of(path))


def links_of(path: Path) -> list[str]:
    """Return the targets of all links and images, as written."""
    return _LINK.findall(prose_of(path))


def anchors_of(path: Path) -> set[str]:
    """Return the anchors that a page's headings make, by the rule of the usual renderers."""
    found: set[str] = set()
    for _, heading in _HEADING.findall(prose_of(path)):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
        base = re.sub(r"\s", "-", re.sub(r"[^\w\s-]", "", plain))
        anchor, number = base, 0
        while anchor in found:
            number += 1
            anchor = f"{base}-{number}"
        found.add(anchor)
    return found


def codes_in(text: str) -> list[str]:
    """Return what stands between backticks."""
    return _CODE.findall(text)


def queries_in(text: str) -> list[str]:
    """Return the content of the PromQL blocks."""
    return [query.strip() for query in _BLOCK.findall(text)]


def sections_of(path: Path, level: int) -> Mapping[str, str]:
    """Return the text below each heading of one level, by heading without backticks."""
    parts = re.split(rf"^{'#' * level} (.+)$", text_of(path), flags=re.MULTILINE)
    higher = re.compile(rf"^#{{1,{level}}} ", re.MULTILINE)
    return {
        parts[at].strip().strip("`"): higher.split(parts[at + 1])[0]
        for at in range(1, len(parts), 2)
    }


def tables_of(path: Path) -> Iterator[tuple[Sequence[str], list[Sequence[str]]]]:
    """Yield each table: the cells of its head, and those of its rows."""
    lines = prose_of(path).splitlines()
    at = 0
    while at < len(lines) - 1:
        if lines[at].startswith("|") and re.fullmatch(r"\|[\s:|-]+\|", lines[at + 1]):
            head, at, rows = _cells(lines[at]), at + 2, []
            while at < len(lines) and lines[at].startswith("|"):
                rows.append(_cells(lines[at]))
                at += 1
            yield head, rows
        else:
            at += 1


def rows_under(path: Path, *head: str) -> list[Sequence[str]]:
    """Return the rows of all tables whose head begins with these cells."""
    return [
        row for cells, rows in tables_of(path) if tuple(cells[: len(head)]) == head for row in rows
    ]


def _cells(line: str) -> Sequence[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]
