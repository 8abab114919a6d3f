from __future__ import annotations

import pytest
import rfc8785
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from schemas.events import EVENT_TYPES
from schemas.problem_codes import DataError
from schemas.sealing import (
    SealedContent,
    check_refs,
    content_of,
    info_of,
    key_id_of,
    open_sealed,
    seal,
)
from tests.support.spoken import KEY_ID, PRIVATE_KEY, parsed, private_keys

INFO = info_of("drenthe", "urn:nld:oin:00000001001234567001:systeem:bvh", "01932f00")
BSN, OTHER_BSN = "999990019", "999990020"
PERSON = {"ref": 0, "bsn": BSN, "family_name": "Voorbeeld"}
ADDRESS = {"ref": 0, "postcode": "9999XX", "house_number": 12}


def sealed(persons: object = (PERSON,), addresses: object = (ADDRESS,)) -> bytes:
    return seal(PRIVATE_KEY.public_key(), KEY_ID, INFO, persons, addresses)  # type: ignore[arg-type]


def sealed_by_a_stranger(document: object) -> bytes:
    """Seal what our own function would refuse to."""
    suite = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
    plaintext = document if isinstance(document, bytes) else rfc8785.dumps(document)  # type: ignore[arg-type]
    return b"\x01" + KEY_ID + suite.encrypt(plaintext, PRIVATE_KEY.public_key(), info=INFO.encode())


def code_of(block: bytes, info: str = INFO) -> str:
    with pytest.raises(DataError) as caught:
        open_sealed(private_keys, info, block)
    return caught.value.code


def test_what_is_sealed_opens_to_the_same() -> None:
    opened = open_sealed(private_keys, INFO, sealed())
    assert opened.persons == {0: {"bsn": BSN, "family_name": "Voorbeeld"}}
    assert opened.addresses == {0: {"postcode": "9999XX", "house_number": 12}}


def test_the_form_is_a_marker_a_key_id_and_hpke() -> None:
    block = sealed()
    assert block[:1] == b"\x01" and block[1:17] == KEY_ID == key_id_of(block)
    assert BSN.encode() not in block
    assert sealed() != block, "sealing is randomised"


def test_a_block_opens_for_its_own_event_only() -> None:
    assert code_of(sealed(), info_of("drenthe", "urn:x", "another")) == "sealed.open"


@pytest.mark.parametrize("position", [17, 48, 49, -1])
def test_an_altered_block_does_not_open(position: int) -> None:
    block = bytearray(sealed())
    block[position] ^= 1
    assert code_of(bytes(block)) == "sealed.open"


def test_a_block_of_another_form_or_key_says_so() -> None:
    block = sealed()
    assert code_of(b"") == "sealed.form"
    assert code_of(block[:64]) == "sealed.form"
    assert code_of(b"\x02" + block[1:]) == "sealed.form"
    assert code_of(block + b"\0" * 48 * 1024) == "sealed.form"
    assert code_of(b"\x01" + b"z" * 16 + block[17:]) == "sealed.key_unknown"
    stranger = X25519PrivateKey.generate()
    with pytest.raises(DataError, match=r"sealed\.open"):
        open_sealed(lambda _key_id: stranger, INFO, block)


@pytest.mark.parametrize(
    ("document", "code"),
    [
        (b"\xff", "sealed.content"),
        (b'{"persons": [], "persons": []}', "sealed.content"),
        ([], "sealed.content"),
        ({"people": []}, "sealed.content"),
        ({"persons": {}}, "sealed.content"),
        ({"persons": [1]}, "sealed.content"),
        ({"persons": [{"bsn": BSN}]}, "sealed.content"),
        ({"persons": [{"ref": True}]}, "sealed.content"),
        ({"persons": [{"ref": 0}, {"ref": 0}]}, "sealed.content"),
        ({"persons": [{"ref": 0, "religion": "x"}]}, "sealed.content"),
        ({"persons": [{"ref": n} for n in range(101)]}, "sealed.content"),
        ({"persons": [{"ref": 0, "bsn": "123456789"}]}, "domain.bsn"),
        ({"persons": [{"ref": 0, "bsn": BSN}, {"ref": 1, "bsn": BSN}]}, "domain.duplicate_member"),
        ({"addresses": [{"ref": 0, "postcode": "0000XX"}]}, "domain.format"),
    ],
)
def test_a_stranger_s_block_is_looked_through(document: object, code: str) -> None:
    assert code_of(sealed_by_a_stranger(document)) == code


def test_two_ways_to_say_unknown_are_one_content() -> None:
    said = [{"ref": 0, "bsn": "000000000", "birth_date": "19900100", "prefix": " "}, {"ref": 1}]
    assert content_of(said, []) == content_of([], []) == SealedContent(persons={}, addresses={})


def test_the_block_may_not_name_somebody_else() -> None:
    event = parsed("PoliceReportSubmitted", "smallest")
    check_refs(EVENT_TYPES["PoliceReportSubmitted"], event.record, event.content)
    extra = SealedContent(persons={7: {"bsn": BSN}}, addresses={})
    with pytest.raises(DataError, match=r"sealed\.refs"):
        check_refs(EVENT_TYPES["PoliceReportSubmitted"], event.record, extra)
    elsewhere = SealedContent(persons={}, addresses={0: {"city": "Assen"}})
    with pytest.raises(DataError, match=r"sealed\.refs"):
        check_refs(EVENT_TYPES["PoliceReportSubmitted"], event.record, elsewhere)


def test_nothing_of_a_person_shows_in_errors_or_reprs() -> None:
    opened = open_sealed(private_keys, INFO, sealed())
    assert repr(opened) == "SealedContent(1 persons, 1 addresses)"
    for wrong in ({"ref": 0, "bsn": "999990011"}, {"ref": 0, "family_name": "Geheim\x00"}):
        with pytest.raises(DataError) as caught:
            sealed([wrong])
        shown = f"{caught.value!r} {caught.value} {caught.value.__cause__}"
        assert "999990011" not in shown and "Geheim" not in shown


def test_a_key_id_has_sixteen_bytes() -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        seal(PRIVATE_KEY.public_key(), b"short", INFO, [], [])
