"""Finds or makes the token of each person a unit names (architecture.md §6.4, ADR 0004)."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from itertools import islice
from types import MappingProxyType

from schemas.identity import Pid
from streams.engine.database import Connection
from streams.engine.key_files import KeyFiles
from streams.engine.named_queries import load_queries
from streams.vault.keys import KEK_VERSION, KeyWrapper, seal_value
from streams.vault.lookup_tokens import (
    KEY_VERSION,
    index_token,
    name_and_birth_date,
    random_token,
)

QUERIES = load_queries("streams.vault")
CANDIDATES_MAX = 50
"""People of one name and birth date to consider; more is a placeholder name, not a doubt."""

NUMBERS = ("bsn", "foreigner_number")
"""Numbers that make a person certain, the strongest first."""

MentionKey = tuple[int, int]
"""The caller's own name for one mention: which event, and which person in it."""

NOTHING_DECIDED: Mapping[MentionKey, Pid] = MappingProxyType({})


class Certainty(StrEnum):
    """How sure it is that this is the same person; the symbols of Certainty in the journal."""

    CERTAIN = "CERTAIN"
    TO_CHECK = "TO_CHECK"


class IdentityDoubt(StrEnum):
    """What a person should look at before two tokens may be one."""

    SAME_NAME = "same_name"
    SIMILAR_NAME = "similar_name"
    NUMBERS_DISAGREE = "numbers_disagree"


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """The token of one mention, and the other tokens that may be the same person."""

    pid: Pid
    certainty: Certainty
    doubt: IdentityDoubt | None = None
    candidates: tuple[Pid, ...] = ()


