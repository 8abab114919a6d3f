"""The style sheet as one answer: `static/radar.css` with what it imports written in its place.

Twenty small files are good to read and bad to fetch: a browser asks for each in turn before it
shows anything.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from importlib import resources

_IMPORT = re.compile(r'^@import url\("([^"]+)"\) layer\((\w+)\)(?: (\w+))?;$', re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stylesheet:
    """The assembled sheet; its name holds its digest, so it may be kept for ever."""

    name: str
    text: str


def assemble_stylesheet() -> Stylesheet:
    """Return the sheet; the imported ones stand beside it, so their addresses stay right."""
    static = resources.files("query") / "static"

    def written_out(statement: re.Match[str]) -> str:
        file, layer, medium = statement.groups()
        rules = static.joinpath(file).read_text(encoding="utf-8")
        if medium is not None:
            rules = f"@media {medium} {{\n{rules}\n}}"
        return f"@layer {layer} {{\n{rules}\n}}"

    text = _IMPORT.sub(written_out, static.joinpath("radar.css").read_text(encoding="utf-8"))
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    return Stylesheet(name=f"radar-{digest}.css", text=text)
