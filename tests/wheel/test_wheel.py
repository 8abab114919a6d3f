"""The wheel as a stranger gets it: built, installed in a clean environment, run there.

An editable install hides what a wheel forgets. The dependencies are lent to the clean
environment by path, which is quick; that they are all declared is `tests/architecture`'s test.
"""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.support.house import ROOMS, ROOT, files, name_of

IMPORT_EVERYTHING = """
import importlib, pkgutil, sys
from importlib import resources
names = sys.argv[1:]
for room in names:
    package = importlib.import_module(room)
    assert "site-packages" in package.__file__, package.__file__
    for module in pkgutil.walk_packages(package.__path__, room + "."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
opened = 0
def walk(entry):
    global opened
    for child in entry.iterdir():
        if child.is_dir():
            walk(child)
        elif child.name.endswith((".sql", ".avsc", ".toml", ".lock", ".yaml", ".json")):
            assert child.read_text("utf-8").strip(), child
            opened += 1
for room in names:
    walk(resources.files(room))
print(opened)
"""


def run(*command: str | Path, cwd: Path, env: Mapping[str, str] | None = None) -> str:
    done = subprocess.run(
        [str(part) for part in command],
        check=False,
        cwd=cwd,
        env=env,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, f"{command[0]} said:\n{done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("wheel")
    build = ("-m", "build", "--wheel", "--no-isolation", "--outdir", directory, ROOT)
    run(sys.executable, *build, cwd=directory)
    (found,) = directory.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def clean_python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a Python that has the wheel, and the locked packages but nothing of the checkout."""
    directory = tmp_path_factory.mktemp("clean")
    run(sys.executable, "-m", "venv", "--without-pip", directory / "venv", cwd=directory)
    python = directory / "venv" / "bin" / "python"
    packages = sysconfig.get_path("purelib")
    site = run(
        python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=directory
    )
    # A .pth file lends the path but runs no .pth of the lent one: our editable install is not seen.
    (Path(site.strip()) / "lent.pth").write_text(f"{packages}\n", encoding="utf-8")
    install = ("-m", "pip", "--python", python, "install", "--quiet", "--no-deps", "--no-index")
    run(sys.executable, *install, "--ignore-installed", wheel, cwd=directory)
    return python


def test_the_wheel_forgets_nothing_and_adds_nothing(wheel: Path) -> None:
    ours = {str(name_of(path)) for path in files() if name_of(path).parts[0] in ROOMS}
    packed = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert packed == ours


def test_the_wheel_carries_its_licence(wheel: Path) -> None:
    assert any(name.endswith("licenses/LICENSE") for name in zipfile.ZipFile(wheel).namelist())


def test_every_module_and_resource_opens(clean_python: Path, tmp_path: Path) -> None:
    opened = run(clean_python, "-c", IMPORT_EVERYTHING, *ROOMS, cwd=tmp_path)
    resources = {".sql", ".avsc", ".toml", ".lock", ".yaml", ".json"}
    expected = [path for path in files(*resources) if name_of(path).parts[0] in ROOMS]
    assert int(opened) == len(expected) > 0


def test_the_command_answers(clean_python: Path, tmp_path: Path) -> None:
    radar = clean_python.with_name("radar")
    environment = {"PATH": "/usr/bin:/bin", "COLUMNS": "200"}
    assert "demo" in run(radar, "--help", cwd=tmp_path, env=environment)
