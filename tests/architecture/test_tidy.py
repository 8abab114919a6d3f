"""Short files, short functions, true names, no reminders, no machine's secrets."""

from __future__ import annotations

import ast
import re

from tests.support.house import files, name_of, python_files, text_of, tree_of

FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 60
DUMPING_GROUNDS = {"util", "utils", "helper", "helpers", "misc", "manager", "managers"}
# These may be a part of a true name ("code_base"), but are not one.
NO_NAME_ALONE = DUMPING_GROUNDS | {"common", "base", "core"}
# Put together here, so that this file does not find itself.
REMINDERS = re.compile(
    r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "X" + "XX", "HA" + "CK")) + r")\b"
)
MACHINE_PATHS = re.compile(r"(?<![\w.])/(?:root|work|Users|home/[a-z]\w*)/")
TEXT = (".py", ".sql", ".md", ".toml", ".yaml", ".yml", ".html", ".css", ".avsc", ".sh", "")


def test_files_are_short() -> None:
    long = {
        str(name_of(path)): lines
        for path in files(".py", ".sql")
        if (lines := text_of(path).count("\n")) > FILE_LINES_MAX
    }
    assert not long, f"over {FILE_LINES_MAX} lines: find the second idea and give it a file"


def test_functions_are_short() -> None:
    long = {
        f"{name_of(path)}:{node.lineno} {node.name}": lines
        for path in python_files()
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (lines := (node.end_lineno or node.lineno) - node.lineno + 1) > FUNCTION_LINES_MAX
    }
    assert not long, f"over {FUNCTION_LINES_MAX} lines"


def test_names_are_nouns_of_the_domain() -> None:
    dumping_grounds = [
        str(name_of(path))
        for path in python_files()
        for part in (*name_of(path).parts[:-1], path.stem)
        if part in NO_NAME_ALONE or DUMPING_GROUNDS & set(part.split("_"))
    ]
    assert not dumping_grounds, "find the noun"


def test_classes_are_nouns_of_the_domain() -> None:
    ending = re.compile(r"(Manager|Helper|Helpers|Util|Utils)$")
    found = [
        f"{name_of(path)}:{node.lineno} {node.name}"
        for path in python_files()
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.ClassDef) and ending.search(node.name)
    ]
    assert not found, "find the noun"


def test_no_reminders_are_left() -> None:
    found = [
        f"{name_of(path)}:{number}"
        for path in files(*TEXT)
        for number, line in enumerate(text_of(path).splitlines(), 1)
        if REMINDERS.search(line) and "[tool.ruff" not in line
    ]
    assert not found, "do it, or write it down where plans are kept"


def test_no_machine_is_named() -> None:
    found = [
        f"{name_of(path)}:{number}"
        for path in files(*TEXT)
        for number, line in enumerate(text_of(path).splitlines(), 1)
        if MACHINE_PATHS.search(line)
    ]
    assert not found, "a path that exists on one machine only"


def test_the_checks_can_fail() -> None:
    """Show each pattern something that it must find, and something that it must not."""
    assert REMINDERS.search("# TO" + "DO: later")
    assert not REMINDERS.search("methodology, hackney")
    assert MACHINE_PATHS.search("see /" + "home/" + "anna/radar")
    assert not MACHINE_PATHS.search("https://example.org/workshop, /var/lib, ~/.cache")
