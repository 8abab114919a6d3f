"""Finds or makes the token of each person a unit names (architecture.md §6.4, ADR 0004)."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from itertools import islice

from schemas.identity import Pid
from streams.engine.asking import Questions, Row
from streams.engine.database import Connection, copy_in
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


@dataclass(frozen=True, slots=True)
class _Mention:
    """One mention with its lookup tokens, computed once."""

    key: MentionKey
    numbers: tuple[tuple[str, bytes], ...]
    name: bytes | None
    statement: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Mentioned:
    """The people whom a region's unit names, and when the region knew of them.

    A mention is the caller's own key and what the sealed block says: `bsn`, `foreigner_number`,
    `family_name`, `given_names`, `prefix`, `birth_date`, each absent or None when unknown.
    `decided` holds tokens that were given before and must be given again: those of rows that came
    back after a restore.
    """

    region: str
    mentions: Sequence[tuple[MentionKey, Mapping[str, object]]]
    known_at: datetime
    decided: Mapping[MentionKey, Pid] = field(default_factory=dict)


def resolve_identities(
    connection: Connection, keys: KeyFiles, mentioned: Sequence[Mentioned]
) -> list[Mapping[MentionKey, Identity]]:
    """Return per region the identity of every mention, making tokens for people not seen before.

    A number is certain. A name with birth date never links: it gets its own token and names its
    candidates. What was stated is kept encrypted, once per differing statement. Writes within the
    caller's transaction; the caller holds the regions' leases, so nobody else adds persons.
    """
    units = [_Unit.of(keys, each) for each in mentioned]
    questions = Questions(connection)
    for unit in units:
        unit.ask(questions)
    questions.answer()
    for unit in units:
        unit.resolve()
        unit.ask_stated(questions, keys)
    questions.answer()
    for unit in units:
        unit.ask_keys(questions)
    questions.answer()
    _write(connection, units)
    return [unit.identities for unit in units]


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


@dataclass(slots=True)
class _Unit:
    """What is found in the tables of one region, and what must be added to them."""

    asked: Mentioned
    mentions: Sequence[_Mention]
    wrapper: KeyWrapper
    pids: dict[tuple[str, bytes], Pid] = field(default_factory=dict)
    names: dict[bytes, dict[Pid, bool]] = field(default_factory=lambda: defaultdict(dict))
    identities: dict[MentionKey, Identity] = field(default_factory=dict)
    known_pids: set[Pid] = field(default_factory=set)
    new_numbers: list[tuple[str, bytes, Pid]] = field(default_factory=list)
    new_names: list[tuple[bytes, Pid, bool]] = field(default_factory=list)
    stated: dict[tuple[Pid, bytes], bytes] = field(default_factory=dict)
    data_keys: dict[Pid, bytes] = field(default_factory=dict)
    wrapped: dict[Pid, bytes] = field(default_factory=dict)
    """The wrapped keys of new people, in the order of their mention."""

    @classmethod
    def of(cls, keys: KeyFiles, asked: Mentioned) -> _Unit:
        """Prepare the mentions of a region."""
        mentions = [_prepared(keys.identity, asked.region, *each) for each in asked.mentions]
        return cls(asked, mentions, KeyWrapper(keys.kek))

    def ask(self, questions: Questions) -> None:
        """Ask who bears these numbers and names, and which decided tokens are known."""
        region = self.asked.region
        numbers = list({number for mention in self.mentions for number in mention.numbers})
        names = list({m.name for m in self.mentions if m.name is not None})
        questions.ask(
            QUERIES["find_identities"],
            region,
            self._take_numbers,
            {"kinds": [kind for kind, _ in numbers], "hmacs": [h for _, h in numbers]},
            key_version=KEY_VERSION,
        )
        questions.ask(
            QUERIES["find_names"],
            region,
            self._take_names,
            {"hmacs": names},
            key_version=KEY_VERSION,
            candidates_max=CANDIDATES_MAX,
        )
        decided = {"pids": sorted(set(self.asked.decided.values()))}
        questions.ask(QUERIES["read_person_keys"], region, self._take_known, decided)

    def _take_numbers(self, rows: Sequence[Row]) -> None:
        self.pids.update({(kind, bytes(h)): Pid(pid) for kind, h, pid in rows})

    def _take_names(self, rows: Sequence[Row]) -> None:
        for h, pid, is_certain in rows:
            self.names[bytes(h)][Pid(pid)] = is_certain

    def _take_known(self, rows: Sequence[Row]) -> None:
        self.known_pids = {Pid(pid) for pid, _ in rows}

    def resolve(self) -> None:
        """Give every mention its token, in order; new people get a key of their own."""
        for mention in self.mentions:
            decided = self.asked.decided.get(mention.key)
            self.identities[mention.key] = self._resolve(mention, decided)

    def _resolve(self, mention: _Mention, decided: Pid | None) -> Identity:
        found = [self.pids[number] for number in mention.numbers if number in self.pids]
        if decided is None:
            is_new = not found
            pid = found[0] if found else Pid(random_token())
        else:
            is_new, pid = decided not in self.known_pids, decided
            self.known_pids.add(pid)
        is_certain = bool(mention.numbers)
        same_name = self.names[mention.name] if mention.name is not None else {}
        candidates: tuple[Pid, ...] = ()
        if is_new:
            # Two people with a number each are two people, whatever they are called.
            alike = (
                p for p, certain in same_name.items() if p != pid and not (certain and is_certain)
            )
            candidates = tuple(islice(alike, CANDIDATES_MAX))
        doubt = IdentityDoubt.SAME_NAME if candidates else None
        if len(set(found)) > 1:
            # Two numbers, two people: the BSN decides, a person judges (domain.md §4).
            doubt, candidates = IdentityDoubt.NUMBERS_DISAGREE, tuple(set(found) - {pid})
        if is_new:
            context = context_of(self.asked.region, pid)
            self.data_keys[pid], self.wrapped[pid] = self.wrapper.new_key(context)
        for number in mention.numbers:
            if number not in self.pids:
                self.pids[number] = pid
                self.new_numbers.append((*number, pid))
        if mention.name is not None and pid not in same_name:
            same_name[pid] = is_certain
            self.new_names.append((mention.name, pid, is_certain))
        certainty = Certainty.CERTAIN if is_certain else Certainty.TO_CHECK
        return Identity(pid=pid, certainty=certainty, doubt=doubt, candidates=candidates)

    def ask_stated(self, questions: Questions, keys: KeyFiles) -> None:
        """Ask what was stated before of the known people of this unit."""
        region = self.asked.region
        told = [(self.identities[m.key].pid, m.statement) for m in self.mentions if m.statement]
        self.stated = {
            (pid, index_token(keys.identity, "statement", region, f"{pid}|{text.decode()}")): text
            for pid, text in told
        }
        old = {"pids": sorted({pid for pid, _ in self.stated if pid not in self.wrapped})}
        questions.ask(QUERIES["find_details"], region, self._take_stated, old)

    def _take_stated(self, rows: Sequence[Row]) -> None:
        for pid, digest in rows:
            self.stated.pop((Pid(pid), bytes(digest)), None)

    def ask_keys(self, questions: Questions) -> None:
        """Ask for the keys of known people of whom something new was stated."""
        old = {"pids": sorted({pid for pid, _ in self.stated} - self.wrapped.keys())}
        questions.ask(QUERIES["read_person_keys"], self.asked.region, self._take_keys, old)

    def _take_keys(self, rows: Sequence[Row]) -> None:
        for pid, wrapped in rows:
            # One whose key was destroyed is left out.
            if wrapped is not None:
                context = context_of(self.asked.region, pid)
                self.data_keys[Pid(pid)] = self.wrapper.unwrap(bytes(wrapped), context)

    def details(self) -> Iterator[tuple[object, ...]]:
        """Yield the rows of what was stated and is not kept yet, encrypted."""
        region, known_at = self.asked.region, self.asked.known_at
        for (pid, digest), text in self.stated.items():
            if pid in self.data_keys:
                sealed = seal_value(self.data_keys[pid], text, context_of(region, pid))
                yield (region, pid, digest, sealed, known_at)


def _write(connection: Connection, units: Sequence[_Unit]) -> None:
    """Write new people with their keys, what finds them, and what was stated; a table at a time."""
    tables: Mapping[str, list[tuple[object, ...]]] = {
        "copy_identities": [
            (unit.asked.region, kind, KEY_VERSION, token, pid)
            for unit in units
            for kind, token, pid in unit.new_numbers
        ],
        "copy_persons": [
            (unit.asked.region, pid, KEK_VERSION, wrapped, unit.asked.known_at)
            for unit in units
            for pid, wrapped in unit.wrapped.items()
        ],
        "copy_details": [row for unit in units for row in unit.details()],
    }
    names = [(unit.asked.region, *name) for unit in units for name in unit.new_names]
    with connection.cursor() as cursor:
        for query, rows in tables.items():
            copy_in(cursor, QUERIES[query], rows)
        if names:
            regions, hmacs, pids, certain = (list(column) for column in zip(*names, strict=True))
            told = {"regions": regions, "hmacs": hmacs, "pids": pids, "certain": certain}
            cursor.execute(QUERIES["insert_names"], {**told, "key_version": KEY_VERSION})


def context_of(region: str, pid: str) -> str:
    """Return the place to which what is sealed about a person is bound."""
    return f"person|{region}|{pid}"
