"""What one request does: parse the address, read one snapshot, fill a template or its JSON twin."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
from jinja2 import Environment
from psycopg_pool import ConnectionPool

from query import documents
from query.editions.shown import ShownEdition, read_one, read_shown
from query.figures import parse_known_on, read_figures
from query.households import (
    HouseholdRecord,
    check_token,
    read_household,
    telling_who_waits,
)
from query.known import KNOWN_ON, KnownRecord, parse_day, read_known
from query.paging import page_number
from query.radar import RadarList, parse_filter, read_radar
from query.reading import ReadConnection, read_snapshot
from query.regions import Region, read_region, read_regions
from query.reviews import ReviewQueue, parse_review_filter, read_reviews
from query.rules import RULES_ON_PAGE
from query.standing import StandingOnPage, read_standing


@dataclass(frozen=True, slots=True, kw_only=True)
class PagesDeps:
    """What the pages need from the composition root.

    `pool` reads the views of projections; its connections need no write rights. `clock` gives
    the hub's own time (aware), which is only used to say when a page was made: "now" on a page
    is the clock of its region.
    """

    pool: ConnectionPool[ReadConnection]
    clock: Callable[[], datetime]


class Pages:
    """The handlers of `app.ROUTES`; each answers HTML or, at the `.json` address, the twin."""

    def __init__(self, deps: PagesDeps, templates: Environment) -> None:
        self._pool = deps.pool
        self._clock = deps.clock
        self._templates = templates

    def start(self, request: Request) -> Response:
        """Say what Radar is, and which regions there are."""
        del request
        with read_snapshot(self._pool) as connection:
            regions = read_regions(connection)
        return self._html("start.html", regions=regions, twin="/regios.json")

    def start_twin(self, request: Request) -> Response:
        """Answer the regions as JSON."""
        del request
        with read_snapshot(self._pool) as connection:
            return JSONResponse(documents.start_document(read_regions(connection)))

    def rules(self, request: Request) -> Response:
        """Say what each rule means, with the cases of its tests."""
        del request
        return self._html("rules.html", rules=RULES_ON_PAGE, twin="/regels.json")

    def rules_twin(self, request: Request) -> Response:
        """Answer the rules as JSON."""
        del request
        return JSONResponse(documents.rules_document(RULES_ON_PAGE))

    def radar(self, request: Request, region: str) -> Response:
        """Show the households with open findings."""
        place, radar = self._radar(request, region)
        twin = f"/regios/{place.code}/radar.json{radar.asked.query()}"
        return self._html("radar.html", region=place, radar=radar, twin=twin)

    def radar_twin(self, request: Request, region: str) -> Response:
        """Answer the radar list as JSON."""
        return JSONResponse(documents.radar_document(*self._radar(request, region)))

    def household(self, request: Request, region: str, token: str) -> Response:
        """Show one household: why it is on the radar, and its timeline; or as known on a day."""
        if (known := self._known(request, region, token)) is not None:
            return self._known_page(*known)
        place, record, standing = self._household(request, region, token)
        address = f"/regios/{place.code}/huishoudens/{record.household.household_id}"
        page = f"?pagina={record.paging.number}" if record.paging.number > 1 else ""
        return self._html(
            "household.html",
            region=place,
            record=record,
            standing=standing,
            address=address,
            twin=f"{address}.json{page}",
        )

    def household_twin(self, request: Request, region: str, token: str) -> Response:
        """Answer one household as JSON."""
        if (known := self._known(request, region, token)) is not None:
            return JSONResponse(documents.known_document(*known))
        return JSONResponse(documents.household_document(*self._household(request, region, token)))

    def reviews(self, request: Request, region: str) -> Response:
        """Show what a person must judge, with what speaks for and against."""
        place, queue = self._reviews(request, region)
        twin = f"/regios/{place.code}/beoordelen.json{queue.asked.query()}"
        return self._html("reviews.html", region=place, queue=queue, twin=twin)

    def reviews_twin(self, request: Request, region: str) -> Response:
        """Answer the review queue as JSON."""
        return JSONResponse(documents.reviews_document(*self._reviews(request, region)))

    def figures(self, request: Request, region: str) -> Response:
        """Show the month matrix as known on a day."""
        with read_snapshot(self._pool) as connection:
            place = read_region(connection, region)
            known_on = parse_known_on(request.query_params, place.today)
            figures = read_figures(connection, place, known_on)
        twin = f"/regios/{place.code}/cijfers.json?peildatum={known_on.isoformat()}"
        return self._html("figures.html", region=place, figures=figures, twin=twin)

    def figures_twin(self, request: Request, region: str) -> Response:
        """Answer the month matrix as JSON."""
        with read_snapshot(self._pool) as connection:
            place = read_region(connection, region)
            known_on = parse_known_on(request.query_params, place.today)
            figures = read_figures(connection, place, known_on)
        return JSONResponse(documents.figures_document(place, figures))

    def editions(self, request: Request, region: str) -> Response:
        """List the published reports of a region."""
        del request
        place, editions = self._editions(region)
        twin = f"/regios/{place.code}/uitgaven.json"
        return self._html("editions.html", region=place, editions=editions, twin=twin)

    def editions_twin(self, request: Request, region: str) -> Response:
        """Answer the list of published reports as JSON."""
        del request
        return JSONResponse(documents.editions_document(*self._editions(region)))

    def edition(self, request: Request, region: str, name: str) -> Response:
        """Show one published report as it was published."""
        del request
        place, edition = self._edition(region, name)
        twin = f"/regios/{place.code}/uitgaven/{edition.name}.json"
        return self._html("edition.html", region=place, edition=edition, twin=twin)

    def edition_twin(self, request: Request, region: str, name: str) -> Response:
        """Answer one published report as JSON, in the form of `radar report`."""
        del request
        return JSONResponse(documents.edition_document(*self._edition(region, name)))

    def _editions(self, region: str) -> tuple[Region, list[ShownEdition]]:
        with read_snapshot(self._pool) as connection:
            place = read_region(connection, region)
            return place, read_shown(connection, place.code)

    def _edition(self, region: str, name: str) -> tuple[Region, ShownEdition]:
        with read_snapshot(self._pool) as connection:
            place = read_region(connection, region)
            return place, read_one(connection, place.code, name)

    def _radar(self, request: Request, region: str) -> tuple[Region, RadarList]:
        asked = parse_filter(request.query_params)
        with read_snapshot(self._pool) as connection:
            place = read_region(connection, region)
            return place, read_radar(connection, place.code, asked)

    def _reviews(self, request: Request, region: str) -> tuple[Region, ReviewQueue]:
        asked = parse_review_filter(request.query_params)
        with read_snapshot(self._pool) as connection:
            place = read_region(connection, region)
            return place, read_reviews(connection, place.code, asked)

    def _household(
        self, request: Request, region: str, token: str
    ) -> tuple[Region, HouseholdRecord, StandingOnPage]:
        page = page_number(request.query_params)
        with read_snapshot(self._pool) as connection:
            place = read_region(connection, region)
            record = read_household(connection, place.code, token, page)
            with telling_who_waits(parked=record.household.is_parked):
                standing = read_standing(connection, place, record.household.household_id)
            return place, record, standing

    def _known(
        self, request: Request, region: str, token: str
    ) -> tuple[Region, KnownRecord] | None:
        """Return the household as known on the day asked for; None when now is asked for."""
        if not request.query_params.get(KNOWN_ON):
            return None
        page = page_number(request.query_params)
        with read_snapshot(self._pool) as connection:
            place = read_region(connection, region)
            day = parse_day(request.query_params, place.today)
            if day is None:
                return None
            return place, read_known(connection, place, check_token(token), day, page)

    def _known_page(self, place: Region, known: KnownRecord) -> Response:
        address = f"/regios/{place.code}/huishoudens/{known.household_id}"
        twin = f"{address}.json?{KNOWN_ON}={known.known_on.isoformat()}"
        return self._html("known.html", region=place, known=known, address=address, twin=twin)

    def _html(self, template: str, **values: Any) -> HTMLResponse:
        text = self._templates.get_template(template).render(made_at=self._clock(), **values)
        return HTMLResponse(text)
