"""The one way in: an offered event becomes a record on its topic and a receipt, or neither.

The order is the promise (architecture.md §9): read and check everything; seal the persons;
reserve the id and the digest in the database; produce; answer only when the broker has it.
A crash between any two of these leaves something that the sender's retry completes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from connectors.gateway.bodies import Offered, offered_events
from connectors.gateway.errors import Refused, Unavailable
from connectors.gateway.in_flight import InFlight
from connectors.gateway.offers import (
    UNKNOWN_TYPE,
    Offer,
    Reading,
    read_offer,
    time_fault,
    type_label,
)
from connectors.gateway.publisher import DELIVERY_TIMEOUT_SECONDS
from connectors.gateway.receipts import Receipts, Reservation, Reserved
from connectors.metrics import EVENTS_RECEIVED
from schemas.codec import EVENT_BYTES_MAX, Codec
from schemas.digest import event_digest
from schemas.events import EVERY_INBOUND_TOPIC
from schemas.problem_codes import DataError, Violation
from schemas.sealing import seal
from schemas.topics import INBOUND_TOPICS
from streams.engine.crash_points import reach
from streams.engine.wire import WireMessage, wire_message

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connectors.gateway.publisher import Publisher
    from connectors.gateway.sealing import SealingKeys
    from connectors.partners import Principal
    from schemas.regions import Regions

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """Return the hub's clock: now, in UTC."""
    return datetime.now(UTC)


