"""The vault on a real PostgreSQL: the same person is the same token, and nothing is in clear."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

from hub.migrate import migrate
from schemas.sealing import open_sealed, seal
from streams.engine.database import Connection
from streams.engine.key_files import KeyFiles
from streams.vault.addresses import resolve_addresses
from streams.vault.identities import (
    Certainty,
    Identity,
    IdentityDoubt,
    Mentioned,
    resolve_identities,
)
from streams.vault.keys import KeyWrapper, open_value
from streams.vault.sealing_keys import (
    SealingKeyRing,
    ensure_sealing_key,
    private_sealing_keys,
    public_sealing_key,
)
from tests.support.admission import REGIONS, bsn

NOW = datetime(2025, 1, 1, tzinfo=UTC)
RIA = {"family_name": "Testpersoon", "given_names": "Ria", "birth_date": "1980-02-03"}


@pytest.fixture
def keys() -> KeyFiles:
    return KeyFiles.create(Path(tempfile.mkdtemp()) / "keys")


@pytest.fixture
def connection(database: str) -> Iterator[Connection]:
    migrate(database, REGIONS)
    with psycopg.connect(database) as connection:
        yield connection
        connection.rollback()


def resolve(
    connection: Connection,
    keys: KeyFiles,
    *people: Mapping[str, object],
    region: str = "drenthe",
) -> Sequence[Identity]:
    mentions = [((0, ref), person) for ref, person in enumerate(people)]
    asked = Mentioned(region=region, mentions=mentions, known_at=NOW)
    (found,) = resolve_identities(connection, keys, [asked])
    return [found[0, ref] for ref in range(len(people))]


def test_a_number_is_the_same_person_for_ever(connection: Connection, keys: KeyFiles) -> None:
    first, twice = resolve(connection, keys, {"bsn": bsn(0)}, {"bsn": bsn(0), **RIA})
    (later,) = resolve(connection, keys, {"bsn": bsn(0)})
    assert first.pid == twice.pid == later.pid
    assert {i.certainty for i in (first, twice, later)} == {Certainty.CERTAIN}
    assert later.doubt is None


def test_another_region_does_not_know_the_person(connection: Connection, keys: KeyFiles) -> None:
    (here,) = resolve(connection, keys, {"bsn": bsn(0)})
    (there,) = resolve(connection, keys, {"bsn": bsn(0)}, region="zuid")
    assert here.pid != there.pid
    tokens = connection.execute("select count(distinct hmac) from vault.identity_index").fetchone()
    assert tokens == (2,)


def test_a_second_number_is_learnt(connection: Connection, keys: KeyFiles) -> None:
    (first,) = resolve(connection, keys, {"bsn": bsn(0), "foreigner_number": "1234567890"})
    (again,) = resolve(connection, keys, {"foreigner_number": "1234567890"})
    assert first.pid == again.pid


def test_two_numbers_of_two_people_are_reviewed(connection: Connection, keys: KeyFiles) -> None:
    by_bsn, by_foreigner = resolve(
        connection, keys, {"bsn": bsn(0)}, {"foreigner_number": "1234567890"}
    )
    (both,) = resolve(connection, keys, {"bsn": bsn(0), "foreigner_number": "1234567890"})
    assert both.pid == by_bsn.pid, "the BSN decides"
    assert (both.doubt, both.candidates) == (
        IdentityDoubt.NUMBERS_DISAGREE,
        (by_foreigner.pid,),
    )


def test_a_name_is_a_doubt_and_never_a_link(connection: Connection, keys: KeyFiles) -> None:
    (certain,) = resolve(connection, keys, {"bsn": bsn(0), **RIA})
    (weak,) = resolve(connection, keys, RIA)
    assert weak.pid != certain.pid and weak.certainty is Certainty.TO_CHECK
    assert (weak.doubt, weak.candidates) == (IdentityDoubt.SAME_NAME, (certain.pid,))
    (another,) = resolve(connection, keys, {"bsn": bsn(1), **RIA})
    assert another.candidates == (weak.pid,), "two people with a number each are two people"


def test_nothing_known_is_somebody_new_each_time(connection: Connection, keys: KeyFiles) -> None:
    first, second = resolve(connection, keys, {}, {})
    assert first.pid != second.pid and first.doubt is None


def test_what_was_stated_is_kept_once_under_the_persons_own_key(
    connection: Connection, keys: KeyFiles
) -> None:
    (ria,) = resolve(connection, keys, {"bsn": bsn(0), **RIA})
    resolve(connection, keys, {"bsn": bsn(0), **RIA})
    resolve(connection, keys, {"bsn": bsn(0), **RIA, "family_name": "Andersom"})
    rows = connection.execute("select sealed from vault.person_detail").fetchall()
    assert len(rows) == 2
    (wrapped,) = connection.execute("select wrapped_key from vault.person").fetchone() or (None,)
    assert wrapped is not None
    context = f"person|drenthe|{ria.pid}"
    key = KeyWrapper(keys.kek).unwrap(bytes(wrapped), context)
    names = sorted(open_value(key, bytes(sealed), context) for (sealed,) in rows)
    assert b"Andersom" in names[0] and b"Testpersoon" in names[1]


def test_an_erased_person_learns_nothing_new(connection: Connection, keys: KeyFiles) -> None:
    resolve(connection, keys, {"bsn": bsn(0)})
    connection.execute("update vault.person set wrapped_key = null")
    resolve(connection, keys, {"bsn": bsn(0), **RIA})
    count = connection.execute("select count(*) from vault.person_detail").fetchone()
    assert count == (1,)


def test_an_address_is_found_by_its_bag_id_only(connection: Connection, keys: KeyFiles) -> None:
    bag: dict[str, object] = {"bag_id": "0106200000000017"}
    text: dict[str, object] = {"postcode": "9401AA", "house_number": "1"}
    mentions = [((0, 0), bag), ((0, 1), text), ((1, 0), bag), ((1, 1), text)]
    tokens = resolve_addresses(connection, "drenthe", keys, mentions, known_at=NOW)
    assert tokens[0, 0] == tokens[1, 0]
    assert tokens[0, 1] != tokens[1, 1]
    again = resolve_addresses(connection, "drenthe", keys, mentions[:1], known_at=NOW)
    assert again[0, 0] == tokens[0, 0]


def test_a_region_has_one_key_to_seal_to(connection: Connection, keys: KeyFiles) -> None:
    with pytest.raises(LookupError):
        public_sealing_key(connection, "drenthe")
    key_id = ensure_sealing_key(connection, keys, "drenthe")
    assert ensure_sealing_key(connection, keys, "drenthe") == key_id
    assert ensure_sealing_key(connection, keys, "zuid") != key_id
    found, public = public_sealing_key(connection, "drenthe")
    assert (found, len(public)) == (key_id, 32)


def test_what_the_gateway_seals_admission_opens(connection: Connection, keys: KeyFiles) -> None:
    ensure_sealing_key(connection, keys, "drenthe")
    key_id, public = public_sealing_key(connection, "drenthe")
    person = [{"ref": 0, "bsn": bsn(0)}]
    sealed = seal(X25519PublicKey.from_public_bytes(public), key_id, "i", person, [])
    for look_up in (
        private_sealing_keys(connection, keys, "drenthe"),
        SealingKeyRing("drenthe", keys).look_up(connection),
    ):
        assert open_sealed(look_up, "i", sealed).persons == {0: {"bsn": bsn(0)}}
    assert private_sealing_keys(connection, keys, "zuid")(key_id) is None


def test_a_ring_reads_the_table_once_per_unit(connection: Connection, keys: KeyFiles) -> None:
    ring = SealingKeyRing("drenthe", keys)
    look_up = ring.look_up(connection)
    assert look_up(bytes(16)) is None
    key_id = ensure_sealing_key(connection, keys, "drenthe")
    assert look_up(key_id) is None, "invented key ids cost one query, not one each"
    assert ring.look_up(connection)(key_id) is not None, "the next unit looks again"
