"""The repository as a house: its rooms, its files, its rules as data."""

from __future__ import annotations

import ast
import functools
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
ROOMS = ("schemas", "streams", "projections", "connectors", "query", "hub")


@functools.cache
def files(*suffixes: str) -> tuple[Path, ...]:
    """Return the repository's own files, committed or about to be; ignored ones are not ours."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    found = (ROOT / name.decode() for name in listed.stdout.split(b"\0") if name)
    return tuple(
        sorted(
            path for path in found if path.is_file() and (not suffixes or path.suffix in suffixes)
        )
    )


def python_files(*folders: str) -> tuple[Path, ...]:
    """Return our Python files, in some top-level folders or in all."""
    return tuple(path for path in files(".py") if not folders or name_of(path).parts[0] in folders)


def name_of(path: Path) -> Path:
    """Return a path as people write it: from the root of the repository."""
    return path.relative_to(ROOT)


@functools.cache
def text_of(path: Path) -> str:
    """Return a text file's content."""
    return path.read_text(encoding="utf-8")


@functools.cache
def tree_of(path: Path) -> ast.Module:
    """Return a Python file's syntax tree."""
    return ast.parse(text_of(path), filename=str(name_of(path)))


@functools.cache
def project() -> dict[str, Any]:
    """Return pyproject.toml."""
    return tomllib.loads(text_of(ROOT / "pyproject.toml"))


def imported_modules(tree: ast.Module) -> Iterator[str]:
    """Return the full names of all absolute imports, also those inside functions."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
