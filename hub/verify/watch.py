"""The cheap part of the check, every minute, as metrics."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence

import structlog

from hub import metrics
from hub.verify.check import check_recent
from hub.verify.report import Report
from hub.verify.topics import Topics
from streams.engine.errors import ErrorKind, classify

logger = structlog.get_logger()

STOP_SECONDS_MAX = 2.0


class ConservationWatch:
    """A thread that checks at once and then every `interval_seconds`, until it is stopped.

    When the database or the broker is away it tries again after the interval. Any other error ends
    the thread, not the process: senders must not be refused because a check is defect. Either way
    the time of the last check stands still, which is what to alert on.
    """

    def __init__(
        self,
        database_url: str,
        topics: Topics,
        regions: Sequence[str],
        *,
        interval_seconds: float,
    ) -> None:
        self._database_url = database_url
        self._topics = topics
        self._regions = tuple(regions)
        self._interval_seconds = interval_seconds
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="conservation", daemon=True)

    def start(self) -> None:
        """Start checking."""
        self._thread.start()

    def stop(self) -> None:
        """Stop after the check that runs, if any; waits for it for a short while."""
        self._stopped.set()
        self._thread.join(STOP_SECONDS_MAX)

    def check(self) -> Report:
        """Check once and set the metrics; errors of database and broker are the caller's."""
        report = check_recent(self._database_url, self._topics, self._regions)
        for invariant in report.invariants:
            metrics.CONSERVATION_GAP.labels(invariant=invariant.name).set(invariant.gap)
            for difference in invariant.differences:
                logger.error(
                    "conservation_differs",
                    invariant=invariant.name,
                    kind=difference.kind,
                    total=difference.total,
                )
        metrics.OLDEST_UNACCOUNTED_SECONDS.set(report.oldest_unaccounted_seconds)
        metrics.CONSERVATION_CHECKED_SECONDS.set(time.time())
        return report

    def _run(self) -> None:
        while not self._stopped.is_set():
            try:
                self.check()
            # The table of errors decides which ends it has, so every one must come by here.
            except Exception as error:  # noqa: BLE001
                if classify(error) is not ErrorKind.TRANSIENT:
                    # Without a traceback: libraries quote what they choke on.
                    logger.error("conservation_stopped", error=type(error).__name__)  # noqa: TRY400
                    return
                logger.warning("conservation_retry", error=type(error).__name__)
            self._stopped.wait(self._interval_seconds)
