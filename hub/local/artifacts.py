"""Fetch the servers' Java artifacts from Maven Central, each pinned by its sha256.

They come with jgo, one by one: no Maven, no Java and no resolver decides what we run. What was
fetched is kept in a cache that several checkouts and processes may use at the same time.
"""

from __future__ import annotations

import fcntl
import functools
import hashlib
import importlib
import importlib.resources
import importlib.util
import shutil
import tarfile
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from hub.local.errors import DownloadFailed, PackagesMissing
from hub.local.parallel import run_parallel

if TYPE_CHECKING:
    from jgo.maven import Artifact as MavenArtifact

FETCH_THREADS = 8
FETCH_ATTEMPTS_MAX = 4
FETCH_TIMEOUT_SECONDS = 60
RETRY_DELAY_SECONDS = 1.0
REPOSITORY = ".repository"  # where jgo works; only the checked files are kept
IMPORTING = threading.Lock()  # warnings are silenced for the whole process while jgo is imported
MAVEN_CENTRAL = "https://repo.maven.apache.org/maven2"


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """One file on Maven Central; `sha256` decides whether it is the one we mean."""

    group: str
    name: str
    version: str
    sha256: str
    classifier: str = ""
    packaging: str = "jar"

    @property
    def coordinate(self) -> str:
        """Return group:name:version, as people write it."""
        return f"{self.group}:{self.name}:{self.version}"


# Taken from Maven Central on 2026-11-23; the same file runs in production.
APICURIO = Artifact(
    group="io.apicurio",
    name="apicurio-registry-app",
    version="3.3.3",
    classifier="all",
    packaging="tar.gz",
    sha256="8bc6751c76d963734224b01d5e7f84ccb3cb61c87d3bd77c36c35f10a5cbed63",
)


def read_lock(text: str) -> tuple[Artifact, ...]:
    """Return the jars of a lock file: a line `group:name:version sha256` each."""
    artifacts = []
    for line in text.splitlines():
        coordinate, sha256 = line.split()
        group, name, version = coordinate.split(":")
        artifacts.append(Artifact(group=group, name=name, version=version, sha256=sha256))
    return tuple(artifacts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Depot:
    """The shared cache and the repository that fills it."""

    cache: Path
    maven_url: str = MAVEN_CENTRAL

    def kafka_jars(self) -> tuple[Path, ...]:
        """Return Kafka's jars in class path order, fetched when they are not there yet.

        Raises `DownloadFailed`.
        """
        lock = (importlib.resources.files("hub.local") / "kafka.lock").read_text("utf-8")
        digest = hashlib.sha256(lock.encode()).hexdigest()[:12]

        def fill(partial: Path) -> None:
            jobs = [functools.partial(self._fetch, jar, partial) for jar in read_lock(lock)]
            run_parallel(jobs, threads=FETCH_THREADS)

        return tuple(sorted(self.filled(f"kafka-{digest}", fill).glob("*.jar")))

    def apicurio(self) -> Path:
        """Return the directory of the unpacked registry, fetched when it is not there yet.

        Raises `DownloadFailed`.
        """

        def fill(partial: Path) -> None:
            archive = self._fetch(APICURIO, partial)
            unpack(archive, partial)
            archive.unlink()

        return self.filled(f"apicurio-{APICURIO.version}-{APICURIO.sha256[:12]}", fill)

    def filled(self, name: str, fill: Callable[[Path], None]) -> Path:
        """Return the directory `name` of the cache, filled by exactly one process, whole or not."""
        directory = self.cache / name
        if directory.exists():
            return directory
        self.cache.mkdir(parents=True, exist_ok=True)
        with exclusive(self.cache / f"{name}.lock"):
            if directory.exists():
                return directory
            partial = self.cache / f"{name}.partial"
            if partial.exists():  # we hold the lock, so whoever made it has ended
                shutil.rmtree(partial)
            partial.mkdir()
            fill(partial)
            shutil.rmtree(partial / REPOSITORY, ignore_errors=True)
            partial.rename(directory)
        return directory

    def _fetch(self, artifact: Artifact, directory: Path) -> Path:
        """Download one artifact into a directory and check what came."""
        with IMPORTING:
            load_jgo()
        from jgo.maven import MavenContext

        context = MavenContext(
            repo_cache=directory / REPOSITORY,
            remote_repos={"central": self.maven_url},
            timeout=FETCH_TIMEOUT_SECONDS,
        )
        component = context.project(artifact.group, artifact.name).at_version(artifact.version)
        remote = component.artifact(classifier=artifact.classifier, packaging=artifact.packaging)
        found = self._resolve(remote, artifact)
        check_sha256(found, artifact)
        return found.rename(directory / found.name)

    def _resolve(self, remote: MavenArtifact, artifact: Artifact) -> Path:
        """Let jgo download one file, again after a passing fault."""
        import requests

        for attempt in range(1, FETCH_ATTEMPTS_MAX):
            try:
                return remote.resolve()
            except (requests.RequestException, RuntimeError, OSError):
                discard_partial(remote)
                time.sleep(RETRY_DELAY_SECONDS * 2**attempt)
        try:
            return remote.resolve()
        except (requests.RequestException, RuntimeError, OSError) as error:
            raise DownloadFailed(
                f"{artifact.coordinate} could not be fetched from {self.maven_url}: "
                f"{type(error).__name__}; check the network, or set RADAR_MAVEN_URL"
            ) from error


def discard_partial(remote: MavenArtifact) -> None:
    """Remove what an interrupted download left: jgo would take it for the whole file."""
    if remote.cached_path is not None:
        remote.cached_path.unlink(missing_ok=True)


def load_jgo() -> None:
    """Import jgo, quietly; raise `PackagesMissing` when it is not installed.

    Its configuration warns when XDG_RUNTIME_DIR is unset, which says nothing to our user.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            importlib.import_module("jgo.maven")
    except ImportError as error:
        raise PackagesMissing(PACKAGES_CURE) from error


PACKAGES_CURE = (
    "the local stack's packages are not installed; "
    "run `make setup`, or: pip install 'radar-veilig-thuis[local]'"
)


def package_directory(name: str) -> Path:
    """Return where a Python package is installed, without running it: we want only its files.

    Raises `PackagesMissing`.
    """
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise PackagesMissing(PACKAGES_CURE)
    return Path(spec.origin).parent


def check_sha256(path: Path, artifact: Artifact) -> None:
    """Raise `DownloadFailed` when a file is not the one that was pinned."""
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != artifact.sha256:
        path.unlink()
        raise DownloadFailed(
            f"{artifact.coordinate} has another sha256 than the lock says: expected "
            f"{artifact.sha256}, found {found}; nothing of it was used"
        )


def unpack(archive: Path, directory: Path) -> None:
    """Unpack a checked archive."""
    with tarfile.open(archive) as tar:
        # Python 3.11.4 brought the filter; Debian 12 has 3.11.2. The sha256 is the real guard.
        if hasattr(tarfile, "data_filter"):
            tar.extractall(directory, filter="data")
        else:
            tar.extractall(directory)  # noqa: S202  pinned by sha256


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Hold a lock file, waiting for another process that holds it."""
    with path.open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