TWIN_ATTEMPTS_MAX = 3  # each fails only when a twin of the same instant was itself refused
# A twin's sender may itself wait for the whole delivery time and then some for the database.
_TWIN_SECONDS_MAX = DELIVERY_TIMEOUT_SECONDS + 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What a sender holds in its hand: the event is in the log and will be judged."""

    receipt_id: UUID
    received_at: datetime
    is_duplicate: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ready:
    """An offer that only needs to be reserved and sent; holds no person in clear."""

    offer_pointer: str
    reservation: Reservation
    message: WireMessage


class Acceptor:
    """Accepts events for whoever calls: HTTP is one caller, a page that decides is another.

    Every method blocks, on the database and on the broker; call it from a thread.
    """

    def __init__(
        self,
        *,
        codec: Codec,
        regions: Regions,
        receipts: Receipts,
        keys: SealingKeys,
        publisher: Publisher,
        digest_key: bytes,
        clock: Clock = system_clock,
    ) -> None:
        self.keys = keys
        self._codec = codec
        self._regions = regions
        self._receipts = receipts
        self._publisher = publisher
        self._digest_key = digest_key
        self._clock = clock
        self._in_flight = InFlight()

    def accept(self, event: Mapping[str, Any], principal: Principal) -> Receipt:
        """Accept one CloudEvent, given as its JSON; see `accept_all`."""
        (receipt,) = self.accept_all([Offered(pointer="", document=event)], principal)
        return receipt

    def accept_body(self, body: bytes, principal: Principal, *, batch: bool) -> list[Receipt]:
        """Accept the events in a request's body; see `accept_all`."""
        try:
            offered = offered_events(body, batch=batch)
        except Refused:
            EVENTS_RECEIVED.labels(principal.partner, UNKNOWN_TYPE, "refused").inc()
            raise
        return self.accept_all(offered, principal)

    def accept_all(self, offered: Sequence[Offered], principal: Principal) -> list[Receipt]:
        """Accept all of the events, or none; the answer has their order.

        Raises Refused when one of them will never do (nothing of any was stored) and Unavailable
        when something is away.  After Unavailable some may be in the log: offer the same ones
        again.
        """
        with _counted(offered, principal) as outcomes:
            readings = [read_offer(one, principal, self._regions) for one in offered]
            offers = _all_offers(readings)
            self._check_times(offers)
            ready = [self._prepare(offer, principal) for offer in offers]
            reserved, sent = self._reserve_and_send(ready, principal)
            is_duplicate = _duplicates(reserved, sent)
            outcomes += ["duplicate" if known else "accepted" for known in is_duplicate]
        return [
            Receipt(receipt_id=r.receipt_id, received_at=r.received_at, is_duplicate=known)
            for r, known in zip(reserved, is_duplicate, strict=True)
        ]

    def faults(self, body: bytes, principal: Principal, *, batch: bool) -> list[Violation]:
        """Return everything that would keep these events out; stores nothing, sends nothing.

        A region that is not open yet counts no clock: the hub's own is then taken.
        """
        try:
            offered = offered_events(body, batch=batch)
        except Refused as refused:
            return list(refused.faults)
        readings = [read_offer(one, principal, self._regions) for one in offered]
        found = [fault for r in readings for fault in (*r.denials, *r.faults)]
        offers = [reading.offer for reading in readings if reading.offer is not None]
        horizons = self._horizons(offers)
        for offer in offers:
            fault = time_fault(offer, horizons.get(offer.meta["region"], self._clock()))
            if fault is not None:
                found.append(fault)
        return found

    def _horizons(self, offers: Sequence[Offer]) -> dict[str, datetime]:
        clocks = self._receipts.clocks(sorted({offer.meta["region"] for offer in offers}))
        now = self._clock()
        return {region: clock.horizon(now) for region, clock in clocks.items()}

    def _check_times(self, offers: Sequence[Offer]) -> None:
        horizons = self._horizons(offers)
        if any(offer.meta["region"] not in horizons for offer in offers):
            raise Unavailable("http.region_not_open", retry_after_seconds=30)
        found = [time_fault(offer, horizons[offer.meta["region"]]) for offer in offers]
        faults = [fault for fault in found if fault is not None]
        if faults:
            raise Refused("http.invalid", faults)

    def _prepare(self, offer: Offer, principal: Principal) -> _Ready:
        meta, event = offer.meta, offer.event
        topic = self._topic(offer, principal)
        record = dict(event.record)
        try:
            if event.content.persons or event.content.addresses:
                key = self.keys.of(meta["region"])
                record["sealed_persons"] = seal(
                    key.key, key.key_id, offer.info, event.persons, event.addresses
                )
            name = offer.event_type.name
            message = wire_message(self._codec, self._regions, name, record, topic)
            if len(message.value) > EVENT_BYTES_MAX:
                raise DataError("size.exceeded")
        except DataError as error:
            fault = Violation(pointer=f"{offer.pointer}/data", code=error.code)
            raise Refused("http.invalid", [fault]) from None
        return _Ready(
            offer_pointer=offer.pointer,
            message=message,
            reservation=Reservation(
                receipt_id=offer.receipt_id,
                region=meta["region"],
                source=meta["source"],
                event_id=meta["event_id"],
                digest=event_digest(self._digest_key, name, event.record, event.content),
                record_name=name,
                topic=topic,
            ),
        )

    def _topic(self, offer: Offer, principal: Principal) -> str:
        """Return the topic of the event's type; a correction goes where its target stands.

        A target that nobody knows yet can only have gone to a topic of this sender's own.
        """
        if offer.event_type.topic != EVERY_INBOUND_TOPIC:
            return offer.event_type.topic
        target = offer.event.record["corrected_event_id"]
        meta = offer.meta
        topic = self._receipts.topic_of_event(meta["region"], meta["source"], target)
        own = sorted(name for name in principal.topics if self._may_hold(name, offer))
        if topic is None and len(own) == 1:
            return own[0]
        if topic is None:
            fault = Violation(pointer=f"{offer.pointer}/data/correctedEventId", code="domain.refs")
            raise Refused("http.invalid", [fault])
        if topic not in own:
            fault = Violation(pointer=f"{offer.pointer}/type", code="authz.event")
            raise Refused("authz.event", [fault])
        return topic

    @staticmethod
    def _may_hold(topic: str, offer: Offer) -> bool:
        return offer.event_type.name in INBOUND_TOPICS[topic].records

    def _reserve(self, ready: Sequence[_Ready], principal: Principal) -> list[Reserved]:
        reserved = self._receipts.reserve(principal.partner, [one.reservation for one in ready])
        conflicts = [
            Violation(pointer=f"{one.offer_pointer}/id", code="dedup.conflict")
            for one, standing in zip(ready, reserved, strict=True)
            if not standing.is_same
        ]
        if conflicts:
            raise Refused("dedup.conflict", conflicts)
        return reserved

    def _reserve_and_send(
        self, ready: Sequence[_Ready], principal: Principal
    ) -> tuple[list[Reserved], set[UUID]]:
        """Return the reservations, and the receipts whose events this call has put on a topic."""
        sent: set[UUID] = set()
        for _ in range(TWIN_ATTEMPTS_MAX):
            reserved, now_sent, twins = self._send(ready, principal)
            sent |= now_sent
            if _have_arrived(twins):
                return reserved, sent
        raise Unavailable("http.overloaded", retry_after_seconds=1)

    def _send(
        self, ready: Sequence[_Ready], principal: Principal
    ) -> tuple[list[Reserved], set[UUID], Sequence[Future[None]]]:
        """Reserve all; produce what no broker has confirmed and nobody here is sending already.

        Claimed before it is reserved: whoever claims an event after a twin has finished with it
        then reads that twin's confirmation.
        """
        mine, twins = self._in_flight.claim(one.reservation.receipt_id for one in ready)
        try:
            reserved = self._reserve(ready, principal)
            unsent = {
                one.reservation.receipt_id: one.message
                for one, standing in zip(ready, reserved, strict=True)
                if standing.receipt_id in mine and not standing.is_acknowledged
            }
            if unsent:
                reach("gateway_reserved")
                delivered = self._publisher.publish(list(unsent.values()))
                reach("gateway_acknowledged")
                offsets = [place.offset for place in delivered]
                self._receipts.acknowledge(dict(zip(unsent, offsets, strict=True)))
        except BaseException as error:
            self._in_flight.finish(mine, error)
            raise
        self._in_flight.finish(mine)
        return reserved, set(unsent), twins