@dataclass(slots=True)
class _Unit:
    """What is found in the tables, and what must be added to them."""

    pids: dict[tuple[str, bytes], Pid]
    names: dict[bytes, dict[Pid, bool]]
    known_pids: set[Pid] = field(default_factory=set)
    new_pids: list[Pid] = field(default_factory=list)
    new_numbers: list[tuple[str, bytes, Pid]] = field(default_factory=list)
    new_names: list[tuple[bytes, Pid, bool]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Mention:
    """One mention with its lookup tokens, computed once."""

    key: MentionKey
    numbers: tuple[tuple[str, bytes], ...]
    name: bytes | None
    statement: bytes


def resolve_identities(
    connection: Connection,
    region: str,
    keys: KeyFiles,
    mentions: Sequence[tuple[MentionKey, Mapping[str, object]]],
    *,
    known_at: datetime,
    decided: Mapping[MentionKey, Pid] = NOTHING_DECIDED,
) -> Mapping[MentionKey, Identity]:
    """Return the identity of every mention, making tokens for people not seen before.

    A mention is the caller's own key and what the sealed block says: `bsn`, `foreigner_number`,
    `family_name`, `given_names`, `prefix`, `birth_date`, each absent or None when unknown. A
    number is certain. A name with birth date never links: it gets its own token and names its
    candidates. `decided` holds tokens that were given before and must be given again: those of
    rows that came back after a restore. What was stated is kept encrypted, once per differing
    statement. Writes within the
    caller's transaction; the caller holds the region's lease, so nobody else adds persons.
    """
    if not mentions:
        return {}
    prepared = [_prepared(keys.identity, region, key, person) for key, person in mentions]
    unit = _load(connection, region, prepared)
    if decided:
        unit.known_pids = set(_persons(connection, region, set(decided.values())))
    identities = {m.key: _resolve(unit, m, decided.get(m.key)) for m in prepared}
    _write_index(connection, region, unit)
    statements = [(identities[mention.key].pid, mention.statement) for mention in prepared]
    _write_persons(connection, region, keys, unit=unit, statements=statements, known_at=known_at)
    return identities


def _prepared(
    identity_key: bytes, region: str, key: MentionKey, person: Mapping[str, object]
) -> _Mention:
    name = name_and_birth_date(person)
    stated = {k: v for k, v in person.items() if v is not None and k != "ref"}
    return _Mention(
        key=key,
        numbers=tuple(
            (kind, index_token(identity_key, kind, region, str(person[kind])))
            for kind in NUMBERS
            if person.get(kind)
        ),
        name=None if name is None else index_token(identity_key, "name", region, name),
        statement=json.dumps(stated, sort_keys=True).encode() if stated else b"",
    )


def _load(connection: Connection, region: str, mentions: Sequence[_Mention]) -> _Unit:
    place = {"region": region, "key_version": KEY_VERSION}
    numbers = list({number for mention in mentions for number in mention.numbers})
    names = list({mention.name for mention in mentions if mention.name is not None})
    with connection.pipeline():
        by_number = connection.execute(
            QUERIES["find_identities"],
            {**place, "kinds": [kind for kind, _ in numbers], "hmacs": [h for _, h in numbers]},
        )
        by_name = connection.execute(
            QUERIES["find_names"],
            {**place, "hmacs": names, "candidates_max": CANDIDATES_MAX},
        )
    unit = _Unit({(kind, bytes(h)): Pid(pid) for kind, h, pid in by_number}, defaultdict(dict))
    for h, pid, is_certain in by_name:
        unit.names[bytes(h)][Pid(pid)] = is_certain
    return unit


def _resolve(unit: _Unit, mention: _Mention, decided: Pid | None) -> Identity:
    found = [unit.pids[number] for number in mention.numbers if number in unit.pids]
    if decided is None:
        is_new = not found
        pid = found[0] if found else Pid(random_token())
    else:
        is_new, pid = decided not in unit.known_pids, decided
        unit.known_pids.add(pid)
    is_certain = bool(mention.numbers)
    same_name = unit.names[mention.name] if mention.name is not None else {}
    candidates: tuple[Pid, ...] = ()
    if is_new:
        # Two people with a number each are two people, whatever they are called.
        alike = (p for p, certain in same_name.items() if p != pid and not (certain and is_certain))
        candidates = tuple(islice(alike, CANDIDATES_MAX))
    doubt = IdentityDoubt.SAME_NAME if candidates else None
    if len(set(found)) > 1:
        # Two numbers, two people: the BSN decides, a person judges (domain.md §4).
        doubt, candidates = IdentityDoubt.NUMBERS_DISAGREE, tuple(set(found) - {pid})
    if is_new:
        unit.new_pids.append(pid)
    for number in mention.numbers:
        if number not in unit.pids:
            unit.pids[number] = pid
            unit.new_numbers.append((*number, pid))
    if mention.name is not None and pid not in same_name:
        same_name[pid] = is_certain
        unit.new_names.append((mention.name, pid, is_certain))
    certainty = Certainty.CERTAIN if is_certain else Certainty.TO_CHECK
    return Identity(pid=pid, certainty=certainty, doubt=doubt, candidates=candidates)


def _write_index(connection: Connection, region: str, unit: _Unit) -> None:
    with connection.cursor() as cursor:
        if unit.new_numbers:
            with cursor.copy(QUERIES["copy_identities"]) as copy:
                for kind, token, pid in unit.new_numbers:
                    copy.write_row((region, kind, KEY_VERSION, token, pid))
        if unit.new_names:
            cursor.execute(
                QUERIES["insert_names"],
                {
                    "region": region,
                    "key_version": KEY_VERSION,
                    "hmacs": [token for token, _, _ in unit.new_names],
                    "pids": [pid for _, pid, _ in unit.new_names],
                    "certain": [is_certain for _, _, is_certain in unit.new_names],
                },
            )


def _write_persons(
    connection: Connection,
    region: str,
    keys: KeyFiles,
    *,
    unit: _Unit,
    statements: Sequence[tuple[Pid, bytes]],
    known_at: datetime,
) -> None:
    """Write new persons with their keys, and statements that the region did not have yet."""
    wrapper = KeyWrapper(keys.kek)
    fresh = {pid: wrapper.new_key(context_of(region, pid)) for pid in unit.new_pids}
    stated = {
        (pid, index_token(keys.identity, "statement", region, f"{pid}|{text.decode()}")): text
        for pid, text in statements
        if text
    }
    old = sorted({pid for pid, _ in stated if pid not in fresh})
    for pid, digest in _details(connection, region, old):
        stated.pop((pid, digest), None)
    data_keys = {pid: key for pid, (key, _) in fresh.items()}
    data_keys |= _old_keys(connection, region, wrapper, {pid for pid, _ in stated} - set(fresh))
    with connection.cursor() as cursor:
        if fresh:
            with cursor.copy(QUERIES["copy_persons"]) as copy:
                for pid, (_, wrapped) in fresh.items():
                    copy.write_row((region, pid, KEK_VERSION, wrapped, known_at))
        if stated:
            with cursor.copy(QUERIES["copy_details"]) as copy:
                for (pid, digest), text in stated.items():
                    if pid in data_keys:
                        sealed = seal_value(data_keys[pid], text, context_of(region, pid))
                        copy.write_row((region, pid, digest, sealed, known_at))


def _details(
    connection: Connection, region: str, pids: Sequence[Pid]
) -> Sequence[tuple[Pid, bytes]]:
    if not pids:
        return ()
    rows = connection.execute(QUERIES["find_details"], {"region": region, "pids": list(pids)})
    return [(Pid(pid), bytes(digest)) for pid, digest in rows]


def _persons(connection: Connection, region: str, pids: set[Pid]) -> Sequence[Pid]:
    rows = connection.execute(QUERIES["read_person_keys"], {"region": region, "pids": list(pids)})
    return [Pid(pid) for pid, _ in rows]


def _old_keys(
    connection: Connection, region: str, wrapper: KeyWrapper, pids: set[Pid]
) -> dict[Pid, bytes]:
    """Return the data keys of known persons; one whose key was destroyed is left out."""
    if not pids:
        return {}
    rows = connection.execute(QUERIES["read_person_keys"], {"region": region, "pids": list(pids)})
    return {
        Pid(pid): wrapper.unwrap(bytes(wrapped), context_of(region, pid))
        for pid, wrapped in rows
        if wrapped is not None
    }


def context_of(region: str, pid: str) -> str:
    """Return the place to which what is sealed about a person is bound."""
    return f"person|{region}|{pid}"
