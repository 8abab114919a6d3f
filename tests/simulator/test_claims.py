"""A claim that waited for the database must not rob whoever was assigned the region since."""

from __future__ import annotations

from collections.abc import Callable

from tests.simulator.database import Database, Odds
from tests.simulator.fibers import Scheduler
from tests.simulator.process import PRODUCT, Place, Process
from tests.simulator.stages import COUNTED_TOPICS
from tests.simulator.topics import Group, Topics
from tests.support.counting_stage import regions_of

EVERYTHING = {(topic, 0) for topic in COUNTED_TOPICS}
STEPS_MAX = 200


class Two:
    """Two processes of one stage, and a database that is away."""

    def __init__(self) -> None:
        self.scheduler = scheduler = Scheduler(1)
        self.database = database = Database(scheduler, Odds(), is_away=True)
        group = Group(COUNTED_TOPICS, 1)
        place = Place(
            scheduler=scheduler, database=database, topics=Topics(scheduler, Odds(), database),
            regions=regions_of("noord"), groups={"counting": group},
        )  # fmt: skip
        self.old, self.new = (Process(n, place, PRODUCT, counts=True) for n in ("old", "new"))
        for process in (self.old, self.new):
            process.kill()  # only their workers are of interest

    def run_until(self, is_over: Callable[[], bool]) -> None:
        for _ in range(STEPS_MAX):
            if is_over():
                return
            self.scheduler.run_one()
        raise AssertionError("it never came so far")


def robs(*, hears: bool) -> bool:
    """Say whether the old process takes the region from the new one once the database is back."""
    two = Two()
    is_wanted, answers = [True], []
    two.scheduler.start(
        "old claims",
        lambda: answers.append(two.old.worker.claim(EVERYTHING, lambda: is_wanted[0] or not hears)),
    )
    two.run_until(lambda: "claim" in two.old.worker.problems)
    is_wanted[0] = False
    two.database.is_away = False
    two.scheduler.start("new claims", lambda: answers.append(two.new.worker.claim(EVERYTHING)))
    two.run_until(lambda: len(answers) == 2)
    epoch, _ = two.database.rows["head", ("counting", 1, "noord")]
    assert len(two.new.worker.leases) == len(EVERYTHING)
    assert bool(two.old.worker.leases) is (not hears)
    return bool(epoch == 2)


def test_a_claim_that_is_not_wanted_any_more_gives_up() -> None:
    assert not robs(hears=True)


def test_it_would_rob_the_other_one_otherwise() -> None:
    assert robs(hears=False)
