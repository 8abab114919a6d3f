"""Finds or makes the token of each address a unit names: by its BAG id, else always a new one."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from streams.engine.database import Connection
from streams.engine.key_files import KeyFiles
from streams.engine.named_queries import load_queries
from streams.vault.identities import MentionKey
from streams.vault.keys import KEK_VERSION, KeyWrapper, seal_value
from streams.vault.lookup_tokens import KEY_VERSION, index_token, random_token

QUERIES = load_queries("streams.vault")
NOTHING_DECIDED: Mapping[MentionKey, str] = MappingProxyType({})


def resolve_addresses(
    connection: Connection,
    region: str,
    keys: KeyFiles,
    mentions: Sequence[tuple[MentionKey, Mapping[str, object]]],
    *,
    known_at: datetime,
    decided: Mapping[MentionKey, str] = NOTHING_DECIDED,
) -> Mapping[MentionKey, str]:
    """Return the token of every address mention, making tokens for addresses not seen before.

    Only a BAG id makes two mentions one address: text differs too much between senders, and a
    wrong match would put two families in one home (domain.md §4, ID-04). `decided` holds tokens
    that were given before, as in `resolve_identities`. Writes within the caller's transaction,
    under the region's lease.
    """
    if not mentions:
        return {}
    bag = {
        key: index_token(keys.identity, "bag", region, str(address["bag_id"]))
        for key, address in mentions
        if address.get("bag_id")
    }
    known = _find(connection, region, sorted(set(bag.values())))
    tokens: dict[MentionKey, str] = {}
    fresh: dict[str, Mapping[str, object]] = {}
    new_index: list[tuple[bytes, str]] = []
    stored = _stored(connection, region, set(decided.values()))
    for key, address in mentions:
        found = known.get(bag[key]) if key in bag else None
        token = decided.get(key) or found or random_token()
        if found is None and token not in stored:
            fresh.setdefault(token, address)
        if found is None and key in bag:
            known[bag[key]] = token
            new_index.append((bag[key], token))
        tokens[key] = token
    _write(
        connection,
        region,
        KeyWrapper(keys.kek),
        fresh=fresh,
        new_index=new_index,
        known_at=known_at,
    )
    return tokens


def _find(connection: Connection, region: str, hmacs: Sequence[bytes]) -> dict[bytes, str]:
    if not hmacs:
        return {}
    rows = connection.execute(
        QUERIES["find_addresses"],
        {"region": region, "key_version": KEY_VERSION, "hmacs": list(hmacs)},
    )
    return {bytes(hmac): token for hmac, token in rows}


def _stored(connection: Connection, region: str, tokens: set[str]) -> set[str]:
    if not tokens:
        return set()
    rows = connection.execute(
        QUERIES["known_addresses"], {"region": region, "tokens": list(tokens)}
    )
    return {token for (token,) in rows}


def _write(
    connection: Connection,
    region: str,
    wrapper: KeyWrapper,
    *,
    fresh: Mapping[str, Mapping[str, object]],
    new_index: Sequence[tuple[bytes, str]],
    known_at: datetime,
) -> None:
    with connection.cursor() as cursor:
        if fresh:
            with cursor.copy(QUERIES["copy_addresses"]) as copy:
                for token, address in fresh.items():
                    context = f"address|{region}|{token}"
                    key, wrapped = wrapper.new_key(context)
                    stated = {k: v for k, v in address.items() if v is not None and k != "ref"}
                    sealed = seal_value(key, json.dumps(stated).encode(), context)
                    copy.write_row((region, token, KEK_VERSION, wrapped, sealed, known_at))
        if new_index:
            with cursor.copy(QUERIES["copy_address_index"]) as copy:
                for hmac, token in new_index:
                    copy.write_row((region, KEY_VERSION, hmac, token))
