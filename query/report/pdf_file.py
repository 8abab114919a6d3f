"""A publication as PDF/UA: tagged, with the charts as vectors; set by Typst.

The template reads one JSON document, so no text of ours is ever taken for markup.
"""

from __future__ import annotations

import json
import tempfile
from importlib import resources
from pathlib import Path
from typing import Any, Final

import typst

from query.report.blocks import (
    Block,
    ChartBlock,
    Paragraph,
    Publication,
    Subheading,
    TableBlock,
    cell_text,
)
from query.report.charts import chart_svg
from query.wording import day_words

TEMPLATE = "report.typ"
# PDF/UA-1 refuses what a screen reader could not read: a picture without words, a skipped heading.
STANDARD: Final = "ua-1"


def publication_pdf(publication: Publication) -> bytes:
    """Return the PDF. Raises typst.TypstError when it would not meet PDF/UA."""
    with tempfile.TemporaryDirectory(prefix="radar-report-") as folder:
        room = Path(folder)
        template = resources.files("query.report") / "templates" / TEMPLATE
        (room / TEMPLATE).write_text(template.read_text(encoding="utf-8"), encoding="utf-8")
        document = {
            "title": publication.title,
            "subtitle": publication.subtitle,
            "known_on": day_words(publication.known_on),
            "chapters": [
                {
                    "title": f"{chapter.number} {chapter.title}".strip(),
                    "blocks": [_block(room, block) for block in chapter.blocks],
                }
                for chapter in publication.chapters
            ],
        }
        text = json.dumps(document, ensure_ascii=False)
        (room / "report.json").write_text(text, encoding="utf-8")
        return typst.compile(str(room / TEMPLATE), root=folder, pdf_standards=[STANDARD])


def _block(room: Path, block: Block) -> dict[str, Any]:
    match block:
        case Paragraph():
            return {"kind": "paragraph", "text": block.text}
        case Subheading():
            return {"kind": "subheading", "text": block.text}
        case TableBlock():
            return {"kind": "table", **_table(block)}
        case ChartBlock():
            name = f"figure-{block.number}.svg"
            (room / name).write_text(chart_svg(block), encoding="utf-8")
            return {
                "kind": "chart",
                "file": name,
                "caption": block.caption,
                "summary": block.summary,
                "words": f"{block.caption}. {block.summary}",
                "table": _table(block.table),
            }


def _table(block: TableBlock) -> dict[str, Any]:
    return {
        "title": block.title,
        "header": list(block.header),
        "rows": [[cell_text(cell) for cell in row] for row in block.rows],
        "note": block.note,
        "totals": block.has_totals,
    }
