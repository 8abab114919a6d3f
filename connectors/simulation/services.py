"""Services after an assessment: when they start, are picked up and end, as the terms print."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from connectors.simulation.assessments import Window
from connectors.simulation.buckets import quotas
from connectors.simulation.figures import FiguresError
from connectors.simulation.months import ONE_DAY
from connectors.simulation.series import Item

FIRST_DAYS, SECOND_DAYS, LAST_DAYS = 75, 105, 330
"""Upper edges of the buckets in days after the report; nothing in the log lasts longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceRun:
    """One service: the item that counts its start, its report, and the days of its life.

    `report` is None for a service that came with a case from another region.
    """

    item: Item
    service: str
    report: int | None
    received_on: date
    registered_on: date
    picked_up_on: date | None = None
    ended_on: date | None = None
    is_aborted: bool = False


def _bounds(run: ServiceRun, bucket: int) -> tuple[date, date]:
    """Return the days on which the service, ending, falls in a bucket."""
    edges = (-1, FIRST_DAYS, SECOND_DAYS, LAST_DAYS)
    first = run.received_on + timedelta(days=edges[bucket] + 1)
    earliest = max(first, run.registered_on + ONE_DAY, run.item.known_on)
    return earliest, run.received_on + timedelta(days=edges[bucket + 1])


def draw_runs(
    runs: Sequence[ServiceRun],
    bucket_shares: tuple[float, float],
    completed_share: float,
    until: date,
    rng: Random,
) -> list[ServiceRun]:
    """Draw when each service ends; one that would end after `until` is still open."""
    ended = []
    for run in runs:
        chance = rng.random()
        shares = (bucket_shares[0], sum(bucket_shares), 1.0)
        bucket = next(index for index, share in enumerate(shares) if chance < share)
        first, last = _bounds(run, bucket)
        while first > last:
            bucket += 1
            if bucket == len(shares):
                break
            first, last = _bounds(run, bucket)
        has_ended = rng.random() < completed_share and first <= last
        day = first + timedelta(days=rng.randint(0, (last - first).days)) if has_ended else None
        # One in twelve stops half-way; it ends, but completes nothing (ours).
        ended.append(
            replace(
                run,
                ended_on=day if day is not None and day <= until else None,
                is_aborted=rng.random() < 1 / 12,
            )
        )
    return ended


def meet_service_term(
    runs: Sequence[ServiceRun], window: Window, until: date, rng: Random
) -> list[ServiceRun]:
    """End services within a window so that its buckets print as stated; the rest ends elsewhere.

    Raises FiguresError `term_unreachable` when no number of them does.
    """
    by_number = {run.item.number: run for run in runs}
    options: dict[int, list[int]] = {}
    for run in runs:
        is_counted = run.report is not None and run.item.last is None
        if not is_counted or (run.ended_on is not None and run.ended_on < window.first):
            continue
        fits = [
            bucket
            for bucket in range(3)
            if max(_bounds(run, bucket)[0], window.first)
            <= min(_bounds(run, bucket)[1], window.last)
        ]
        if fits:
            options[run.item.number] = fits
    wished = [
        number
        for number in options
        if (day := by_number[number].ended_on) is not None and day <= window.last
    ]
    chosen = _choose(options, wished, window, rng)
    for number in options:
        run = by_number[number]
        if number in chosen:
            first, last = _bounds(run, chosen[number])
            first, last = max(first, window.first), min(last, window.last)
            ending = first + timedelta(days=rng.randint(0, (last - first).days))
            by_number[number] = replace(run, ended_on=ending, is_aborted=False)
        elif run.ended_on is not None and run.ended_on <= window.last and not run.is_aborted:
            later = window.last + timedelta(days=rng.randint(1, 60))
            by_number[number] = replace(run, ended_on=later if later <= until else None)
    return [by_number[run.item.number] for run in runs]


def _choose(
    options: dict[int, list[int]], wished: list[int], window: Window, rng: Random
) -> dict[int, int]:
    """Choose which services end in the window and in which bucket: the scarcest bucket first."""
    able = [sum(bucket in fits for fits in options.values()) for bucket in range(3)]
    wish = min(len(wished), len(options))
    for total in sorted(range(len(options) + 1), key=lambda each: (abs(each - wish), each)):
        quota = quotas(total, window.term)
        if quota is None or any(want > have for want, have in zip(quota, able, strict=True)):
            continue
        chosen: dict[int, int] = {}
        for bucket in sorted(range(3), key=lambda each: able[each] - quota[each]):
            free = [n for n, fits in options.items() if bucket in fits and n not in chosen]
            rng.shuffle(free)
            free.sort(key=lambda number: len(options[number]))
            chosen.update(dict.fromkeys(free[: quota[bucket]], bucket))
        if len(chosen) == sum(quota):
            return chosen
    raise FiguresError(
        "term_unreachable", (window.term.id,), "no number of services can end as these shares say"
    )


def with_pick_up(run: ServiceRun, picked_up_share: float, until: date, rng: Random) -> ServiceRun:
    """Draw the day a service was picked up, between its start and its end."""
    last = min(run.ended_on or until, run.registered_on + timedelta(days=120), until)
    first = max(run.registered_on, run.item.known_on)
    if rng.random() >= picked_up_share or last <= first:
        return run
    wait = min(int(rng.expovariate(1 / 28)), (last - first).days)
    return replace(run, picked_up_on=first + timedelta(days=wait))
