"""One schedule: what is sent, what goes wrong and when, and how it ends; all from one seed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from streams.engine.log import FINDINGS
from tests.simulator import parking
from tests.simulator.database import Database, Odds
from tests.simulator.fibers import Scheduler
from tests.simulator.oracle import (
    REGION_CODES,
    SENT_ON,
    Violation,
    differences,
    is_drained,
    misplaced,
)
from tests.simulator.process import PRODUCT, Parts, Place, Process
from tests.simulator.quarantine import CRASHES, RAISES
from tests.simulator.stages import COUNTED_TOPICS
from tests.simulator.topics import Group, Partition, Stored, Topics
from tests.support.counting_stage import regions_of

REGIONS = regions_of(*REGION_CODES)
PARTITIONS = len(REGION_CODES)
SLOTS = ("counting-1", "counting-2", "reading-1", "reading-2")
STEPS_MIN, STEPS_MAX = 150, 450
# Households are parked as the first act drains; so many schedules have another one.
SECOND_ACTS = 0.4
STEPS_AGAIN = (150, 600)
REQUESTS = 3
# Draining takes 400 steps, 1,500 at most; a schedule that needs this many will never end.
# A careful worker takes its records one by one, each in two transactions.
DRAIN_STEPS_MAX = 15_000
DEATHS_WHILE_DRAINING_MAX = 40
# So many new events stand on another partition than that of their region.
MISPLACED_SHARE = 0.08
# So many requests for parked households come when their rows can be applied.
MENDED_SHARE = 0.7
# Beyond an hour, so that a duplicate may come later than any window of that length.
CLOCK_JUMP_SECONDS_MAX = 7_200.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How one schedule ended."""

    seed: int
    violations: list[str]
    counts: dict[str, int]
    trace: list[str]


