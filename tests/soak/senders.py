"""The senders of a soak: they keep to docs/partners, and to nothing but that, through every fault.

A sender to Kafka repeats what was not confirmed; a sender to the gateway offers the same events
again until it is answered.
"""

from __future__ import annotations

import copy
import json
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen
from uuid import UUID

from confluent_kafka import KafkaError, Message, Producer
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

from schemas.cloud_events import parse_event
from schemas.codec import Codec
from schemas.examples import examples_of
from schemas.regions import Regions
from schemas.sealing import info_of, seal
from streams.engine.wire import wire_message
from tests.soak.sayings import REGIONS, Speaker, case_of, otherwise, region_of
from tests.soak.sent import Book, Fate, Sent, What

DUPLICATE_SHARE = 0.10
GARBAGE_SHARE = 0.01
CONFLICT_SHARE = 0.002
MISPLACED_SHARE = 0.005
ORPHAN_SHARE = 0.01
CHILD_SHARE = 0.05
REMEMBERED = 3_000
BATCH_EVENTS = 8
RETRY_SECONDS = 0.3
# A sender that means it does not give up while a broker is being restarted.
DELIVERY_SECONDS = 120
PRODUCER = {
    "acks": "all",
    "enable.idempotence": True,
    "linger.ms": 5,
    "delivery.timeout.ms": DELIVERY_SECONDS * 1_000,
    "reconnect.backoff.max.ms": 500,
    "log_level": 2,
}

