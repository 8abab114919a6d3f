"""Persons and addresses in one sealed block per event; docs/decisions/0003-sealed-persons.md.

HPKE (RFC 9180) in base mode, X25519 / HKDF-SHA256 / AES-256-GCM, to the region's public key. The
gateway can seal and not open; only admission holds private keys. The block is bound to its event
by `info`, so it cannot be moved to another. Form:
    0x01 | key id (16 bytes) | encapsulated key (32 bytes) | ciphertext
Plaintext: RFC 8785 JSON {"persons": [{"ref", …}], "addresses": [{"ref", …}]}.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from schemas.canonical_json import canonical_json
from schemas.events import EventType
from schemas.identifying import (
    ADDRESS_RULES,
    PERSON_RULES,
    Normal,
    normal_fields,
    same_person_twice,
)
from schemas.problem_codes import DataError, Violation
from schemas.record_rules import mentions
from schemas.strict_json import read_json

FORM = b"\x01"
KEY_ID_BYTES = 16
_HEADER_BYTES = len(FORM) + KEY_ID_BYTES
_TAG_BYTES = 16
SEALED_BYTES_MIN = _HEADER_BYTES + 32 + _TAG_BYTES
SEALED_BYTES_MAX = 48 * 1024
"""Leaves room for the rest of a 64 KiB event."""

ENTRIES_MAX = 100
"""Persons, and addresses, in one block: as many as one event may mention."""

_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)

PrivateKeys = Callable[[bytes], X25519PrivateKey | None]
"""From a key id to its private key, or None when it is unknown or destroyed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedContent:
    """Who an event is about: identifying fields in normal form, by ref. Never log or store it."""

    persons: Mapping[int, Mapping[str, Any]]
    addresses: Mapping[int, Mapping[str, Any]]

    def __repr__(self) -> str:
        """Show counts only: a repr ends up in logs."""
        return f"SealedContent({len(self.persons)} persons, {len(self.addresses)} addresses)"


NOTHING_SEALED = SealedContent(persons={}, addresses={})


def info_of(region: str, source: str, event_id: str) -> str:
    """Return what binds a block to its event: region|source|id."""
    return f"{region}|{source}|{event_id}"


def seal(
    public_key: X25519PublicKey,
    key_id: bytes,
    info: str,
    persons: Sequence[Mapping[str, Any]],
    addresses: Sequence[Mapping[str, Any]],
) -> bytes:
    """Return the sealed block of these persons and addresses, each with its `ref`.

    Randomised: the same content never gives the same bytes twice. Raises DataError `sealed.content`
    for content that could not be opened again, ValueError for a key id that is not 16 bytes.
    """
    if len(key_id) != KEY_ID_BYTES:
        raise ValueError(f"a key id is {KEY_ID_BYTES} bytes")
    content = content_of(persons, addresses)
    plaintext = canonical_json(
        {
            "persons": [{"ref": ref, **fields} for ref, fields in sorted(content.persons.items())],
            "addresses": [{"ref": r, **fields} for r, fields in sorted(content.addresses.items())],
        }
    )
    sealed = FORM + key_id + _SUITE.encrypt(plaintext, public_key, info=info.encode())
    if len(sealed) > SEALED_BYTES_MAX:
        raise DataError("size.exceeded", "/sealed_persons")
    return sealed


def key_id_of(sealed: bytes) -> bytes:
    """Return the id of the key that a block was sealed to, or raise DataError `sealed.form`."""
    is_in_size = SEALED_BYTES_MIN <= len(sealed) <= SEALED_BYTES_MAX
    if not is_in_size or sealed[: len(FORM)] != FORM:
        raise DataError("sealed.form", "/sealed_persons")
    return sealed[len(FORM) : _HEADER_BYTES]


def open_sealed(private_keys: PrivateKeys, info: str, sealed: bytes) -> SealedContent:
    """Return who stands in the block.

    Raises DataError: `sealed.form`, `sealed.key_unknown` (may help later), `sealed.open` (another
    key, another event's block, or altered), `sealed.content`, or the code of a wrong field.
    """
    private_key = private_keys(key_id_of(sealed))
    if private_key is None:
        raise DataError("sealed.key_unknown", "/sealed_persons")
    try:
        plaintext = _SUITE.decrypt(sealed[_HEADER_BYTES:], private_key, info=info.encode())
    except (InvalidTag, ValueError):
        raise DataError("sealed.open", "/sealed_persons") from None
    try:
        document = read_json(plaintext)
    except DataError:
        raise DataError("sealed.content", "/sealed_persons") from None
    if not isinstance(document, dict) or not set(document) <= {"persons", "addresses"}:
        raise DataError("sealed.content", "/sealed_persons")
    return content_of(document.get("persons", []), document.get("addresses", []))


def content_of(persons: Any, addresses: Any) -> SealedContent:
    """Return persons and addresses by ref in normal form, or raise DataError for the first wrong.

    The pointer of the error names the place inside the block.
    """
    found: list[Violation] = []
    content = SealedContent(
        persons=_by_ref("persons", persons, PERSON_RULES, found),
        addresses=_by_ref("addresses", addresses, ADDRESS_RULES, found),
    )
    by_place = [(f"/sealed_persons/persons/{r}", fields) for r, fields in content.persons.items()]
    found += same_person_twice(by_place)
    if found:
        raise DataError(found[0].code, found[0].pointer)
    return content


def check_refs(event_type: EventType, record: Mapping[str, Any], content: SealedContent) -> None:
    """Raise DataError `sealed.refs` when the block names somebody whom the record does not.

    The other way round is allowed: a person in the record of whom the sender knows no identity.
    """
    persons = {item["ref"] for _, item in mentions(record, event_type.person_fields)}
    addresses = {item["ref"] for _, item in mentions(record, event_type.address_fields)}
    if not (content.persons.keys() <= persons and content.addresses.keys() <= addresses):
        raise DataError("sealed.refs", "/sealed_persons")


def _by_ref(
    name: str,
    entries: Any,
    rules: Mapping[str, Callable[[Any], Normal]],
    found: list[Violation],
) -> dict[int, dict[str, Any]]:
    if not isinstance(entries, Sequence) or len(entries) > ENTRIES_MAX:
        raise DataError("sealed.content", f"/sealed_persons/{name}")
    by_ref: dict[int, dict[str, Any]] = {}
    for number, entry in enumerate(entries):
        pointer = f"/sealed_persons/{name}/{number}"
        if not isinstance(entry, Mapping) or not entry.keys() <= {"ref", *rules}:
            raise DataError("sealed.content", pointer)
        ref = entry.get("ref")
        if not isinstance(ref, int) or isinstance(ref, bool) or ref < 0 or ref in by_ref:
            raise DataError("sealed.content", f"{pointer}/ref")
        fields = normal_fields(entry, rules, {rule: f"{pointer}/{rule}" for rule in rules}, found)
        by_ref[ref] = fields
    # A person of whom nothing is known is the same as one who is not there.
    return {ref: fields for ref, fields in by_ref.items() if fields}
