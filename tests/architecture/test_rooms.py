"""Six rooms, importing downwards, each saying what it is for; nothing undeclared comes in."""

from __future__ import annotations

import ast
import importlib.metadata
import re
import sys
from pathlib import Path

import pytest
from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

from tests.support.house import (
    ROOMS,
    ROOT,
    imported_modules,
    name_of,
    project,
    python_files,
    text_of,
    tree_of,
)

SENTENCE_END = re.compile(r"[.!?](?=\s|$)")
PURE = ("streams/household",)
# What differs from one call to the next, so has no place in a pure function. (The modules time,
# random and os are forbidden there by an import contract.)
IMPURE_CALLS = {"now", "utcnow", "today", "uuid1", "uuid4", "open"}


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_introduces_itself(room: str) -> None:
    docstring = ast.get_docstring(tree_of(ROOT / room / "__init__.py")) or ""
    assert len(SENTENCE_END.findall(docstring)) >= 3, (
        "three sentences: what the room is for, what it may import, where to start reading"
    )


def test_there_is_no_seventh_room() -> None:
    folders = {name_of(path).parts[0] for path in python_files() if len(name_of(path).parts) > 1}
    assert folders - {"tests", "infra", "docs"} == set(ROOMS)


def test_every_folder_with_code_is_a_package() -> None:
    missing = {
        str(name_of(path.parent))
        for path in python_files(*ROOMS)
        if not (path.parent / "__init__.py").exists()
    }
    assert not missing, "without __init__.py"


def test_the_wheel_holds_every_room() -> None:
    wheel = project()["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert wheel["packages"] == list(ROOMS)


def test_import_directions() -> None:
    config = str(ROOT / "pyproject.toml")
    assert lint_imports(config_filename=config, show_timings=False) == EXIT_STATUS_SUCCESS


def test_the_contracts_know_every_part_of_streams() -> None:
    """A new part of streams must not escape the rule that Faust stays behind the engine."""
    parts = {
        f"streams.{name_of(path).parts[1]}"
        for path in python_files("streams")
        if len(name_of(path).parts) == 3
    }
    contracts = project()["tool"]["importlinter"]["contracts"]
    fence = next(
        contract for contract in contracts if "faust" in contract.get("forbidden_modules", ())
    )
    assert parts - set(fence["source_modules"]) == {"streams.engine"}


def declared_distributions() -> set[str]:
    """Return the distributions that an installation with the extra `local` brings."""
    wanted = [
        *project()["project"]["dependencies"],
        *project()["project"]["optional-dependencies"]["local"],
    ]
    found = set()
    for line in wanted:
        name, _, extras = re.split(r"[=<>~! ;\]]", line)[0].lower().partition("[")
        # psycopg[pool] brings psycopg-pool.
        found |= {name, *(f"{name}-{extra}" for extra in extras.split(",") if extra)}
    return found


def test_what_is_imported_is_declared() -> None:
    """A package that only the development environment brings would be missing in production."""
    owners = importlib.metadata.packages_distributions()
    undeclared = {
        f"{name_of(path)}: {module}"
        for path in python_files(*ROOMS)
        for module in imported_modules(tree_of(path))
        if (top := module.partition(".")[0]) not in ROOMS
        and top not in sys.stdlib_module_names
        and not {name.lower().replace("_", "-") for name in owners.get(top, [])}
        & declared_distributions()
    }
    assert not undeclared, "add it to [project] dependencies"


def impure_calls(path: Path) -> list[str]:
    return [
        f"{name_of(path)}:{node.lineno}"
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute | ast.Name)
        and (node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id)
        in IMPURE_CALLS
    ]


@pytest.mark.parametrize("folder", PURE)
def test_the_household_asks_no_clock_and_no_chance(folder: str) -> None:
    paths = [path for path in python_files() if str(name_of(path)).startswith(f"{folder}/")]
    assert paths
    assert not [call for path in paths for call in impure_calls(path)]


def test_names_of_the_streams_library_stay_in_the_engine() -> None:
    """The linter sees imports; this sees names in strings, such as `importlib.import_module`."""
    found = [
        str(name_of(path))
        for path in python_files(*ROOMS)
        if "streams/engine/" not in str(name_of(path))
        and re.search(r"import_module\(\s*[\"'](faust|aiokafka)", text_of(path))
    ]
    assert not found
