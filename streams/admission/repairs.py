"""Carries out what people ask of dead letters, in the transaction that journals their asking.

So each request acts once, whoever sends it how often, and on letters of its own region only.
"""

from __future__ import annotations

from collections.abc import Sequence

from streams.admission.decode import Heard
from streams.engine.dead_letters import Request
from streams.engine.lease import Lease
from streams.engine.transaction import UnitTransaction

REDRIVE_REQUESTED = "RedriveRequested"
DISCARD_REQUESTED = "DiscardRequested"


def carry_out(tx: UnitTransaction, lease: Lease, heard: Sequence[Heard]) -> None:
    """Redrive and discard what the accepted events among these ask for, in their order."""
    for item in heard:
        if item.event_type.name == REDRIVE_REQUESTED:
            tx.redrive(lease, _request(item))
        elif item.event_type.name == DISCARD_REQUESTED:
            tx.discard(lease, _request(item))


def _request(item: Heard) -> Request:
    body = item.body
    return Request(
        ids=body["dead_letter_ids"],
        reason_code=body["reason_code"],
        requested_by=body["requested_by"],
    )
