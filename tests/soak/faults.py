"""Injects the faults of a schedule and measures how soon the system is at work again."""

from __future__ import annotations

import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import psycopg

from tests.soak.crew import STAGES, Crew
from tests.soak.schedule import GATEWAY, Fault
from tests.soak.senders import GatewaySender
from tests.soak.sent import Book

RECOVERY_SECONDS_MAX = 40.0
ARMED_SECONDS_MAX = 45.0
POLL_SECONDS = 0.05
ALIVE_SECONDS_MAX = 20.0

Sequences = Mapping[tuple[str, str], int]


@dataclass(slots=True)
class Record:
    """What was done, and what it took to recover; only what really happened is counted."""

    by_kind: Counter[str] = field(default_factory=Counter)
    hit_in_flight: int = 0
    recovery_seconds: list[float] = field(default_factory=list)
    missed: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)


class Injector:
    """Injects one fault after another; `run` returns when the last has been injected."""

    def __init__(self, crew: Crew, book: Book, gateway: GatewaySender) -> None:
        self.record = Record()
        self._crew = crew
        self._book = book
        self._gateway = gateway
        self._frozen: list[threading.Timer] = []

    def run(self, faults: list[Fault], tell: Callable[[str], None]) -> None:
        """Inject all of them, in order."""
        began = time.monotonic()
        for number, fault in enumerate(faults, start=1):
            time.sleep(fault.gap_seconds)
            flying = self._flying(fault)
            at = time.monotonic() - began
            before = self._sequences()
            was_hit = self._inject(fault)
            # A crash point has killed by now, and a server that was away answers again.
            since = time.monotonic()
            if not was_hit:
                self.record.missed[fault.kind] += 1
                tell(f"{at:6.1f} s  fault {number}: {fault.kind} {fault.target} hit nobody")
                continue
            self.record.by_kind[fault.kind] += 1
            self.record.hit_in_flight += flying
            took = None if fault.overlaps else self._recovered(fault, before, since)
            if took is not None and not fault.kind.startswith(("freeze", "terminate")):
                self.record.recovery_seconds.append(took)
            after = "" if took is None else f", at work after {took:.1f} s"
            tell(f"{at:6.1f} s  fault {number}: {fault.kind} {fault.target}{after}")
        for timer in self._frozen:
            timer.join()

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
            case "terminate":
                return self._alive(name) and crew.signal(name, signal.SIGTERM)
            case _:
                return self._alive(name) and crew.signal(name, signal.SIGKILL)

    def _restart(self, name: str, away_seconds: float, *, kill: bool) -> bool:
        self._crew.stack.supervisor.pause(name, kill=kill)
        time.sleep(away_seconds)
        self._crew.stack.supervisor.resume(name)
        return True

    def _cut_backends(self) -> bool:
        with psycopg.connect(self._crew.settings.database, autocommit=True) as connection:
            cut = connection.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where application_name like 'radar-%' and pid <> pg_backend_pid()"
            ).fetchall()
        return bool(cut)

    def _freeze(self, name: str, seconds: float) -> bool:
        if not self._alive(name) or not self._crew.signal(name, signal.SIGSTOP):
            return False
        timer = threading.Timer(seconds, self._crew.signal, (name, signal.SIGCONT))
        timer.start()
        self._frozen.append(timer)
        return True

    def _crash(self, name: str, point: str, nth: int) -> bool:
        """Start a process that will die at a point, and wait until it has."""
        if not self._alive(name):
            return False
        self._crew.arm(name, f"{point}:{nth}")
        first = self._crew.worker(name)
        # With its guardian: the place is in an environment, and only a new guardian reads one.
        self._crew.kill_all(name)
        armed = self._next_process(name, first)
        # The environment was handed over at its start: the one after it gets none.
        self._crew.arm(name, None)
        if armed is None:
            return False
        self._crew.hurry(name)
        deadline = time.monotonic() + ARMED_SECONDS_MAX
        while time.monotonic() < deadline:
            if self._crew.worker(name) != armed:
                return True
            time.sleep(POLL_SECONDS)
        # It never came there, or not often enough: it must not die later by surprise.
        self._crew.signal(name, signal.SIGKILL)
        return False

    def _next_process(self, name: str, former: int | None) -> int | None:
        deadline = time.monotonic() + ALIVE_SECONDS_MAX
        while time.monotonic() < deadline:
            pid = self._crew.worker(name)
            if pid is not None and pid != former:
                return pid
            time.sleep(POLL_SECONDS)
        return None

    def _alive(self, name: str) -> bool:
        return self._next_process(name, None) is not None

    def _flying(self, fault: Fault) -> bool:
        """Say whether something sent is not yet committed by whoever the fault hits."""
        if fault.target == GATEWAY:
            return self._gateway.is_waiting
        stage = fault.target.rpartition("-")[0]
        try:
            with psycopg.connect(self._crew.settings.database, connect_timeout=2) as connection:
                read = connection.execute(
                    "select coalesce(sum(last_offset + 1), 0) from engine.input"
                    " where stage = 'admission'"
                ).fetchone()
                behind = connection.execute(
                    "select coalesce(sum(h.position - i.position), 0) from engine.log_head h"
                    " join engine.input i using (region) where h.log = 'journal' and i.stage = %s",
                    [stage],
                ).fetchone()
        except psycopg.OperationalError:
            return True
        assert read is not None and behind is not None
        return bool(self._book.put_on_kafka > read[0] or behind[0] > 0)

    def _recovered(self, fault: Fault, before: Sequences, since: float) -> float | None:
        """Return the seconds until whoever was hit is at work again, None when it was not seen."""
        stage = fault.target.rpartition("-")[0]
        stages = (stage,) if stage in STAGES else STAGES
        base, answers = self._sequences() or before, self._gateway.answers
        deadline = time.monotonic() + RECOVERY_SECONDS_MAX
        while time.monotonic() < deadline:
            if stage == "advice":
                done = self._crew.stack.supervisor.wait_ready(fault.target, 60) > 0
            elif fault.target == GATEWAY:
                # One answer may have been on its way; the second comes from the next process.
                done = self._gateway.answers >= answers + 2
            else:
                now = self._sequences()
                done = bool(now) and all(now[at] > base.get(at, 0) for at in now if at[0] in stages)
            if done:
                return time.monotonic() - since
            time.sleep(POLL_SECONDS)
        self.record.notes.append(f"{fault.kind} {fault.target}: no progress in 40 s")
        return RECOVERY_SECONDS_MAX

    def _sequences(self) -> Sequences:
        try:
            with psycopg.connect(self._crew.settings.database, connect_timeout=2) as connection:
                rows = connection.execute(
                    "select stage, region, sequence from engine.head"
                ).fetchall()
        except psycopg.OperationalError:
            return {}
        return {(stage, region): sequence for stage, region, sequence in rows}
