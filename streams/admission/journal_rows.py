"""From what was said to a journal row: tokens instead of persons, references and the sender."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from schemas.codec import decode_body, encode_body
from schemas.events import EVENT_TYPES, EventType
from schemas.identity import HouseholdId, Pid
from schemas.record_rules import mentions
from streams.admission.decode import Heard
from streams.admission.senders import HUB_TOPIC
from streams.engine.log import LogRow
from streams.household.linking import (
    WITNESS,
    EventKey,
    Kind,
    NamedPerson,
    ReferenceKey,
    Statement,
)
from streams.vault.identities import Certainty, Identity, MentionKey
from streams.vault.lookup_tokens import index_token

CORRECTION = "EventCorrected"
DECISION = "AnalystDecided"
JOURNAL_ROW = "JournalRow"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A journal row but for its place: position, known_at, households and decisions.

    `body` is what the event says; `row` is what the row will say of it.
    """

    key: EventKey
    event_type: EventType
    row: dict[str, Any]
    body: Mapping[str, Any]
    statement: Statement


def references_of(
    identity_key: bytes, region: str, event_type: EventType, body: Mapping[str, Any]
) -> tuple[ReferenceKey, ...]:
    """Return an event's references, strongest first, as opaque tokens.

    A sender's own number counts within its source only: another's may look the same.
    """
    found = []
    for reference in event_type.references:
        value: Any = body
        for name in reference.field.split("."):
            value = value[name]
        if value is None:
            continue
        if reference.scope == "source_ref":
            source = body[reference.source_field] if reference.source_field else None
            if source is None and reference.source_field:
                continue
            value = f"{source or body['meta']['source']}|{value}"
        token = index_token(identity_key, f"ref:{reference.scope}", region, value).hex()
        found.append(ReferenceKey(scope=reference.scope, token=token))
    return tuple(dict.fromkeys(found))


def draft_of(
    heard: Heard,
    references: Sequence[ReferenceKey],
    identities: Mapping[MentionKey, Identity],
    addresses: Mapping[MentionKey, str],
    flags: Sequence[str],
) -> Draft:
    """Return the row of an event whose persons and addresses have their tokens."""
    meta, event_type = heard.body["meta"], heard.event_type
    persons = [
        _journal_person(pointer, person, identities[heard.number, person["ref"]])
        for pointer, person in mentions(heard.body, event_type.person_fields)
    ]
    row = {
        "region": meta["region"],
        "event_id": meta["event_id"],
        "source": meta["source"],
        "record_name": event_type.name,
        "record_version": heard.version,
        "occurred_at": meta["occurred_at"],
        "recorded_at": meta["recorded_at"],
        "received_topic": heard.record.topic,
        "received_offset": heard.record.offset,
        "persons": persons,
        "addresses": [
            {
                "ref": address["ref"],
                "token": addresses[heard.number, address["ref"]],
                "municipality": address["municipality"],
                "kind": address["kind"],
            }
            for _, address in mentions(heard.body, event_type.address_fields)
        ],
        "flags": list(flags),
        "references": [{"scope": r.scope, "key": r.token} for r in references],
        "payload": heard.payload,
    }
    return _draft(event_type, row, heard.body)


def encode_draft(draft: Draft, incarnation: int, known_at: datetime) -> bytes:
    """Return a draft as bytes, to wait as pending."""
    return encode_row(draft, place=(incarnation, 0, known_at), households=(), decisions=())


def decode_draft(body: bytes) -> Draft:
    """Return a draft that waited; its persons are tokens already, so the vault is not asked."""
    row = decode_body(JOURNAL_ROW, 1, body)
    event_type = EVENT_TYPES[row["record_name"]]
    said = decode_body(event_type.name, row["record_version"], row["payload"])
    return _draft(event_type, row, said)


def encode_row(
    draft: Draft,
    *,
    place: tuple[int, int, datetime],
    households: Sequence[tuple[HouseholdId, str]],
    decisions: Sequence[Mapping[str, Any]],
) -> bytes:
    """Return the Avro of a row at its place: (incarnation, position, known_at)."""
    incarnation, position, known_at = place
    return encode_body(
        JOURNAL_ROW,
        {
            **draft.row,
            "incarnation": incarnation,
            "position": position,
            "known_at": known_at,
            "households": [{"household_id": h, "reason": reason} for h, reason in households],
            "decisions": list(decisions),
        },
    )


def log_row(
    draft: Draft,
    *,
    place: tuple[int, int, datetime],
    households: Sequence[tuple[HouseholdId, str]],
    decisions: Sequence[Mapping[str, Any]],
) -> LogRow:
    """Return the row to append; keyed by its first household, so a household keeps its order."""
    _, position, known_at = place
    ids = [household for household, _ in households]
    row = draft.row
    return LogRow(
        position=position,
        key=(ids[0] if ids else row["region"]).encode(),
        body=encode_row(draft, place=place, households=households, decisions=decisions),
        values=(known_at, row["source"], row["event_id"], row["record_name"], ids),
    )


def _draft(event_type: EventType, row: dict[str, Any], body: Mapping[str, Any]) -> Draft:
    return Draft(
        key=EventKey(source=row["source"], event_id=row["event_id"]),
        event_type=event_type,
        row=row,
        body=body,
        statement=_statement(event_type, row, body),
    )


def _statement(event_type: EventType, row: Mapping[str, Any], body: Mapping[str, Any]) -> Statement:
    if event_type.name == CORRECTION:
        # Only the same source may correct: another's event is never found under this key.
        target = EventKey(source=row["source"], event_id=body["corrected_event_id"])
        return Statement(kind=Kind.CORRECTION, corrects=target)
    if event_type.name == DECISION:
        named = tuple(HouseholdId(household) for household in body["household_ids"])
        return Statement(kind=Kind.DECISION, households=tuple(dict.fromkeys(named)))
    if row["received_topic"] in {HUB_TOPIC, None}:
        # Nobody sent it: the hub put it in the journal by itself.
        return Statement(kind=Kind.HUB)
    is_told = body.get("party") == "REPORTER"
    return Statement(
        kind=Kind.PARTNER,
        founds=event_type.founds(body),
        references=tuple(ReferenceKey(scope=r["scope"], token=r["key"]) for r in row["references"]),
        persons=tuple(
            NamedPerson(
                pid=Pid(p["pid"]),
                role=p["role"],
                is_subject=not is_told and p["role"] != WITNESS,
            )
            for p in row["persons"]
        ),
    )


def _journal_person(
    pointer: str, person: Mapping[str, Any], identity: Identity
) -> dict[str, str | int]:
    certainty: Certainty = identity.certainty
    return {
        "ref": person["ref"],
        "field": pointer.split("/")[1],
        "pid": identity.pid,
        "role": person["role"],
        "certainty": certainty.value,
    }
