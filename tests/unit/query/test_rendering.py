from __future__ import annotations

from pathlib import Path

import pytest
from jinja2 import UndefinedError

import query
from query.rendering import create_templates

TEMPLATES = Path(query.__file__).parent / "templates"


def test_text_of_others_never_becomes_markup_and_dates_stay_whole() -> None:
    template = create_templates(stylesheet="").from_string(
        '{% from "parts.html" import sentence %}{{ sentence(text) }}'
    )
    assert template.render(text='<b>"x"</b> op 11-03-2025 &').strip() == (
        '&lt;b&gt;&#34;x&#34;&lt;/b&gt; op <span class="keep">11-03-2025</span> &amp;'
    )


def test_templates_escape_and_know_every_name() -> None:
    templates = create_templates(stylesheet="/static/radar.css")
    assert templates.from_string("{{ text }}").render(text="<i>") == "&lt;i&gt;"
    with pytest.raises(UndefinedError):
        templates.from_string("{{ nothing }}").render()


@pytest.mark.parametrize("name", create_templates(stylesheet="/static/radar.css").list_templates())
def test_templates_compile_and_hold_nothing_that_the_policy_forbids(name: str) -> None:
    create_templates(stylesheet="/static/radar.css").get_template(name)
    text = (TEMPLATES / name).read_text(encoding="utf-8")
    for forbidden in (
        "<script",
        "<style",
        " style=",
        "| safe",
        "javascript:",
        "onclick",
        "http://",
    ):
        assert forbidden not in text
