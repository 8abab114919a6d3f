"""People who may be one, their names spelled differently: a doubt, never a link (ID-05).

Compared are people born on the same day, of whom at least one has no number. Names are opened for
the comparison and kept nowhere; a birth date that is not whole compares nobody.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import JaroWinkler

from schemas.identity import Pid
from streams.engine.database import Connection
from streams.engine.key_files import KeyFiles
from streams.engine.named_queries import load_queries
from streams.vault.identities import CANDIDATES_MAX, Certainty, Identity, MentionKey, context_of
from streams.vault.keys import KeyWrapper, open_value
from streams.vault.lookup_tokens import KEY_VERSION, index_token, letters

QUERIES = load_queries("streams.vault", "similar_names.sql")
# Jansen and Janssen 0.97, Yilmaz and Yılmaz 1, de Vries and Vries 0.93; Smit and Smeets 0.84.
FAMILY_LIKENESS_MIN = 0.9
GIVEN_LIKENESS_MIN = 0.85

Names = tuple[str, str]
"""Family name and given names as bare letters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Born:
    pid: Pid
    is_certain: bool


def find_similar(
    connection: Connection,
    region: str,
    keys: KeyFiles,
    mentions: Sequence[tuple[MentionKey, Mapping[str, object]]],
    identities: Mapping[MentionKey, Identity],
) -> Mapping[MentionKey, tuple[Pid, ...]]:
    """Return for each mention whose names resemble those of others born on its day, who they are.

    Those that bear the very same name are not among them: `identities` names these already. Each
    pair is named once, when the second of the two is first heard of. Writes within the caller's
    transaction, under the region's lease.
    """
    told = [
        (key, index_token(keys.identity, "birth", region, str(person["birth_date"])), names)
        for key, person in mentions
        if person.get("birth_date") and (names := _names(person))[0]
    ]
    if not told:
        return {}
    born = _born(connection, region, {token for _, token, _ in told})
    near = {one.pid for of in born.values() for one in of}
    opened = _opened(connection, region, keys, near) if near else {}
    found: dict[MentionKey, tuple[Pid, ...]] = {}
    fresh: list[tuple[bytes, _Born]] = []
    for key, token, names in told:
        identity = identities[key]
        is_certain = identity.certainty is Certainty.CERTAIN
        if all(one.pid != identity.pid for one in born[token]):
            known = {identity.pid, *identity.candidates}
            alike = tuple(
                one.pid
                for one in born[token][:CANDIDATES_MAX]
                if one.pid not in known
                and not (one.is_certain and is_certain)
                and any(are_alike(names, other) for other in opened.get(one.pid, ()))
            )
            if alike:
                found[key] = alike
            new = _Born(pid=identity.pid, is_certain=is_certain)
            born[token].append(new)
            fresh.append((token, new))
        opened.setdefault(identity.pid, []).append(names)
    _write(connection, region, fresh)
    return found


def are_alike(one: Names, other: Names) -> bool:
    """Say whether two people born on one day may be one: spelled so nearly alike.

    A given name that is missing, or that begins the other, speaks against nothing.
    """
    if JaroWinkler.similarity(one[0], other[0]) < FAMILY_LIKENESS_MIN:
        return False
    mine, yours = one[1], other[1]
    if mine.startswith(yours) or yours.startswith(mine):
        return True
    return JaroWinkler.similarity(mine, yours) >= GIVEN_LIKENESS_MIN


def _names(person: Mapping[str, object]) -> Names:
    return letters(person.get("family_name")), letters(person.get("given_names"))


def _born(
    connection: Connection, region: str, hmacs: Collection[bytes]
) -> defaultdict[bytes, list[_Born]]:
    rows = connection.execute(
        QUERIES["find_born"],
        {
            "region": region,
            "key_version": KEY_VERSION,
            "hmacs": list(hmacs),
            "candidates_max": CANDIDATES_MAX,
        },
    )
    born: defaultdict[bytes, list[_Born]] = defaultdict(list)
    for token, pid, is_certain in rows:
        born[bytes(token)].append(_Born(pid=Pid(pid), is_certain=is_certain))
    return born


def _opened(
    connection: Connection, region: str, keys: KeyFiles, pids: Collection[Pid]
) -> dict[Pid, list[Names]]:
    """Return what these people are called; one whose key was destroyed is left out."""
    wrapper = KeyWrapper(keys.kek)
    asked = {"region": region, "pids": sorted(pids)}
    opened: dict[Pid, list[Names]] = {}
    for pid, sealed, wrapped in connection.execute(QUERIES["find_statements"], asked):
        context = context_of(region, pid)
        value = open_value(wrapper.unwrap(bytes(wrapped), context), bytes(sealed), context)
        names = _names(json.loads(value))
        if names[0]:
            opened.setdefault(Pid(pid), []).append(names)
    return opened


def _write(connection: Connection, region: str, fresh: Sequence[tuple[bytes, _Born]]) -> None:
    if fresh:
        connection.execute(
            QUERIES["insert_born"],
            {
                "region": region,
                "key_version": KEY_VERSION,
                "hmacs": [token for token, _ in fresh],
                "pids": [one.pid for _, one in fresh],
                "certain": [one.is_certain for _, one in fresh],
            },
        )
