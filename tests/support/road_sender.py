"""A sender that keeps at it, as the partner's pages ask: the same again until it is taken."""

from __future__ import annotations

import threading
import time

from tests.support.road import Radar, eventually, new_bsn, report

ARRIVAL_SECONDS_MAX = 30.0
RETRY_SECONDS = 0.05


class PersistentSender(threading.Thread):
    """Sends reports about one person one after another, each until it is taken."""

    def __init__(self, radar: Radar, count: int = 20) -> None:
        super().__init__(daemon=True)
        person = {"bsn": new_bsn()}
        self.events = [report(person) for _ in range(count)]
        self.refusals: list[tuple[int, str | None]] = []
        self.taken: list[str] = []
        self._radar = radar

    def run(self) -> None:
        """Send all; ends when the last one was taken."""
        for said in self.events:
            while said["id"] not in self.taken:
                try:
                    answer = self._radar.send(said)
                except OSError:
                    time.sleep(RETRY_SECONDS)
                    continue  # the connection broke: uncertain, so the same again
                if answer.status in (200, 202):
                    self.taken.append(said["id"])
                else:
                    self.refusals.append((answer.status, answer.headers.get("retry-after")))
                    time.sleep(RETRY_SECONDS)

    def check_all_arrived_once(self) -> None:
        """Check that everything was taken, stands on the page once and was applied once."""
        self.join(ARRIVAL_SECONDS_MAX)
        count = len(self.events)
        assert not self.is_alive(), f"{len(self.taken)} of {count} were taken"
        radar, ids = self._radar, sorted(said["id"] for said in self.events)
        household = radar.household(self.events[0])

        def on_the_page() -> list[str]:
            return [entry["gebeurtenis"] for entry in radar.timeline(household)]

        # The timeline is read page by page: while events still come in, one may show twice.
        eventually(lambda: set(on_the_page()) >= set(ids), "all events on the page")
        assert sorted(on_the_page()) == ids
        for said in self.events:
            outcomes = radar.outcomes(said)
            # A retry after an uncertain answer may have put a second copy on the topic.
            assert outcomes.count("applied") == 1
            assert set(outcomes) <= {"applied", "duplicate"}
