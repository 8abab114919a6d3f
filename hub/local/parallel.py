"""Run a few independent jobs at once, so that a Ctrl-C does not wait for them."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Sequence


def run_parallel(jobs: Sequence[Callable[[], object]], *, threads: int) -> None:
    """Run all jobs on at most `threads` threads; raise the first error, leave the rest.

    The threads are daemons, unlike an executor's: a download that is under way must not hold
    up the end of the program. After an error or an interrupt no further job is begun.
    """
    waiting: queue.SimpleQueue[Callable[[], object]] = queue.SimpleQueue()
    for job in jobs:
        waiting.put(job)
    results: queue.SimpleQueue[BaseException | None] = queue.SimpleQueue()
    is_over = threading.Event()

    def work() -> None:
        while not is_over.is_set():
            try:
                job = waiting.get_nowait()
            except queue.Empty:
                return
            try:
                job()
            except BaseException as error:  # noqa: BLE001  raised again in the caller's thread
                results.put(error)
                return
            results.put(None)

    for _ in range(min(threads, len(jobs))):
        threading.Thread(target=work, daemon=True).start()
    try:
        for _ in jobs:
            error = results.get()
            if error is not None:
                raise error
    finally:
        is_over.set()