def _have_arrived(twins: Sequence[Future[None]]) -> bool:
    """Wait for what others send; False when one of them was refused, and so sent nothing.

    A twin is refused for another content under the id, or for another event of its batch: no
    fault of this one's, which must then be sent by this call itself.
    """
    for twin in twins:
        try:
            twin.result(timeout=_TWIN_SECONDS_MAX)
        except TimeoutError:
            raise Unavailable("http.outcome_unknown") from None
        except Refused:
            return False
    return True


def _duplicates(reserved: Sequence[Reserved], sent: set[UUID]) -> list[bool]:
    """Say of each whether it was there before; of twins in one batch the first one is new."""
    new = set(sent)
    duplicates = []
    for standing in reserved:
        duplicates.append(standing.receipt_id not in new)
        new.discard(standing.receipt_id)
    return duplicates


def _all_offers(readings: Sequence[Reading]) -> list[Offer]:
    """Return the offers, or raise Refused: for what its sender may not say first, then faults."""
    denials = [denial for reading in readings for denial in reading.denials]
    if denials:
        raise Refused(denials[0].code, denials)
    faults = [fault for reading in readings for fault in reading.faults]
    if faults:
        raise Refused("http.invalid", faults)
    return [reading.offer for reading in readings if reading.offer is not None]


@contextmanager
def _counted(offered: Sequence[Offered], principal: Principal) -> Iterator[list[str]]:
    """Count each offered event once, whichever way it ends."""
    outcomes: list[str] = []
    try:
        yield outcomes
    except Refused as refused:
        outcomes += [_REFUSALS.get(refused.code, "refused")] * len(offered)
        raise
    except Unavailable:
        outcomes += ["unavailable"] * len(offered)
        raise
    finally:
        for one, outcome in zip(offered, outcomes, strict=False):
            label = type_label(one.document)
            EVENTS_RECEIVED.labels(principal.partner, label, outcome).inc()


_REFUSALS = {
    "dedup.conflict": "conflict",
    "authz.source": "denied",
    "authz.region": "denied",
    "authz.event": "denied",
}
