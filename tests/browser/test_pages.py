"""The pages as a person meets them: in a browser, on a wide and a narrow screen, by keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.support.pages import invented_region as region

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
HOUSEHOLD = f"/regios/drenthe/huishoudens/{region.BUSY}"
PAGES = {
    "start": "/",
    "radar": "/regios/drenthe/radar",
    "radar filtered": "/regios/drenthe/radar?niveau=HIGH&regel=R02",
    "household": HOUSEHOLD,
    "merged household": f"/regios/drenthe/huishoudens/{region.MERGED}",
    "known household": f"{HOUSEHOLD}?bekend-op=2024-03-20",
    "rules": "/regels",
    "long household": f"/regios/drenthe/huishoudens/{region.LONG}?pagina=2",
    "reviews": "/regios/drenthe/beoordelen",
    "reviews of a kind": "/regios/drenthe/beoordelen?soort=same_name&pagina=2",
    "nothing to review": "/regios/flevoland/beoordelen",
    "figures": "/regios/drenthe/cijfers?peildatum=2025-03-01",
    "editions": "/regios/drenthe/uitgaven",
    "edition": "/regios/drenthe/uitgaven/bestuur-2025-08-gemeenten",
    "unknown": "/regios/atlantis/radar",
    "refused": "/regios/drenthe/cijfers?peildatum=gisteren",
}
ERRORS = {"unknown", "refused"}
WIDTHS = (1280, 390)
# A wide screen at 200 % zoom has half its CSS pixels (WCAG 2.2, 1.4.4).
ZOOMED = 640
RUN_AXE = """async () => {
  const found = await axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa",
    "wcag22aa", "best-practice"]});
  return found.violations.map(v => [v.impact, v.id, v.nodes.map(n => n.target.join(" "))]);
}"""


@pytest.fixture(params=WIDTHS)
def page(request: pytest.FixtureRequest, browser: Browser, site: str) -> Iterator[Page]:
    """Return an empty tab on a screen of one of the widths."""
    context = browser.new_context(
        base_url=site,
        viewport={"width": request.param, "height": 900},
        locale="nl-NL",
        timezone_id="Europe/Amsterdam",
    )
    yield context.new_page()
    context.close()


@pytest.fixture
def wide_page(browser: Browser, site: str) -> Iterator[Page]:
    """Return an empty tab for what does not depend on the width."""
    page = browser.new_page(base_url=site, viewport={"width": WIDTHS[0], "height": 900})
    yield page
    page.close()


def complaints(page: Page) -> list[str]:
    """Return a list that fills with whatever the browser complains about from now on."""
    heard: list[str] = []
    page.on("console", lambda message: heard.append(message.text))
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("requestfailed", lambda request: heard.append(f"failed: {request.url}"))
    return heard


def violations(page: Page) -> list[Any]:
    """Return what axe finds wrong with the open page."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[Any] = page.evaluate(RUN_AXE)
    return found


def in_view(page: Page, selector: str) -> bool:
    box = page.locator(selector).bounding_box()
    assert box is not None
    assert page.viewport_size is not None
    return 0 <= box["y"] < page.viewport_size["height"]


@pytest.mark.parametrize("name", PAGES)
def test_pages_open_without_complaint_fit_the_screen_and_are_accessible(
    page: Page, name: str
) -> None:
    heard = complaints(page)
    hosts = set()
    page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
    page.goto(PAGES[name])
    page.evaluate("document.fonts.ready.then(() => 0)")
    if name in ERRORS:
        heard = [text for text in heard if "Failed to load resource" not in text]
    assert not heard
    assert len(hosts) == 1, "a page asks nobody else"
    assert page.evaluate("[...document.fonts].some(font => font.status === 'loaded')")
    width = page.evaluate("document.documentElement.scrollWidth")
    assert page.viewport_size is not None
    assert width <= page.viewport_size["width"], "nothing sticks out sideways"
    page.eval_on_selector_all("details", "all => all.forEach(one => one.open = true)")
    assert violations(page) == []


def test_the_accessibility_check_can_fail(wide_page: Page) -> None:
    wide_page.goto("/")
    wide_page.evaluate("document.querySelector('h1').style.color = '#ddd'")
    assert "color-contrast" in {rule for _, rule, _ in violations(wide_page)}


