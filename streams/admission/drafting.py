"""Turns accepted events into drafts: all persons, addresses and references of a unit at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
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
    Mentioned,
    MentionKey,
    resolve_identities,
)
from streams.vault.similar_names import find_similar

Mention = tuple[MentionKey, Mapping[str, Any]]


def draft_units(
    connection: Connection, keys: KeyFiles, accepted: Mapping[str, Sequence[Accepted]]
) -> dict[str, tuple[list[Draft], list[ReviewEntry]]]:
    """Return by region a draft of each event, in order, and the doubts about who its people are.

    What the sealed blocks said goes to the vault here and nowhere else.
    """
    found: dict[str, tuple[list[Draft], list[ReviewEntry]]] = {}
    vault = _resolved(connection, keys, [_Named(region, each) for region, each in accepted.items()])
    for (region, of_region), (identities, tokens) in zip(accepted.items(), vault, strict=True):
        drafts = []
        for item in of_region:
            heard = item.heard
            references = references_of(keys.identity, region, heard.event_type, heard.body)
            drafts.append(draft_of(heard, references, identities, tokens, item.flags))
        found[region] = drafts, _doubts(of_region, identities)
    return found


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
    pids, tokens = {}, {}
    for item, draft in zip(accepted, rows, strict=True):
        number, row = item.heard.number, draft.row
        pids.update({(number, person["ref"]): Pid(person["pid"]) for person in row["persons"]})
        tokens.update({(number, place["ref"]): place["token"] for place in row["addresses"]})
    ((identities, _),) = _resolved(connection, keys, [_Named(region, accepted, pids, tokens)])
    return _doubts(accepted, identities)


@dataclass(frozen=True, slots=True)
class _Named:
    """A region's events, and the tokens that were given to their people and places before."""

    region: str
    accepted: Sequence[Accepted]
    pids: Mapping[MentionKey, Pid] = field(default_factory=dict)
    tokens: Mapping[MentionKey, str] = field(default_factory=dict)


def _resolved(
    connection: Connection, keys: KeyFiles, named: Sequence[_Named]
) -> list[tuple[Mapping[MentionKey, Identity], Mapping[MentionKey, str]]]:
    """Return for each region the identity of every person, and the token of every address."""
    mentioned = [
        Mentioned(
            region=each.region,
            mentions=[mention for item in each.accepted for mention in _persons(item)],
            known_at=each.accepted[-1].known_at,
            decided=each.pids,
        )
        for each in named
        if each.accepted
    ]
    resolved = resolve_identities(connection, keys, mentioned)
    of_region = {who.region: (who, found) for who, found in zip(mentioned, resolved, strict=True)}
    result: list[tuple[Mapping[MentionKey, Identity], Mapping[MentionKey, str]]] = []
    for each in named:
        if not each.accepted:
            result.append(({}, {}))
            continue
        who, found = of_region[each.region]
        identities = dict(found)
        place = (connection, each.region, keys)
        for key, alike in find_similar(*place, who.mentions, identities).items():
            if identities[key].doubt is None:
                doubt = IdentityDoubt.SIMILAR_NAME
                identities[key] = replace(identities[key], doubt=doubt, candidates=alike)
        addresses = [mention for item in each.accepted for mention in _addresses(item)]
        tokens = resolve_addresses(*place, addresses, known_at=who.known_at, decided=each.tokens)
        result.append((identities, tokens))
    return result


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
