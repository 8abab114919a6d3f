"""Injects the faults of a schedule and measures how soon the system is at work again."""

from __future__ import annotations

import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field

import psycopg

from tests.soak.crew import STAGES, Crew
from tests.soak.schedule import GATEWAY, TOGETHER_MAX, Fault
from tests.soak.senders import GatewaySender
from tests.soak.watching import Heads, OnTheWay

RECOVERY_SECONDS_MAX = 40.0
ARMED_SECONDS_MAX = 20.0
POLL_SECONDS = 0.05
ALIVE_SECONDS_MAX = 20.0
# Whoever dies here holds a unit, or a request, that it has not finished.
IN_THE_MIDDLE = frozenset(
    {"after_fence", "mid_handle", "before_commit", "after_commit", "before_relay"}
    | {"gateway_reserved", "gateway_acknowledged"}
)
CUT = (
    "select pg_terminate_backend(pid) from pg_stat_activity"
    " where application_name like 'radar-%' and pid <> pg_backend_pid()"
)

Tell = Callable[[str], None]


@dataclass(slots=True)
class Record:
    """What was done, and what it took to recover; only what really happened is counted."""

    by_kind: Counter[str] = field(default_factory=Counter)
    hit_in_flight: int = 0
    during_recovery: int = 0
    recovery_seconds: list[float] = field(default_factory=list)
    missed: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Injected:
    """One fault as it went; `took` is None when no recovery was seen."""

    fault: Fault
    was_hit: bool
    was_flying: bool
    during_recovery: bool
    took: float | None