Document = dict[str, Any]
PublicKeys = Mapping[str, tuple[bytes, X25519PublicKey]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """What every sender knows of the Radar that it sends to."""

    bootstrap: str
    web: str
    codec: Codec
    regions: Regions
    public_keys: PublicKeys
    tokens: Mapping[str, str]


class Pace:
    """Says how many are due, so that a sender that was held up catches up."""

    def __init__(self, per_second: float) -> None:
        self._per_second = per_second
        self._since = time.monotonic()
        self._done = 0

    def due(self, at_most: int) -> int:
        """Return how many to send now."""
        wanted = int((time.monotonic() - self._since) * self._per_second) - self._done
        found = max(0, min(wanted, at_most))
        self._done += found
        return found


class KafkaSender:
    """One partner that publishes to Kafka itself, on one topic."""

    def __init__(
        self,
        *,
        deployment: Deployment,
        book: Book,
        speaker: Speaker,
        topic: str,
        say: Callable[[Speaker], tuple[Document, Sent]],
    ) -> None:
        self._deployment = deployment
        self._book = book
        self._speaker = speaker
        self._topic = topic
        self._say = say
        self._producer = Producer({**PRODUCER, "bootstrap.servers": deployment.bootstrap})
        self._earlier: deque[tuple[Document, Sent]] = deque(maxlen=REMEMBERED)
        self._again: deque[tuple[bytes | None, Any, Sent]] = deque()
        self._contents = 0

    def run(self, per_second: float, stop: threading.Event) -> None:
        """Send until told to stop, then wait until everything has been confirmed."""
        pace = Pace(per_second)
        while not stop.is_set():
            for _ in range(pace.due(50)):
                self._send_one()
            self._settle()
            time.sleep(0.01)
        deadline = time.monotonic() + DELIVERY_SECONDS
        while time.monotonic() < deadline and (self._producer.flush(1) or self._again):
            self._settle()

    def _send_one(self) -> None:
        draw, chance = self._speaker.draw, self._speaker.draw.random()
        if chance < GARBAGE_SHARE:
            self._send_garbage()
            return
        chance -= GARBAGE_SHARE
        if self._earlier and chance < DUPLICATE_SHARE:
            self._put(*draw.choice(self._earlier), is_again=True)
            return
        chance -= DUPLICATE_SHARE
        if self._earlier and chance < CONFLICT_SHARE:
            document, first = draw.choice(self._earlier)
            # Sent after the first was confirmed, so that there is no doubt which one stands.
            if first.fate is Fate.ACCEPTED and first.what is What.EVENT:
                self._contents += 1
                other = _like(first)
                other.content = self._contents
                self._put(otherwise(document, self._contents), other, is_again=True)
            return
        chance -= CONFLICT_SHARE
        document, sent = self._say(self._speaker)
        sent.topic = self._topic
        if sent.what is What.EVENT and chance < MISPLACED_SHARE:
            sent.what = What.MISPLACED
            sent.partition = (sent.partition + 1) % len(REGIONS)
        self._put(document, sent)

    def _put(self, document: Document, sent: Sent, *, is_again: bool = False) -> None:
        if not is_again and sent.what is not What.MISPLACED:
            self._earlier.append((document, sent))
        made = _like(sent) if is_again else sent
        message = self._encoded(document)
        self._produce(message.value, list(message.headers), self._book.add(made))

    def _encoded(self, document: Document) -> Any:
        """Return an event as it goes to Kafka; sealed anew each time, so never the same bytes."""
        parsed = parse_event(copy.deepcopy(document))
        record = dict(parsed.record)
        if parsed.persons or parsed.addresses:
            key_id, public = self._deployment.public_keys[document["region"]]
            info = info_of(document["region"], document["source"], document["id"])
            record["sealed_persons"] = seal(public, key_id, info, parsed.persons, parsed.addresses)
        return wire_message(
            self._deployment.codec,
            self._deployment.regions,
            parsed.event_type.name,
            record,
            self._topic,
        )

    def _send_garbage(self) -> None:
        draw = self._speaker.draw
        garbage: bytes | None = draw.choice(
            [
                None,
                b"",
                draw.randbytes(draw.randint(1, 200)),
                b"\x00\x00\x00\x00\x01" + draw.randbytes(60),
                b"\x00\x7f\xff\xff\xff" + draw.randbytes(20),
            ]
        )
        sent = Sent(
            what=What.GARBAGE,
            key=None,
            content=0,
            topic=self._topic,
            partition=draw.randrange(len(REGIONS)),
        )
        self._produce(garbage, [], self._book.add(sent))

    def _produce(self, value: bytes | None, headers: Any, sent: Sent) -> None:
        def delivered(error: KafkaError | None, message: Message) -> None:
            if error is None:
                sent.offset, sent.fate = message.offset(), Fate.ACCEPTED
            else:
                sent.fate = Fate.UNKNOWN
                self._again.append((value, headers, sent))

        self._producer.produce(
            sent.topic,
            value,
            key=sent.key[2] if sent.key else None,
            partition=sent.partition,
            headers=headers,
            on_delivery=delivered,
        )

    def _settle(self) -> None:
        self._producer.poll(0)
        while self._again:
            value, headers, sent = self._again.popleft()
            self._produce(value, headers, self._book.add(_like(sent)))


class GatewaySender:
    """One partner that offers its events over HTTP, some of them in batches."""

    def __init__(
        self,
        *,
        deployment: Deployment,
        book: Book,
        speaker: Speaker,
        partner: str,
        topic: str,
        say: Callable[[Speaker], tuple[Document, Sent]],
        batch: int = BATCH_EVENTS,
    ) -> None:
        self._url = f"{deployment.web}/v1/gebeurtenissen"
        self._token = deployment.tokens[partner]
        self._book = book
        self._speaker = speaker
        self._topic = topic
        self._say = say
        self._batch = batch
        self._earlier: deque[tuple[Document, Sent]] = deque(maxlen=REMEMBERED)
        self.is_waiting = False
        self.answers = 0

    def run(self, per_second: float, stop: threading.Event) -> None:
        """Offer until told to stop; what was offered is offered again until it is answered."""
        pace = Pace(per_second / self._batch)
        while not stop.is_set():
            for _ in range(pace.due(1)):
                self._offer_some()
            time.sleep(0.02)

    def _offer_some(self) -> None:
        draw = self._speaker.draw
        batch = []
        for _ in range(self._batch):
            if self._earlier and draw.random() < DUPLICATE_SHARE:
                document, first = draw.choice(self._earlier)
                batch.append((document, self._book.add(_like(first))))
            else:
                batch.append(self._new())
        self._offer(batch)
        # An advice carries no reference of its sender's, so it has nothing to differ in.
        is_odd = draw.random() < CONFLICT_SHARE * self._batch
        if is_odd and self._earlier[0][1].what is What.EVENT:
            document, first = draw.choice(self._earlier)
            other = _like(first)
            other.content = 1
            self._offer([(otherwise(document, 1), self._book.add(other))])

    def _new(self) -> tuple[Document, Sent]:
        document, sent = self._say(self._speaker)
        sent.by_gateway, sent.topic = True, self._topic
        self._earlier.append((document, self._book.add(sent)))
        return document, sent

    def _offer(self, batch: list[tuple[Document, Sent]]) -> None:
        body = json.dumps([document for document, _ in batch]).encode()
        headers = {
            "authorization": f"Bearer {self._token}",
            "content-type": "application/cloudevents-batch+json",
        }
        self.is_waiting = True
        while (status := _post(self._url, body, headers)) is None:
            time.sleep(RETRY_SECONDS)
        self.is_waiting = False
        self.answers += 1
        for _, sent in batch:
            sent.fate = Fate.REFUSED if status == 409 else Fate.ACCEPTED


def _post(url: str, body: bytes, headers: Mapping[str, str]) -> int | None:
    """Return the status of a definite answer; None says that nobody knows: offer it again."""
    try:
        with urlopen(Request(url, body, dict(headers)), timeout=20) as answer:
            return int(answer.status)
    except HTTPError as error:
        with error:
            if error.code == 409:
                return error.code
            if error.code in {429, 500, 502, 503, 504}:
                return None
            raise AssertionError(f"the gateway refused a good event: {error.code}") from None
    except (OSError, HTTPException):
        return None


def _like(sent: Sent) -> Sent:
    """Return the same saying, not yet sent."""
    return Sent(
        what=sent.what,
        key=sent.key,
        content=sent.content,
        topic=sent.topic,
        partition=sent.partition,
        family=sent.family,
        case=sent.case,
        by_gateway=sent.by_gateway,
    )


def reports(record: str) -> Callable[[Speaker], tuple[Document, Sent]]:
    """Return a sender's talk that is all reports of one kind."""

    def say(speaker: Speaker) -> tuple[Document, Sent]:
        family = speaker.family()
        return _noted(speaker.report(record, family), What.EVENT, family)

    return say


def registrations(speaker: Speaker) -> tuple[Document, Sent]:
    """Talk as a case system: registrations, and events that know a case's number only."""
    chance, family = speaker.draw.random(), speaker.family()
    if chance < ORPHAN_SHARE:
        case = f"Z-NERGENS-{speaker.draw.getrandbits(48)}"
        return _noted(speaker.case_status(case, region_of(family)), What.CHILD, family, case)
    if chance < ORPHAN_SHARE + CHILD_SHARE:
        case = case_of(family)
        return _noted(speaker.case_status(case, region_of(family)), What.CHILD, family, case)
    return _noted(speaker.registration(family), What.EVENT, family, case_of(family))


def advice(speaker: Speaker) -> tuple[Document, Sent]:
    """Talk as the advice registration, which speaks of nobody."""
    example = next(iter(examples_of("AdviceGiven").values()))
    document = copy.deepcopy(example)
    document |= {
        "id": str(UUID(int=speaker.draw.getrandbits(128), version=4)),
        "source": speaker.source,
        "region": speaker.draw.choice(REGIONS),
    }
    return _noted(document, What.ADVICE, None)


def _noted(
    document: Document, what: What, family: int | None, case: str | None = None
) -> tuple[Document, Sent]:
    region = document["region"]
    sent = Sent(
        what=what,
        key=(region, document["source"], document["id"]),
        content=0,
        topic="",
        partition=REGIONS.index(region),
        family=family,
        case=case,
    )
    return document, sent
