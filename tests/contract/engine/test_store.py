"""What the engine leans on when two workers meet holds in PostgreSQL and in the simulator alike."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace

import psycopg
import pytest

from streams.engine.database import QUERIES
from streams.engine.errors import ErrorKind, Fenced, StopError, classify
from streams.engine.lease import Lease
from streams.engine.ledger import Outcome
from streams.engine.log import FINDINGS, LogRow
from streams.engine.stage import InputRecord
from streams.engine.store import BLOCKED_SECONDS_MAX, Store
from streams.engine.transaction import UnitTransaction
from tests.contract.engine.rigs import Rig
from tests.simulator.stages import FINDING_ID
from tests.support.counting_stage import CountingStage

TOPIC = "in.police"
STAGE = CountingStage("counting", (TOPIC,))
REGION = "noord"
Write = Callable[[UnitTransaction], None]


def claim(store: Store) -> Lease:
    return store.claim(STAGE, REGION, 0, {TOPIC: "the id"})


def record(offset: int = 0) -> InputRecord:
    return InputRecord(topic=TOPIC, offset=offset, key=b"key", value=b"value")


def write(store: Store, lease: Lease, *offsets: int, then: Write = lambda _: None) -> None:
    """Write a unit of these records, each of which becomes a log row, as the worker does."""
    with store.unit(STAGE) as tx:
        tx.fence([lease])
        first = tx.reserve(lease, FINDINGS, len(offsets))
        rows = []
        for position, offset in enumerate(offsets, first):
            values = ("household", FINDING_ID, 0)
            rows.append(LogRow(position=position, key=b"key", body=b"body", values=values))
            tx.settle(lease, record(offset), Outcome.APPLIED, position=position)
        tx.append(lease, FINDINGS, rows)
        then(tx)
        tx.flush()
        tx.advance([(REGION, TOPIC, offsets[-1], 0, 0, None)])


def test_a_unit_moves_sequence_offsets_and_log_head_together(rig: Rig) -> None:
    store = rig.store("a")
    lease = claim(store)
    write(store, lease, 0, 1)
    assert store.head(lease) == (1, 1)
    store.reload(lease)
    assert lease.inputs[TOPIC].offset == 1
    assert lease.logs["findings"].position == 2
    tables = store.tables()
    assert tables.head(FINDINGS, REGION) == 2
    assert [r.value for r in tables.rows(FINDINGS, REGION, 1, 2, offset=5)] == [b"body"] * 2
    next_lease = claim(rig.store("b"))
    assert (next_lease.epoch, next_lease.sequence) == (2, 1)
    assert next_lease.inputs[TOPIC].offset == 1


def test_whoever_claimed_last_is_the_only_one_who_writes(rig: Rig) -> None:
    old, new = rig.store("a"), rig.store("b")
    former, lease = claim(old), claim(new)
    with pytest.raises(Fenced):
        write(old, former, 0)
    write(new, lease, 0)
    assert len(rig.tables()["ledger"]) == 1


def test_of_a_unit_that_fails_nothing_remains(rig: Rig) -> None:
    store = rig.store("a")
    lease = claim(store)
    write(store, lease, 0)
    before = rig.tables()
    lease.sequence, lease.logs["findings"].position = 1, 1
    with pytest.raises(psycopg.errors.UniqueViolation):
        write(store, lease, 1, 0)
    assert rig.tables() == before


def test_rows_that_are_not_all_there_stop_the_reader(rig: Rig) -> None:
    store = rig.store("a")
    write(store, claim(store), 0)
    with pytest.raises(StopError, match="not all there"):
        store.tables().rows(FINDINGS, REGION, 1, 2, offset=0)


def test_a_recreated_topic_is_refused_and_its_old_id_kept(rig: Rig) -> None:
    claim(rig.store("a"))
    with pytest.raises(StopError, match="made again"):
        rig.store("b").claim(STAGE, REGION, 0, {TOPIC: "another id"})
    claim(rig.store("c"))


@pytest.mark.parametrize("commits", [True, False])
def test_a_fence_that_waited_sees_what_became_of_the_other_unit(rig: Rig, *, commits: bool) -> None:
    """Two processes with the same lease: a frozen one woke up in the middle of its unit."""
    first, second = rig.store("a"), rig.store("b")
    lease = claim(first)
    ends: list[str] = []

    def slow(_: UnitTransaction) -> None:
        rig.sleep(0.6)
        if not commits:
            raise RuntimeError("ends without a commit")

    def hold() -> None:
        try:
            write(first, lease, 0, then=slow)
            ends.append("held")
        except RuntimeError:
            ends.append("given up")

    def wait() -> None:
        rig.sleep(0.2)
        try:
            write(second, copy.deepcopy(lease), 0)
            ends.append("written")
        except Fenced:
            ends.append("fenced")

    rig.together(hold, wait)
    # Who says so first is chance: the one that waited goes on as soon as the other has committed.
    assert set(ends) == ({"held", "fenced"} if commits else {"given up", "written"})
    assert len(rig.tables()["ledger"]) == 1


def test_a_claim_ends_whoever_holds_the_head_too_long(rig: Rig) -> None:
    frozen, other = rig.store("a"), rig.store("b")
    lease = claim(frozen)
    found: list[Lease] = []
    errors: list[psycopg.Error] = []

    def freeze() -> None:
        try:
            write(frozen, lease, 0, then=lambda _: rig.sleep(BLOCKED_SECONDS_MAX * 2.5))
        except psycopg.Error as error:
            errors.append(error)

    def take() -> None:
        rig.sleep(0.2)
        found.append(claim(other))
        write(other, found[0], 0, 1)

    rig.together(freeze, take)
    assert [classify(error) for error in errors] == [ErrorKind.TRANSIENT]
    assert found[0].epoch == lease.epoch + 1
    assert len(rig.tables()["ledger"]) == 2


def test_a_connection_that_was_cut_takes_its_unit_with_it(rig: Rig) -> None:
    store = rig.store("a")
    lease = claim(store)
    with pytest.raises(psycopg.Error) as caught:
        write(store, lease, 0, then=lambda _: rig.cut())
    assert classify(caught.value) is ErrorKind.TRANSIENT
    store.drop()
    assert store.head(lease) == (1, 0)
    assert not rig.tables()["ledger"]
    write(store, lease, 0)


def test_two_who_wait_for_each_other_are_not_both_kept(rig: Rig) -> None:
    for region in ("noord", "zuid"):
        rig.connect().execute(QUERIES["claim_log"], {"log": "findings", "region": region})
    ends: list[str] = []

    def both(*regions: str) -> None:
        connection = rig.connect()
        try:
            with connection.transaction():
                for region in regions:
                    moved = {"logs": ["findings"], "regions": [region], "olds": [0], "counts": [1]}
                    connection.execute(QUERIES["advance_logs"], moved)
                    rig.sleep(0.5)
            ends.append("kept")
        except psycopg.errors.DeadlockDetected:
            ends.append("deadlock")

    rig.together(lambda: both("noord", "zuid"), lambda: both("zuid", "noord"))
    assert sorted(ends) == ["deadlock", "kept"]


def test_how_far_was_relayed_is_told_by_the_newest_lease_only(rig: Rig) -> None:
    old, new = rig.store("a"), rig.store("b")
    former, lease = claim(old), claim(new)
    new.note_relayed(lease, "findings", 4, 14)
    old.note_relayed(former, "findings", 9, 19)
    new.note_relayed(lease, "findings", 3, 13)
    found = claim(new).logs["findings"]
    assert (found.relayed, found.relayed_offset) == (4, 14)


def test_rows_are_adopted_each_under_its_own_incarnation(rig: Rig) -> None:
    store = rig.store("a")
    lease = claim(store)
    write(store, lease, 0)
    lease.sequence += 1
    values = ("household", FINDING_ID, 0)
    rows = [LogRow(position=n, key=b"k", body=b"%d" % n, values=values) for n in (2, 3, 4)]
    with store.unit(STAGE) as tx:
        tx.fence([lease])
        tx.open_incarnation(lease, FINDINGS, 4, 5)
        tx.adopt(lease, FINDINGS, list(zip((1, 3, 3), rows, strict=True)))
        tx.note_adopted(lease, FINDINGS, 4, 40)
        tx.flush()
    place = (FINDINGS, REGION)
    history = store.tables().histories([place])[place]
    assert [history.incarnation_at(n) for n in range(1, 7)] == [1, 1, 3, 3, 4, 4]
    assert (history.head, history.incarnation) == (4, 4)
    read = store.tables().rows(FINDINGS, REGION, 2, 4, offset=7)
    assert [(r.position, r.incarnation, r.value) for r in read] == [
        (2, 1, b"2"),
        (3, 3, b"3"),
        (4, 3, b"4"),
    ]
    found = claim(rig.store("b")).logs["findings"]
    assert (found.incarnation, found.position) == (4, 4)
    assert (found.relayed, found.relayed_offset) == (4, 40)


def test_the_outbox_keeps_what_was_posted_until_it_is_forgotten(rig: Rig) -> None:
    store, outbox = rig.store("a"), rig.outbox()
    lease = claim(store)

    def post(offset: int, *, is_kept: bool = True) -> None:
        with store.unit(STAGE) as tx:
            tx.fence([lease])
            tx.re_route(lease, record(offset), partition=1, source="a", event_id="b")
            tx.flush()
            if not is_kept:
                raise RuntimeError("not kept")
        lease.sequence += 1

    post(0)
    post(1)
    with pytest.raises(RuntimeError):
        post(2, is_kept=False)
    found = outbox.waiting(lease)
    assert [(one.topic, one.partition, one.reason) for one in found] == [
        (TOPIC, 1, "re_routed"), (TOPIC, 1, "re_routed"),
    ]  # fmt: skip
    outbox.forget(found[:1])
    assert [one.seq for one in outbox.waiting(lease)] == [found[1].seq]
    elsewhere = replace(lease, region="zuid")
    assert not outbox.waiting(elsewhere)