def test_the_content_security_policy_is_in_force(wide_page: Page) -> None:
    heard = complaints(wide_page)
    wide_page.goto("/")
    wide_page.evaluate(
        "document.head.append(Object.assign(document.createElement('script'),"
        " {textContent: 'window.smuggled = 1'}))"
    )
    assert wide_page.evaluate("window.smuggled") is None
    assert any("Content Security Policy" in text for text in heard)


def test_evidence_jumps_to_the_timeline_and_back(page: Page) -> None:
    page.goto(HOUSEHOLD)
    assert not in_view(page, "#gebeurtenis-1-24151")
    page.get_by_role("link", name="11 maart 2025").first.click()
    assert page.url.endswith("#gebeurtenis-1-24151")
    assert in_view(page, "#gebeurtenis-1-24151")
    page.locator("#gebeurtenis-1-24151").get_by_role("link", name="R07").click()
    assert in_view(page, f"#radarsignaal-{region.name_based(f'{region.BUSY}|R07')}")


def test_evidence_on_another_page_opens_that_page_at_the_event(wide_page: Page) -> None:
    wide_page.goto(f"/regios/drenthe/huishoudens/{region.LONG}")
    wide_page.locator(".evidence a").nth(1).click()
    wide_page.wait_for_load_state()
    assert wide_page.url.endswith("?pagina=2#gebeurtenis-1-40000")
    assert in_view(wide_page, "#gebeurtenis-1-40000")


def test_a_closed_finding_opens_when_its_event_links_to_it(wide_page: Page) -> None:
    wide_page.goto(HOUSEHOLD)
    wide_page.locator("#gebeurtenis-1-1420").get_by_role("link", name="R16").click()
    assert wide_page.locator(
        f"#radarsignaal-{region.name_based(f'{region.BUSY}|R16')}"
    ).is_visible()


def test_the_radar_list_is_filtered_by_hand(page: Page) -> None:
    page.goto("/regios/drenthe/radar")
    page.get_by_label("Regel", exact=True).select_option("R01")
    page.get_by_role("button", name="Toon").click()
    assert page.url.endswith("?regel=R01")
    assert page.locator(".list tbody tr").count() == 2
    page.get_by_role("navigation", name="Niveau").get_by_role("link", name="Hoog").click()
    assert page.locator(".list tbody tr").count() == 1
    assert page.get_by_label("Regel", exact=True).input_value() == "R01"


def test_a_day_of_knowledge_is_chosen_by_hand(wide_page: Page) -> None:
    wide_page.goto("/regios/drenthe/cijfers")
    wide_page.get_by_label("Peildatum").fill("2025-02-28")
    wide_page.get_by_role("button", name="Toon").click()
    assert "28 februari 2025" in wide_page.locator("main").inner_text()
    january = wide_page.locator("#reeks-report + table tbody tr").first
    assert january.locator("td").all_inner_texts() == ["0", "0", "1"]


def test_the_keyboard_skips_to_the_content_and_reaches_everything(page: Page) -> None:
    page.goto("/regios/drenthe/radar")
    page.keyboard.press("Tab")
    focused = "document.activeElement"
    assert page.evaluate(f"{focused}.textContent") == "Naar de inhoud"
    assert in_view(page, ".utrecht-skip-link"), "the skip link shows itself when it has the focus"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate(f"{focused}.classList.contains('tab')")
    outline = page.evaluate(f"getComputedStyle({focused}).outlineStyle")
    assert outline == "solid", "the focus can be seen"


def test_pages_can_be_read_at_200_percent(browser: Browser, site: str) -> None:
    page = browser.new_page(base_url=site, viewport={"width": ZOOMED, "height": 450})
    for name, path in PAGES.items():
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= ZOOMED, name
    page.close()


def test_paper_shows_what_was_folded_away_and_no_controls(browser: Browser, site: str) -> None:
    page = browser.new_page(base_url=site)
    page.goto(HOUSEHOLD)
    page.emulate_media(media="print")
    assert page.get_by_text("Voorvallen voor Aandacht").is_visible()
    assert not page.get_by_role("navigation", name="Hoofdmenu").is_visible()
    page.close()
