"""What is fetched is what was pinned, once, and whole."""

from __future__ import annotations

import hashlib
import importlib.resources
import tarfile
import threading
from pathlib import Path

import pytest

from hub.local.artifacts import Artifact, Depot, check_sha256, package_directory, read_lock, unpack
from hub.local.errors import DownloadFailed, PackagesMissing

KAFKA_JARS = 46


def artifact(content: bytes) -> Artifact:
    sha256 = hashlib.sha256(content).hexdigest()
    return Artifact(group="g", name="n", version="1", sha256=sha256)


def test_the_lock_pins_kafka_and_its_logging() -> None:
    text = (importlib.resources.files("hub.local") / "kafka.lock").read_text("utf-8")
    jars = read_lock(text)
    names = [jar.name for jar in jars]
    assert len(jars) == len(set(names)) == KAFKA_JARS
    assert {jar.version for jar in jars if jar.group == "org.apache.kafka"} == {"4.2.2"}
    # Without this one the broker says nothing at all.
    assert "log4j-slf4j-impl" in names
    assert all(len(bytes.fromhex(jar.sha256)) == 32 for jar in jars)


def test_a_pinned_file_is_accepted(tmp_path: Path) -> None:
    path = tmp_path / "n-1.jar"
    path.write_bytes(b"as pinned")
    check_sha256(path, artifact(b"as pinned"))
    assert path.exists()


def test_another_file_is_refused_and_removed(tmp_path: Path) -> None:
    path = tmp_path / "n-1.jar"
    path.write_bytes(b"something else")
    with pytest.raises(DownloadFailed, match=r"g:n:1 has another sha256"):
        check_sha256(path, artifact(b"as pinned"))
    assert not path.exists()


def test_the_cache_is_filled_once_by_many(tmp_path: Path) -> None:
    fills = []

    def fill(partial: Path) -> None:
        fills.append(partial)
        (partial / "file").write_text("whole")

    found: list[Path] = []
    depot = Depot(cache=tmp_path)
    threads = [
        threading.Thread(target=lambda: found.append(depot.filled("thing", fill))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(fills) == 1
    assert {(path / "file").read_text() for path in found} == {"whole"}
    assert len(found) == 8


def test_half_a_fetch_is_not_taken_for_a_whole_one(tmp_path: Path) -> None:
    def fail(partial: Path) -> None:
        (partial / "half").write_text("h")
        raise DownloadFailed("away")

    depot = Depot(cache=tmp_path)
    with pytest.raises(DownloadFailed):
        depot.filled("thing", fail)
    assert not (tmp_path / "thing").exists()
    found = depot.filled("thing", lambda partial: (partial / "whole").touch())
    assert [path.name for path in found.iterdir()] == ["whole"]


def test_an_archive_is_unpacked(tmp_path: Path) -> None:
    (tmp_path / "file.txt").write_text("inside")
    archive = tmp_path / "a.tar.gz"
    with tarfile.open(archive, "w:gz") as tar:
        tar.add(tmp_path / "file.txt", "lib/file.txt")
    unpack(archive, tmp_path / "out")
    assert (tmp_path / "out" / "lib" / "file.txt").read_text() == "inside"


def test_a_missing_package_is_named_with_its_cure() -> None:
    with pytest.raises(PackagesMissing, match="make setup"):
        package_directory("no_such_package_of_ours")
