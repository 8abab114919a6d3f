"""Turns accepted events into drafts: all persons, addresses and references of a unit at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from schemas.identity import Pid
from schemas.record_rules import mentions
from streams.admission.journal_rows import Draft, draft_of, references_of
from streams.admission.judging import Accepted
from streams.admission.linking_store import ReviewEntry
from streams.engine.database import Connection
from streams.engine.key_files import KeyFiles
from streams.vault.addresses import resolve_addresses
from streams.vault.identities import (
    Identity,
    IdentityDoubt,
    MentionKey,
    resolve_identities,
)
from streams.vault.similar_names import find_similar

Mention = tuple[MentionKey, Mapping[str, Any]]


def draft_unit(
    connection: Connection, region: str, keys: KeyFiles, accepted: Sequence[Accepted]
) -> tuple[list[Draft], list[ReviewEntry]]:
    """Return a draft of each event, in order, and the doubts about who its people are.

    What the sealed blocks said goes to the vault here and nowhere else.
    """
    if not accepted:
        return [], []
    identities, tokens = _resolved((connection, region, keys), accepted, {}, {})
    drafts = []
    for item in accepted:
        heard = item.heard
        references = references_of(keys.identity, region, heard.event_type, heard.body)
        drafts.append(draft_of(heard, references, identities, tokens, item.flags))
    return drafts, _doubts(accepted, identities)


def bind_again(
    connection: Connection,
    region: str,
    keys: KeyFiles,
    accepted: Sequence[Accepted],
    rows: Sequence[Draft],
) -> list[ReviewEntry]:
    """Teach the vault once more who the tokens of rows are; return the doubts about them.

    Each row is that of the event at its place; mentions are found by their ref.
    """
    if not accepted:
        return []
    pids, tokens = {}, {}
    for item, draft in zip(accepted, rows, strict=True):
        number, row = item.heard.number, draft.row
        pids.update({(number, person["ref"]): Pid(person["pid"]) for person in row["persons"]})
        tokens.update({(number, place["ref"]): place["token"] for place in row["addresses"]})
    identities, _ = _resolved((connection, region, keys), accepted, pids, tokens)
    return _doubts(accepted, identities)


def _resolved(
    place: tuple[Connection, str, KeyFiles],
    accepted: Sequence[Accepted],
    pids: Mapping[MentionKey, Pid],
    tokens: Mapping[MentionKey, str],
) -> tuple[Mapping[MentionKey, Identity], Mapping[MentionKey, str]]:
    known_at = accepted[-1].known_at
    persons = [mention for item in accepted for mention in _persons(item)]
    places = [mention for item in accepted for mention in _addresses(item)]
    identities = dict(resolve_identities(*place, persons, known_at=known_at, decided=pids))
    for key, alike in find_similar(*place, persons, identities).items():
        if identities[key].doubt is None:
            doubt = IdentityDoubt.SIMILAR_NAME
            identities[key] = replace(identities[key], doubt=doubt, candidates=alike)
    return identities, resolve_addresses(*place, places, known_at=known_at, decided=tokens)


def _persons(item: Accepted) -> list[Mention]:
    heard = item.heard
    return [
        ((heard.number, person["ref"]), heard.opened.persons.get(person["ref"], {}))
        for _, person in mentions(heard.body, heard.event_type.person_fields)
    ]


def _addresses(item: Accepted) -> list[Mention]:
    heard = item.heard
    return [
        ((heard.number, address["ref"]), heard.opened.addresses.get(address["ref"], {}))
        for _, address in mentions(heard.body, heard.event_type.address_fields)
    ]


def _doubts(
    accepted: Sequence[Accepted], identities: Mapping[MentionKey, Identity]
) -> list[ReviewEntry]:
    """Return one entry per event and kind of doubt, with everybody whom it concerns."""
    by_number = {item.heard.number: item for item in accepted}
    concerned: dict[tuple[int, str], list[Identity]] = {}
    for (number, _), identity in identities.items():
        if identity.doubt is not None:
            concerned.setdefault((number, identity.doubt.value), []).append(identity)
    return [
        ReviewEntry(
            kind=kind,
            event=by_number[number].heard.key,
            pids=tuple(pid for i in found for pid in (i.pid, *i.candidates)),
            known_at=by_number[number].known_at,
        )
        for (number, kind), found in concerned.items()
    ]