class Injector:
    """Injects the faults of a schedule; `run` returns when the system has recovered from all."""

    def __init__(self, crew: Crew, gateway: GatewaySender) -> None:
        self.record = Record()
        self._crew = crew
        self._gateway = gateway
        self._heads = Heads(crew.settings.database)
        self._way = OnTheWay(crew.settings.database, crew.settings.bootstrap)
        self._open: dict[str, Future[Injected]] = {}

    def run(self, faults: Sequence[Fault], tell: Tell) -> None:
        """Inject all of them, in order, each in a thread that waits for its recovery."""
        began = time.monotonic()
        with self._threads() as threads:
            for number, fault in enumerate(faults, start=1):
                time.sleep(fault.gap_seconds)
                self._make_place(fault)
                at = f"{time.monotonic() - began:6.1f} s  fault {number}"
                during = bool(self._open)
                self._open[fault.target] = threads.submit(self._one, fault, during, at, tell)
            while self._open:
                self._settle()

    @contextmanager
    def _threads(self) -> Iterator[ThreadPoolExecutor]:
        try:
            with ThreadPoolExecutor(TOGETHER_MAX) as threads:
                yield threads
        finally:
            self._heads.close()

    def _make_place(self, fault: Fault) -> None:
        """Wait until its target is free, and, unless it overlaps, until nothing is recovering."""
        while self._open and (
            not fault.overlaps or fault.target in self._open or len(self._open) >= TOGETHER_MAX
        ):
            self._settle()

    def _settle(self) -> None:
        done, _ = wait(self._open.values(), return_when=FIRST_COMPLETED)
        for target in [target for target, one in self._open.items() if one in done]:
            self._count(self._open.pop(target).result())

    def _count(self, one: Injected) -> None:
        record, fault = self.record, one.fault
        if not one.was_hit:
            record.missed[fault.kind] += 1
            return
        record.by_kind[fault.kind] += 1
        record.hit_in_flight += one.was_flying
        record.during_recovery += one.during_recovery
        if one.took is None:
            record.notes.append(f"{fault.kind} {fault.target}: no progress in 40 s")
        # Who is frozen comes back when it is woken, who is told to stop when it has finished.
        if not fault.kind.startswith(("freeze", "terminate")):
            record.recovery_seconds.append(RECOVERY_SECONDS_MAX if one.took is None else one.took)

    def _one(self, fault: Fault, during: bool, at: str, tell: Tell) -> Injected:
        flying = fault.crash_point in IN_THE_MIDDLE or self._is_flying(fault)
        was_hit = self._inject(fault)
        # A crash point has killed by now, and a server that was away answers again.
        took = self._recovered(fault, time.monotonic()) if was_hit else None
        after = "hit nobody" if not was_hit else f"at work after {took or 0:.1f} s"
        tell(f"{at}: {fault.kind} {fault.target}{' +' * during}, {after}")
        return Injected(
            fault=fault, was_hit=was_hit, was_flying=flying, during_recovery=during, took=took
        )

    def _inject(self, fault: Fault) -> bool:
        crew, name = self._crew, fault.target
        if fault.crash_point is not None:
            return self._crash(name, fault.crash_point, fault.nth)
        match fault.kind:
            case "broker_kill":
                return self._restart("kafka", fault.seconds, kill=True)
            case "database_stop":
                crew.signal(name, signal.SIGQUIT)  # PostgreSQL's immediate stop
                return self._restart("postgres", fault.seconds, kill=False)
            case "backends_cut":
                return self._cut_backends()
            case "freeze":
                return self._freeze(name, fault.seconds)
            case "kill_guardian":
                return self._is_alive(name) and crew.kill_all(name)
            case "terminate":
                return self._is_alive(name) and crew.signal(name, signal.SIGTERM)
            case _:
                return self._is_alive(name) and crew.signal(name, signal.SIGKILL)

    def _restart(self, name: str, away_seconds: float, *, kill: bool) -> bool:
        self._crew.stack.supervisor.pause(name, kill=kill)
        time.sleep(away_seconds)
        self._crew.stack.supervisor.resume(name)
        return True

    def _cut_backends(self) -> bool:
        """Cut every connection of Radar's; False while the database has none, or is away."""
        try:
            with psycopg.connect(self._crew.settings.database, autocommit=True) as connection:
                return bool(connection.execute(CUT).fetchall())
        except psycopg.OperationalError:
            return False

    def _freeze(self, name: str, seconds: float) -> bool:
        if not self._is_alive(name) or not self._crew.signal(name, signal.SIGSTOP):
            return False
        time.sleep(seconds)
        return self._crew.signal(name, signal.SIGCONT)

    def _crash(self, name: str, point: str, nth: int) -> bool:
        """Let a process come to a crash point that kills it, and wait until it has."""
        if not self._is_alive(name):
            return False
        alive = {self._crew.worker(name)}
        file = self._crew.arm(name, f"{point}:{nth}")
        if point == "claimed":
            # Nobody claims without a reason: the next process will.
            self._crew.signal(name, signal.SIGKILL)
        deadline = time.monotonic() + ARMED_SECONDS_MAX
        while time.monotonic() < deadline:
            pid, is_taken = self._crew.worker(name), not file.exists()
            if is_taken and pid not in alive:
                return True
            if pid is not None and not is_taken:
                alive.add(pid)
            time.sleep(POLL_SECONDS)
        # It never came there, or not often enough: it must not die later by surprise.
        file.unlink(missing_ok=True)
        self._crew.signal(name, signal.SIGKILL)
        return False

    def _is_alive(self, name: str) -> bool:
        """Wait until there is a process to hit."""
        deadline = time.monotonic() + ALIVE_SECONDS_MAX
        while self._crew.worker(name) is None:
            if time.monotonic() > deadline:
                return False
            time.sleep(POLL_SECONDS)
        return True

    def _is_flying(self, fault: Fault) -> bool:
        """Say whether something sent is not yet committed by whoever the fault hits."""
        if fault.target == GATEWAY:
            return self._gateway.is_waiting
        stage = fault.target.rpartition("-")[0]
        return any(self._way.is_before(one) for one in ((stage,) if stage else STAGES))

    def _recovered(self, fault: Fault, since: float) -> float | None:
        """Return the seconds until whoever was hit is at work again, None when it was not seen."""
        if fault.target != GATEWAY:
            stage = fault.target.rpartition("-")[0]
            return self._heads.seconds_until_work(
                (stage,) if stage else STAGES,
                since,
                RECOVERY_SECONDS_MAX,
                # Advice comes four times a second, to one region at a time.
                in_every_region=stage != "advice",
            )
        answers, deadline = self._gateway.answers, since + RECOVERY_SECONDS_MAX
        while time.monotonic() < deadline:
            # One answer may have been on its way; the second comes from the next process.
            if self._gateway.answers >= answers + 2:
                return time.monotonic() - since
            time.sleep(POLL_SECONDS)
        return None
