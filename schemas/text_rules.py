"""The forms that text in an event may have, and the characters that it may not hold."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

# C0 and C1 controls can break a log or a terminal; bidi controls can make a page show something
# else than was stored (reliability.md §4.8). Written as escapes: the characters are invisible.
FORBIDDEN = re.compile("[\\x00-\\x1f\\x7f-\\x9f\\u202a-\\u202e\\u2066-\\u2069\\ud800-\\udfff]")

LENGTH_MAX = 200
"""Longest string without a limit of its own: names and numbers; free text is never in the log."""

FORMATS: Mapping[str, re.Pattern[str]] = MappingProxyType(
    {
        "uuid": re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"),
        # NL GOV profile for CloudEvents 1.1: organisation and system in a URN, never a location.
        "source-urn": re.compile(r"urn:nld:oin:[0-9]{20}:systeem:[A-Za-z0-9][A-Za-z0-9._-]{0,63}"),
        "region": re.compile(r"[a-z][a-z0-9-]{0,63}"),
        "municipality": re.compile(r"GM[0-9]{4}"),
        "oin": re.compile(r"[0-9]{20}"),
        # A number of the sender: what case systems print, without room for a sentence.
        "reference": re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 ._:/#-]{0,98}[A-Za-z0-9])?"),
        "pointer": re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/#?=&%-]{0,199}"),
        "code": re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,79}"),
        "token": re.compile(r"[A-Za-z0-9_-]{8,64}"),
        # No '@': an e-mail address is not an opaque user id.
        "actor": re.compile(r"[A-Za-z0-9][A-Za-z0-9._:|-]{0,127}"),
        "date": re.compile(r"[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"),
    }
)
CODE_OF_FORMAT: Mapping[str, str] = MappingProxyType(
    {"uuid": "domain.id", "source-urn": "domain.source", "region": "domain.region"}
)
