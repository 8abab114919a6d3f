"""Start programs, wait until they are ready, start them again, and stop them all.

One keeper thread starts every program and watches it: the kernel's "signal me when my parent
dies" follows the thread that started the child, so that thread lives as long as we do.
"""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from concurrent.futures import wait as wait_for_any
from dataclasses import dataclass, field
from pathlib import Path

from hub.local import launch
from hub.local.errors import ServiceFailed, StartInterrupted
from hub.local.processes import remember, signal_group

KEEPER_POLL_SECONDS = 0.1
READY_POLL_SECONDS = 0.05
STOP_SECONDS_MAX = 20.0  # a JVM that writes its class archive needs about four
RESTART_DELAY_SECONDS_MIN = 0.5
RESTART_DELAY_SECONDS_MAX = 15.0
RESTARTS_UNREADY_MAX = 3  # what ends this often before it was ever ready will not become so
SETTLED_SECONDS = 60.0  # a service that lived this long starts its restart delays anew
LOG_BYTES_MAX = 20_000_000
LOG_CHECK_SECONDS = 30.0
TIER_OURS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The user a program runs as."""

    uid: int
    gid: int


@dataclass(slots=True, kw_only=True)
class Service:
    """One supervised program and what became of it; written by the keeper only."""

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str]
    cwd: Path
    log: Path
    ready: Callable[[], bool] | None
    restart: bool
    stop_signal: signal.Signals
    account: Account | None
    tier: int
    process: subprocess.Popen[bytes] | None = None
    wanted: bool = True
    started_at: float = 0.0
    restart_at: float | None = None
    restart_delay_seconds: float = RESTART_DELAY_SECONDS_MIN
    restarts: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def is_alive(self) -> bool:
        """Return whether the program runs at this moment."""
        return self.process is not None and self.process.poll() is None


class Supervisor:
    """The programs of one stack. Safe to call from any thread; `stop` may be called twice."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._logs = data / "logs"
        self._logs.mkdir(exist_ok=True)
        self._services: dict[str, Service] = {}
        self._tasks: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._stopping = threading.Event()
        self._ended = threading.Event()
        self._failed: str | None = None
        self._logs_checked_at = time.monotonic()
        self._keeper = threading.Thread(target=self._keep, name="supervisor", daemon=True)
        self._keeper.start()

    def spawn(
        self,
        name: str,
        argv: Sequence[str | Path],
        env: Mapping[str, str],
        *,
        ready: Callable[[], bool] | None = None,
        restart: bool = False,
        cwd: Path | None = None,
        stop_signal: signal.Signals = signal.SIGTERM,
        account: Account | None = None,
        tier: int = TIER_OURS,
    ) -> Service:
        """Start a program and return at once; its output goes to `DATA/logs/<name>.log`.

        `argv[0]` is an absolute path and `env` the whole environment. `ready` answers True when
        the program can be used and False while it cannot, within a second or so; it may be
        called from several threads. With `restart` a program that ends is started again, after
        0.5 s, doubling to 15 s. Higher tiers are stopped first.
        """
        service = Service(
            name=name,
            argv=tuple(str(part) for part in argv),
            env=dict(env),
            cwd=cwd or self._data,
            log=self._logs / f"{name}.log",
            ready=ready,
            restart=restart,
            stop_signal=stop_signal,
            account=account,
            tier=tier,
        )
        self._in_keeper(lambda: self._adopt(service))
        return service

    def wait_ready(self, name: str, seconds_max: float = 60.0) -> float:
        """Wait until a program is ready; return the seconds since it was started.

        Raises `ServiceFailed` when it ends for good or takes longer than `seconds_max`, and
        `StartInterrupted` when the stack is being stopped.
        """
        service = self._services[name]
        restarts_max = service.restarts + RESTARTS_UNREADY_MAX
        deadline = time.monotonic() + seconds_max
        while time.monotonic() < deadline:
            if self._stopping.is_set():
                raise StartInterrupted(f"stopped while {name} was starting")
            if service.is_alive():
                if service.ready is None or service.ready():
                    return time.monotonic() - service.started_at
            elif not service.restart or service.restarts >= restarts_max:
                raise ServiceFailed(f"{name} ended before it was ready; see {service.log}")
            time.sleep(READY_POLL_SECONDS)
        raise ServiceFailed(f"{name} was not ready in {seconds_max:.0f} s; see {service.log}")

    def pause(self, name: str, *, kill: bool = False) -> None:
        """Stop one program and leave it stopped; with `kill` as a power cut would."""
        service = self._services[name]
        service.wanted = False
        self._end([service], signal.SIGKILL if kill else None)

    def resume(self, name: str, seconds_max: float = 60.0) -> float:
        """Start a paused program again; return the seconds it took to be ready."""
        service = self._services[name]
        service.wanted = True
        self._in_keeper(lambda: None if service.is_alive() else self._launch(service))
        return self.wait_ready(name, seconds_max)

    def pids(self) -> dict[str, int]:
        """Return the pid of every program that runs now."""
        return {
            name: service.process.pid
            for name, service in list(self._services.items())
            if service.process is not None and service.is_alive()
        }

    def restarts(self) -> dict[str, int]:
        """Return how often each program was started again after it ended by itself."""
        return {name: service.restarts for name, service in list(self._services.items())}

    def wait(self, seconds_max: float | None = None) -> bool:
        """Block until `stop` is called or a program without `restart` ends.

        Returns False when `seconds_max` passed first. Raises `ServiceFailed` for such an end.
        """
        is_over = self._ended.wait(seconds_max)
        if self._failed is not None:
            raise ServiceFailed(f"{self._failed} ended; see {self._services[self._failed].log}")
        return is_over

    def stop(self) -> None:
        """Stop everything, highest tier first; kill what has not ended after 20 seconds."""
        self._stopping.set()
        services = list(self._services.values())
        for tier in sorted({service.tier for service in services}, reverse=True):
            self._end([service for service in services if service.tier == tier], None)
        self._ended.set()
        self._tasks.put(lambda: None)  # wake the keeper, so that it sees the end
        self._keeper.join(timeout=STOP_SECONDS_MAX)

    def _end(self, services: Sequence[Service], number: signal.Signals | None) -> None:
        for service in services:
            with service.lock:
                if service.process is not None and service.is_alive():
                    signal_group(service.process.pid, number or service.stop_signal)
        deadline = time.monotonic() + STOP_SECONDS_MAX
        for service in services:
            if service.process is None:
                continue
            try:
                service.process.wait(timeout=max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                signal_group(service.process.pid, signal.SIGKILL)
                service.process.wait()

    def _in_keeper(self, action: Callable[[], None]) -> None:
        """Run an action in the keeper thread and pass on its error, if any."""
        done: Future[None] = Future()

        def task() -> None:
            try:
                action()
            except (OSError, ServiceFailed, StartInterrupted) as error:
                done.set_exception(error)
            else:
                done.set_result(None)

        self._tasks.put(task)
        while not done.done():
            if not self._keeper.is_alive():
                raise StartInterrupted("the supervisor has stopped")
            wait_for_any([done], timeout=KEEPER_POLL_SECONDS)
        done.result()

    def _adopt(self, service: Service) -> None:
        known = self._services.get(service.name)
        if known is not None and known.is_alive():
            raise ServiceFailed(f"{service.name} runs already")
        self._services[service.name] = service
        self._launch(service)

    def _launch(self, service: Service) -> None:
        account = service.account or Account(uid=launch.UNCHANGED, gid=launch.UNCHANGED)
        wrapper = (sys.executable, "-I", "-S", launch.__file__, int(service.stop_signal))
        privileges = (account.uid, account.gid, os.getpid())
        command = [str(part) for part in (*wrapper, *privileges, *service.argv)]
        with service.lock, service.log.open("ab") as log:
            # Under the lock that `_end` takes: what starts after it was stopped stays unstarted.
            if self._stopping.is_set() or not service.wanted:
                raise StartInterrupted(f"stopped before {service.name} was started")
            service.process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=dict(service.env),
                cwd=service.cwd,
                start_new_session=True,  # the terminal's Ctrl-C is for us; we stop them in order
            )
        service.started_at = time.monotonic()
        service.restart_at = None
        remember(self._data, self.pids())

    def _keep(self) -> None:
        while not self._ended.is_set() or not self._stopping.is_set():
            with contextlib.suppress(queue.Empty):
                self._tasks.get(timeout=KEEPER_POLL_SECONDS)()
            if not self._stopping.is_set():
                for service in list(self._services.values()):
                    self._look_after(service)
                self._trim_logs()

    def _look_after(self, service: Service) -> None:
        now = time.monotonic()
        if service.is_alive() or not service.wanted:
            return
        if not service.restart:
            self._failed = self._failed or service.name
            self._ended.set()
        elif service.restart_at is None:
            if now - service.started_at > SETTLED_SECONDS:
                service.restart_delay_seconds = RESTART_DELAY_SECONDS_MIN
            service.restart_at = now + service.restart_delay_seconds
            doubled = service.restart_delay_seconds * 2
            service.restart_delay_seconds = min(doubled, RESTART_DELAY_SECONDS_MAX)
        elif now >= service.restart_at:
            service.restarts += 1
            try:
                self._launch(service)
            except StartInterrupted:
                return  # somebody stopped it at this very moment, as they wished
            except OSError:
                self._failed = service.name  # no process or no memory to be had: stop
                self._ended.set()

    def _trim_logs(self) -> None:
        """Keep one older part of a log that has grown; programs append, so they go on at 0."""
        now = time.monotonic()
        if now - self._logs_checked_at < LOG_CHECK_SECONDS:
            return
        self._logs_checked_at = now
        for service in self._services.values():
            if service.log.exists() and service.log.stat().st_size > LOG_BYTES_MAX:
                older = service.log.with_suffix(".log.1")
                older.write_bytes(service.log.read_bytes())
                os.truncate(service.log, 0)
