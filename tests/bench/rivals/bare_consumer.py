"""What latency is compared with: consume what is there, insert it, commit, and nothing else.

It notes its offsets where the stages note their positions, so that one listener hears both.
"""

from __future__ import annotations

import os
import sys

import psycopg
from confluent_kafka import Consumer, TopicPartition

from tests.bench.events import REGIONS
from tests.bench.rivals.terms import CONSUMER

STAGE = "bare"
MORE_RECORDS_MAX = 500
_INSERT = (
    "insert into engine.progress (stage, version, region, topic, position)"
    " select %s, 1, * from unnest(%s::text[], %s::text[], %s::bigint[])"
)


def main() -> None:
    """Follow some topics from where they end now, until killed."""
    bootstrap, topics = sys.argv[1], sys.argv[2].split(",")
    consumer = Consumer({**CONSUMER, "bootstrap.servers": bootstrap, "group.id": STAGE})
    places = [TopicPartition(topic, p) for topic in topics for p in range(len(REGIONS))]
    for place in places:
        _, place.offset = consumer.get_watermark_offsets(place, timeout=10)
    consumer.assign(places)
    with psycopg.connect(os.environ["RADAR_DATABASE_URL"], autocommit=True) as connection:
        print("ready", flush=True)
        while True:
            message = consumer.poll(1.0)
            if message is None:
                continue
            messages = [message, *consumer.consume(MORE_RECORDS_MAX, 0)]
            regions = [REGIONS[one.partition() or 0] for one in messages]
            topics_of = [one.topic() for one in messages]
            # Positions start at 1, offsets at 0.
            positions = [(one.offset() or 0) + 1 for one in messages]
            connection.execute(_INSERT, [STAGE, regions, topics_of, positions])


if __name__ == "__main__":
    main()
