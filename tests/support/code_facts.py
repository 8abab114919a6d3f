"""What the code says of itself, for the pages that must agree with it: read, never imported."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.house import ROOMS, name_of, python_files, tree_of

LEVELS = frozenset({"debug", "info", "warning", "error", "critical", "exception"})
METRIC_KINDS = frozenset({"Counter", "Gauge", "Histogram", "Summary", "Enum", "Info"})
SETTING = re.compile(r"RADAR_[A-Z][A-Z_]*[A-Z]")


@dataclass(slots=True, kw_only=True)
class Logged:
    """One log event: the levels and keys it is called with, and where."""

    levels: set[str] = field(default_factory=set)
    keys: set[str] = field(default_factory=set)
    places: list[str] = field(default_factory=list)


def rooms_files() -> tuple[Path, ...]:
    """Return the Python files of the product."""
    return python_files(*ROOMS)


def loggers_in(tree: ast.Module) -> set[str]:
    """Return the module's names that were assigned from `structlog.get_logger()`."""
    return {
        target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and _is_get_logger(node.value)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def log_calls(tree: ast.Module) -> Iterator[tuple[str, ast.Call]]:
    """Yield level and call of every `logger.<level>(…)`."""
    names = loggers_in(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            is_logger = isinstance(owner, ast.Name) and owner.id in names
            if node.func.attr in LEVELS and (is_logger or _is_get_logger(owner)):
                yield node.func.attr, node


def log_events() -> dict[str, Logged]:
    """Return every log event of the product by name."""
    found: dict[str, Logged] = {}
    for path in rooms_files():
        for level, call in log_calls(tree_of(path)):
            place = f"{name_of(path)}:{call.lineno}"
            name = call.args[0] if call.args else None
            assert isinstance(name, ast.Constant), f"{place}: a log event has a literal name"
            assert len(call.args) == 1, f"{place}: values are keys, not text"
            assert all(key.arg for key in call.keywords), f"{place}: keys are named, not spread"
            logged = found.setdefault(str(name.value), Logged())
            logged.levels.add(level)
            logged.keys |= {key.arg for key in call.keywords if key.arg}
            logged.places.append(place)
    return found


def metric_modules() -> set[Path]:
    """Return the files in which a metric is made."""
    return {
        path
        for path in rooms_files()
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in METRIC_KINDS
        and _imports_from_prometheus(tree_of(path), node.func.id)
    }


def settings_named() -> set[str]:
    """Return every `RADAR_…` that the code asks the environment for or tells people about."""
    return {
        match.group()
        for path in rooms_files()
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        for match in SETTING.finditer(node.value)
    }


def messages() -> set[str]:
    """Return every text of the product, with an ellipsis where a value is filled in."""
    found = set()
    for path in rooms_files():
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.JoinedStr):
                parts = [p.value if isinstance(p, ast.Constant) else "…" for p in node.values]
                found.add("".join(map(str, parts)))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
    return found


def defined_in(tree: ast.Module) -> set[str]:
    """Return what a module defines: functions, classes, `Class.method`, and assigned names."""
    found: set[str] = set()
    for node in tree.body:
        found |= _names_of(node)
        if isinstance(node, ast.ClassDef):
            found |= {f"{node.name}.{name}" for inner in node.body for name in _names_of(inner)}
    return found


def _names_of(node: ast.stmt) -> set[str]:
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return {node.name}
        case ast.Assign():
            return {target.id for target in node.targets if isinstance(target, ast.Name)}
        case ast.AnnAssign(target=ast.Name(id=name)):
            return {name}
        case _:
            return set()


def _is_get_logger(node: ast.expr) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "get_logger"
    )


def _imports_from_prometheus(tree: ast.Module, name: str) -> bool:
    return any(
        isinstance(node, ast.ImportFrom)
        and node.module == "prometheus_client"
        and any((alias.asname or alias.name) == name for alias in node.names)
        for node in ast.walk(tree)
    )
