"""Which events this process is handing to Kafka right now, so that a twin waits instead."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from concurrent.futures import Future
from uuid import UUID


class InFlight:
    """Keeps one future per receipt while its event is on its way; safe to use from many threads.

    Twenty parallel offers of one event then put one record on the topic.  Another process may
    still send a second one: admission recognises it, so this is thrift, not safety.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._futures: dict[UUID, Future[None]] = {}

    def claim(self, receipts: Iterable[UUID]) -> tuple[set[UUID], list[Future[None]]]:
        """Return which of them the caller must send, and what to wait for in place of the rest.

        All are claimed under one lock, so that two batches cannot wait for each other's half
        before they have sent their own.
        """
        mine: set[UUID] = set()
        others: list[Future[None]] = []
        with self._lock:
            for receipt in receipts:
                if receipt in mine:
                    continue
                future = self._futures.get(receipt)
                if future is None:
                    self._futures[receipt] = Future()
                    mine.add(receipt)
                else:
                    others.append(future)
        return mine, others

    def finish(self, receipts: Iterable[UUID], error: BaseException | None = None) -> None:
        """Tell those who wait how it ended, and forget the receipts."""
        with self._lock:
            futures = [self._futures.pop(receipt) for receipt in receipts]
        for future in futures:
            if error is None:
                future.set_result(None)
            else:
                future.set_exception(error)
