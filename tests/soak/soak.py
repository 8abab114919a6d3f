"""One soak: a Radar of its own, senders, faults, draining, and the oracle's verdict."""

from __future__ import annotations

import random
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from connectors.partners import DEMO_PARTNERS
from hub.local.stack import LocalStack, StackSettings, erase
from tests.soak.crew import Crew, deployment, running_crew
from tests.soak.faults import Injector, Record
from tests.soak.oracle import Verdict, compare
from tests.soak.reading import DRAIN_SECONDS_MAX, differences_to_replay, drain, observe
from tests.soak.sayings import Speaker, bsns
from tests.soak.schedule import schedule
from tests.soak.second_opinion import REBUILD, VERIFY, ask
from tests.soak.senders import (
    Deployment,
    GatewaySender,
    KafkaSender,
    advice,
    registrations,
    reports,
)
from tests.soak.sent import Book

# Events a second by sender; together a little over the 200 that are promised.
RATES: Mapping[str, float] = {"politie": 110, "zaaksysteem": 55, "melders": 44, "advies": 4}
ROOT = Path(__file__).parents[2]
WARM_UP_SECONDS = 2.0
EXAMPLES_SHOWN = 10

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to do: `program` runs as `radar`; `quiet_seconds` of sending follow the faults."""

    faults: int
    seed: int
    program: str = "hub.cli"
    quiet_seconds: float = 0.0
    standstill_seconds: float = DRAIN_SECONDS_MAX
    """How long nothing may move before draining is given up."""
    keeps_evidence: bool = True
    """Whether data and logs stay where they are when something was wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Everything that a soak found."""

    verdict: Verdict
    record: Record
    rebuild_differences: tuple[str, ...]
    is_conserved: bool
    left: str | None
    seed: int
    seconds: float

    @property
    def rebuild_equal(self) -> bool:
        """Say whether everything derived is what the journal folds to."""
        return not self.rebuild_differences

    @property
    def is_clean(self) -> bool:
        """Say whether the promise held."""
        agreed = self.rebuild_equal and self.is_conserved
        return self.verdict.is_clean and self.left is None and agreed

    def document(self) -> Mapping[str, Any]:
        """Return the one line of `radar soak --json`."""
        verdict, record = self.verdict, self.record
        return {
            "faults_injected": record.by_kind.total(),
            "by_kind": dict(sorted(record.by_kind.items())),
            "hit_in_flight": record.hit_in_flight,
            "sent": verdict.sent,
            "accepted": verdict.accepted,
            **{
                name: verdict.outcomes[name]
                for name in ("applied", "duplicate", "conflict", "dead_lettered", "pending")
            },
            "lost": verdict.lost,
            "doubled": verdict.doubled,
            "wrong_households": verdict.wrong_households,
            "unaccounted": verdict.unaccounted,
            "rebuild_equal": self.rebuild_equal,
            "recovery_seconds_p95": p95(record.recovery_seconds),
            "seed": self.seed,
            "commit": commit(),
        }


def run_soak(plan: Plan, tell: Tell) -> Outcome:
    """Run a whole soak in a temporary place; its data is kept when something was wrong."""
    data = Path(tempfile.mkdtemp(prefix="radar-soak-"))
    # Durable: an immediate stop of PostgreSQL must not take back what it has confirmed.
    settings = StackSettings.from_environment(data, durable=True)

    def step(name: str, seconds: float) -> None:
        tell(f"{name}: {seconds:.1f} s")

    with LocalStack(settings) as stack:
        stack.start(step)
        with running_crew(stack, step, plan.program) as crew:
            outcome = _soak(crew, plan, tell)
    if outcome.is_clean or not plan.keeps_evidence:
        erase(settings)
    else:
        tell(f"the data and logs of this run are kept in {data}")
    return outcome


def _soak(crew: Crew, plan: Plan, tell: Tell) -> Outcome:
    began = time.monotonic()
    bsns()
    book, record = _drive(crew, plan, tell)
    tell(f"sent {len(book.all())}; waiting until all of it is through")
    left = drain(crew, plan.standstill_seconds)
    tell(f"drained after {time.monotonic() - began:.0f} s")
    verdict = compare(book.all(), observe(crew))
    opinions = dict(ask(crew))
    differences = (*differences_to_replay(crew), *(name for name in opinions if name == REBUILD))
    for command, said in opinions.items():
        tell(f"radar {command} does not agree:\n{said}")
    for example in (*record.notes, *differences, *verdict.examples[:EXAMPLES_SHOWN]):
        tell(example)
    if left is not None:
        tell(f"not drained: {left}")
    tell(f"compared after {time.monotonic() - began:.0f} s")
    return Outcome(
        verdict=verdict,
        record=record,
        rebuild_differences=differences,
        is_conserved=VERIFY not in opinions,
        left=left,
        seed=plan.seed,
        seconds=time.monotonic() - began,
    )


def _drive(crew: Crew, plan: Plan, tell: Tell) -> tuple[Book, Record]:
    """Send and inject faults at the same time, until everybody is well again."""
    book, told = Book(), deployment(crew)
    gateway = _gateway_sender(told, book, "melders", "vt.in.reporters.v1", plan.seed)
    injector = Injector(crew, gateway)
    stop = threading.Event()
    senders = _start_senders(told, book, gateway, plan.seed, stop)
    time.sleep(WARM_UP_SECONDS)
    try:
        injector.run(schedule(plan.seed, plan.faults), tell)
        time.sleep(plan.quiet_seconds)
    except BaseException:
        stop.set()
        raise
    record = injector.record
    tell(f"{record.during_recovery} faults while recovering, missed: {dict(record.missed)}")
    for name in crew.services:
        crew.signal(name, signal.SIGCONT)
    crew.wait_all_ready()
    stop.set()
    for sender in senders:
        sender.result()  # a sender that died has proved nothing: its error ends the run
    return book, record


def _gateway_sender(
    told: Deployment, book: Book, partner: str, topic: str, seed: int
) -> GatewaySender:
    say = advice if partner == "advies" else reports("report-submitted")
    return GatewaySender(
        deployment=told,
        book=book,
        speaker=_speaker(partner, seed),
        partner=partner,
        topic=topic,
        say=say,
        batch=2 if partner == "advies" else 8,
    )


def _start_senders(
    told: Deployment, book: Book, gateway: GatewaySender, seed: int, stop: threading.Event
) -> list[Future[None]]:
    police = KafkaSender(
        deployment=told,
        book=book,
        speaker=_speaker("politie", seed),
        topic="vt.in.police.v1",
        say=reports("police-report-submitted"),
    )
    cases = KafkaSender(
        deployment=told,
        book=book,
        speaker=_speaker("zaaksysteem", seed),
        topic="vt.in.case-system.v1",
        say=registrations,
    )
    advisers = _gateway_sender(told, book, "advies", "vt.in.advice.v1", seed)
    runs = zip((police.run, cases.run, gateway.run, advisers.run), RATES.values(), strict=True)
    threads = ThreadPoolExecutor(len(RATES))
    return [threads.submit(run, rate, stop) for run, rate in runs]


def _speaker(partner: str, seed: int) -> Speaker:
    (found,) = [p for p in DEMO_PARTNERS if p.id == partner]
    return Speaker(source=found.sources[0], draw=random.Random(f"{partner} of {seed}"))


def p95(seconds: list[float]) -> float | None:
    """Return the 95th percentile, None of nothing."""
    if not seconds:
        return None
    return round(sorted(seconds)[min(len(seconds) - 1, int(len(seconds) * 0.95))], 2)


def commit() -> str:
    """Return the commit of the checkout that was tried."""
    told = subprocess.run(
        ["git", "rev-parse", "HEAD"],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    return told.stdout.strip()