class World:
    """Processes, servers and senders of one schedule."""

    steps = (STEPS_MIN, STEPS_MAX)

    def __init__(self, seed: int, parts: Parts = PRODUCT, odds: Odds | None = None) -> None:
        self.scheduler = scheduler = Scheduler(seed)
        self.odds = Odds() if odds is None else replace(odds)
        self._has_own_odds = odds is not None
        self.database = Database(scheduler, self.odds)
        self.topics = Topics(scheduler, self.odds, self.database)
        self.groups = {
            "counting": Group(COUNTED_TOPICS, PARTITIONS),
            "reading": Group((FINDINGS.topic,), PARTITIONS),
        }
        self.place = Place(
            scheduler=scheduler, database=self.database, topics=self.topics,
            regions=REGIONS, groups=self.groups,
        )  # fmt: skip
        self.parts = parts
        self.living: dict[str, Process] = {}
        self.replaced: list[Process] = []
        self.crashed: set[str] = set()
        self.incarnations = 0
        self.deaths = 0
        # Mostly rare, for while a household waits nothing is seen of what is done with its rows.
        self.poison_every = scheduler.random.choice((11, 11, 3))
        self.violations: list[str] = []
        self.database.watch = self._watch
        self.topics.on_append = self._watch_append
        self._actions: list[tuple[float, Callable[[], None]]] = [
            (7.0, self.send), (1.2, self.kill), (0.8, self.freeze), (1.0, self.thaw),
            (0.8, self.rebalance), (0.5, self.revoke), (0.3, self.stop_gracefully),
            (0.3, self.stop_database), (0.4, self.lose_broker), (0.5, self.jump),
            (2.0, self.settle), (0.2, self.expire), (1.5, self.ask_for_parked),
        ]  # fmt: skip
        self._weights = [weight for weight, _ in self._actions]

    def run(self) -> Result:
        """Go through the schedule, drain, compare; never raises for what it finds."""
        random = self.scheduler.random
        if not self._has_own_odds:
            self._set_odds()
        eventful = random.choice((0.05, 0.12, 0.2))
        try:
            odds = replace(self.odds)
            self._suffer(random.randint(*self.steps), eventful)
            self._drain()
            if not self.violations and random.random() < SECOND_ACTS:
                self.odds.become(odds)
                self._ask_again(eventful)
            if not self.violations:
                self.violations += differences(self.database, self.topics)
            records = [record for log in self.topics.logs.values() for record in log]
            self.database.counts["sent_on"] = sum(SENT_ON in dict(r.headers) for r in records)
            self.database.counts["sent"] = sum(
                self.topics.end((t, n)) for t in COUNTED_TOPICS for n in range(PARTITIONS)
            )
        except Violation as violation:
            self.violations.append(str(violation))
        finally:
            for process in (*self.living.values(), *self.replaced):
                process.kill()
        return Result(
            seed=self.scheduler.seed, violations=self.violations,
            counts=self.database.counts, trace=list(self.scheduler.trace),
        )  # fmt: skip

    def _suffer(self, steps: int, eventful: float) -> None:
        random = self.scheduler.random
        for _ in range(steps):
            if random.random() < eventful:
                _, act = random.choices(self._actions, self._weights)[0]
                act()
            else:
                self._step(restart=0.15)

    def _set_odds(self) -> None:
        """Most schedules have some kinds of faults only: rare meetings need calm around them."""
        random, odds = self.scheduler.random, self.odds
        odds.cut = random.choice((0.0, 0.005, 0.02))
        odds.commit = random.choice((0.0, 0.05, 0.25))
        odds.deliver = random.choice((0.0, 0.1, 0.4))
        odds.broker = random.choice((0.0, 0.02, 0.1))
        odds.lookup = random.choice((0.0, 0.02, 0.08))

    def _step(self, *, restart: float) -> None:
        scheduler = self.scheduler
        if len(self.living) < len(SLOTS) and scheduler.chance(restart):
            for slot in SLOTS:
                if slot not in self.living:
                    self.start(slot)
        if self.database.is_away and scheduler.chance(0.04):
            self.database.is_away = False
        if self.topics.is_away and scheduler.chance(0.04):
            self.topics.is_away = False
        fiber = scheduler.run_one()
        if fiber is not None and fiber.is_over:
            for process in [p for p in (*self.living.values(), *self.replaced) if p.is_over]:
                self._bury(process)
        if self.violations:
            raise Violation("the invariant above was broken")

    def _bury(self, process: Process) -> None:
        """A process that has ended frees its slot; a supervisor starts it again."""
        failure = process.main.failure
        self.scheduler.note(f"{process.name} ended: {failure!r}")
        if failure is not None:
            self.database.count(f"ended by {type(failure).__name__}")
        self.deaths += 1
        process.kill()
        self._leave(process)
        if process.main.has_crashed:
            self.crashed |= {slot for slot, one in self.living.items() if one is process}
        self.replaced = [one for one in self.replaced if one is not process]
        for slot in [slot for slot, one in self.living.items() if one is process]:
            del self.living[slot]

    def _leave(self, process: Process) -> None:
        if process.name in process.group.members:
            process.group.members.remove(process.name)
            process.group.rebalance(self.scheduler, may_split=False)

    def start(self, slot: str) -> None:
        self.incarnations += 1
        name = f"{slot}.{self.incarnations}"
        counts = slot.startswith("counting")
        blamed = slot in self.crashed
        self.crashed.discard(slot)
        process = self.parts.process(name, self.place, self.parts, counts=counts, blamed=blamed)
        self.living[slot] = process
        process.group.members.append(name)
        process.group.rebalance(self.scheduler, may_split=False)

    def send(self) -> None:
        """Send a few records; the counts of kinds are those of a bad day."""
        random = self.scheduler.random
        for _ in range(random.randint(1, 4)):
            at = (random.choice(COUNTED_TOPICS), random.randrange(PARTITIONS))
            self.topics.append(at, Stored(offset=-1, key=b"k", value=self._value(at), timestamp=0))

    def _value(self, at: Partition) -> bytes | None:
        random = self.scheduler.random
        said = self.topics.logs.get(at, [])
        lot = random.random()
        if lot < 0.05:
            return None
        if lot < 0.09:
            return b"garbage"
        if lot < 0.10:
            return random.choice((CRASHES, RAISES))
        if lot < 0.32 and said:
            again = random.choice(said).value
            if again is None or b"|" not in again:
                return again
            return again if lot < 0.28 else again[: again.rindex(b"|")] + b"|other"
        source = at[0].removeprefix("in.")
        home = at[1]
        if random.random() < MISPLACED_SHARE:
            home = (at[1] + random.randrange(1, PARTITIONS)) % PARTITIONS
        # Ids of one source are its own; that of another may well look the same.
        event_id = f"{home}.{at[1]}.{len(said)}"
        is_poison = len(said) % self.poison_every == self.poison_every - 1
        body = "poison" if is_poison else "fatal" if len(said) % 23 == 7 else "body"
        return f"{source}|{event_id}|household {random.randrange(3)}|{body}".encode()

    def ask_for_parked(self) -> None:
        """Ask for some that are parked or were, with their defect mended or too early."""
        random = self.scheduler.random
        home = random.randrange(PARTITIONS)
        ids = parking.parked_ids(self.database, REGION_CODES[home], waiting=False)
        if ids:
            some = random.sample(ids, random.randint(1, len(ids)))
            self._request(home, parking.Request(random.random() < MENDED_SHARE, tuple(some)))

    def _request(self, home: int, request: parking.Request) -> None:
        at = (self.scheduler.random.choice(COUNTED_TOPICS), home)
        source, event_id = at[0].removeprefix("in."), f"{home}.{home}.{self.topics.end(at)}"
        value = f"{source}|{event_id}|{request.body()}".encode()
        self.topics.append(at, Stored(offset=-1, key=b"k", value=value, timestamp=0))
        self.database.count("asked_for_parked")

    def kill(self) -> None:
        process = self._one()
        if process is not None:
            self.database.count("killed")
            if process.is_writing:
                self.database.count("killed_in_unit")
            self._bury(process)

    def freeze(self) -> None:
        """Freeze a process; its group notices, or somebody starts another in its place."""
        process = self._one()
        if process is None or process.main.is_frozen:
            return
        process.freeze(True)
        self.database.count("frozen_in_unit" if process.is_writing else "frozen")
        if self.scheduler.chance(0.7):
            self._leave(process)
        if self.scheduler.chance(0.3):
            process.is_replaced = True
            self._leave(process)
            slot = next(slot for slot, one in self.living.items() if one is process)
            self.replaced.append(process)
            self.start(slot)

    def thaw(self) -> None:
        """Let the frozen go on where they stood."""
        for process in (*self.living.values(), *self.replaced):
            process.freeze(False)

    def rebalance(self) -> None:
        group = self.scheduler.random.choice(list(self.groups.values()))
        group.rebalance(self.scheduler, may_split=True)

    def revoke(self) -> None:
        """Take partitions away in the middle of whatever a process does, as Faust's signal."""
        process = self._one()
        if process is not None:
            process.worker.release()
            process.generation = -1
            self.database.count("revoked")

    def stop_gracefully(self) -> None:
        process = self._one()
        if process is not None:
            process.is_stopping = True

    def stop_database(self) -> None:
        self.database.count("database_stopped")
        self.database.stop()

    def lose_broker(self) -> None:
        self.database.count("broker_lost")
        self.topics.is_away = True

    def jump(self) -> None:
        self.scheduler.now += self.scheduler.random.random() * CLOCK_JUMP_SECONDS_MAX
        self.scheduler.note("the clock jumps")

    def settle(self) -> None:
        if self.database.in_doubt:
            self.database.settle_doubt()
        if self.topics.late:
            self.topics.settle_late()

    def expire(self) -> None:
        """Let the beginning of the log's topic expire; its table has every row."""
        at = (FINDINGS.topic, self.scheduler.random.randrange(PARTITIONS))
        self.topics.starts[at] = self.scheduler.random.randint(
            self.topics.start(at), self.topics.end(at)
        )

    def _one(self) -> Process | None:
        """Choose a process; half the time one that is in the middle of a unit, if there is one."""
        living = list(self.living.values())
        writing = [process for process in living if process.is_writing]
        if writing and self.scheduler.chance(0.5):
            living = writing
        return self.scheduler.random.choice(living) if living else None

    def _ask_again(self, eventful: float) -> None:
        """Once people wait: ask for them while everything goes wrong, in the end for all at once.

        Then every row that was sent is applied.
        """
        for _ in range(REQUESTS):
            self.ask_for_parked()
        self._suffer(self.scheduler.random.randint(*STEPS_AGAIN), eventful)
        self._drain()
        for home, region in enumerate(REGION_CODES):
            ids = parking.parked_ids(self.database, region, waiting=True)
            if ids:
                self._request(home, parking.Request(is_mended=True, ids=tuple(ids)))
        self._drain()
        if any(parking.parked_ids(self.database, one, waiting=True) for one in REGION_CODES):
            self.violations.append("somebody waits who was asked for")

    def _drain(self) -> None:
        """Heal everything and wait until all that was sent has its outcome everywhere."""
        self.scheduler.note("heals")
        self.odds.become(Odds())
        self.database.is_away = self.topics.is_away = False
        while self.database.in_doubt or self.topics.late:
            self.settle()
        self.thaw()
        self.deaths = 0
        for group in self.groups.values():
            group.rebalance(self.scheduler, may_split=False)
        for step in range(DRAIN_STEPS_MAX):
            self._step(restart=1.0)
            if self.deaths > DEATHS_WHILE_DRAINING_MAX + sum(self.database.deaths.values()):
                raise Violation("processes die again and again although nothing is wrong any more")
            if step % 20 == 0 and is_drained(self.database, self.topics):
                self.drain_steps = step
                return
        self.violations.append("it does not drain: something waits for ever")
        self.violations += differences(self.database, self.topics)

    def _watch(self) -> None:
        for region in REGION_CODES:
            row = self.database.rows.get(("log_head", (FINDINGS.name, region)))
            if row is not None and row[2] > row[1]:
                self.violations.append(f"{region}: relayed {row[2]} is beyond the head {row[1]}")

    def _watch_append(self, at: Partition, record: Stored) -> None:
        found = misplaced(self.database, at, record)
        if found is not None:
            self.violations.append(found)
