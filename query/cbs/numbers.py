"""The numbers of records: unique for the organisation, the same in every delivery, nobody's. Pure.

Not the case system's numbers: those stand on letters and in files. A report of one half-year names
an investigation that ends in another (protocol 3.7.1), so one key serves all deliveries.
"""

from __future__ import annotations

import base64
import hmac

KEY_PURPOSE = b"radar.cbs.numbers.v1|"


def numbers_key(hub_key: bytes, region: str) -> bytes:
    """Return the region's key for record numbers, from a key of the hub that never changes."""
    return hmac.digest(hub_key, KEY_PURPOSE + region.encode(), "sha256")


def record_number(key: bytes, prefix: str, length: int, identity: str) -> str:
    """Return the number of what `identity` names: the prefix and letters and digits, `length` long.

    Twelve characters after the prefix are 60 bits: among a million records the chance that two
    are alike is one in two million, and the self-check sees it.
    """
    code = base64.b32encode(hmac.digest(key, f"{prefix}|{identity}".encode(), "sha256"))
    return prefix + code.decode("ascii")[: length - len(prefix)]
