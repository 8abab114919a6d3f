"""A disk that runs full under traffic loses nothing, and all goes on once there is room."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import skip_or_fail

ROOT = Path(__file__).parents[2]
# As a user that is not root, for PostgreSQL refuses root, but one that may still mount.
NAMESPACE = ("unshare", "-Um", "--map-user=1000", "--map-group=1000", "--keep-caps")
SECONDS_MAX = 420


@pytest.fixture(scope="module", autouse=True)
def _namespaces(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Skip with the reason where the kernel refuses what an unprivileged disk needs."""
    place = tmp_path_factory.mktemp("mounted")
    tried = [*NAMESPACE, "mount", "-t", "tmpfs", "-o", "size=1m", "radar", str(place)]
    try:
        done = subprocess.run(tried, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        skip_or_fail("there is no unshare, so no disk of a few megabytes can be made")
        return
    if done.returncode != 0:
        skip_or_fail(f"user namespaces are refused here: {done.stderr.strip()}")


@pytest.mark.timeout(SECONDS_MAX + 60)
@pytest.mark.parametrize("what", ["postgres", "wal", "kafka"])
def test_a_full_disk(what: str, tmp_path: Path) -> None:
    command = [*NAMESPACE, sys.executable, "-m", "tests.crash.full_disk_run", what]
    done = subprocess.run(
        [*command, str(tmp_path / "data")],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=SECONDS_MAX,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    met = json.loads(done.stdout.splitlines()[-1])
    print(met)
    # Nothing that was taken is lost or there twice: the run has compared it, and so has verify.
    assert (met["taken"], met["verify"]) == (400, 0)
    assert met["refusals"] == [503]
    assert met["said_when_to_try_again"]
    assert met["own_restarts"] == {}, "nobody of ours had to start again: they waited"
    if what == "wal":
        assert met["panics"] >= 1, "a segment that cannot be begun ends the server itself"
    if what in {"wal", "kafka"}:
        assert met["server_restarts"] >= 1, "it stays away until there is room"
