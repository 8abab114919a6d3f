"""What can be wrong with a request, in the words of the page that says so."""

from __future__ import annotations


class PageProblem(Exception):
    """A request that cannot be answered; title and detail are Dutch and shown as they are."""

    status = 500

    def __init__(self, title: str, detail: str) -> None:
        super().__init__(title)
        self.title = title
        self.detail = detail


class BadQuestion(PageProblem):
    """A filter, date or page number in the address that has no meaning."""

    status = 400


class NotFound(PageProblem):
    """An address that names nothing."""

    status = 404


class Waits(PageProblem):
    """A household that is there, and of which nothing can be shown before somebody mends it."""

    status = 409


def waiting_household() -> Waits:
    """Return the problem of a household whose rows wait from its first one on."""
    return Waits(
        "Dit huishouden wacht op verwerking",
        "Radar kon een gebeurtenis van dit huishouden niet verwerken en toont daarom nu niets. Wat "
        "er daarna over binnenkomt, wacht ook. Er is niets verloren: de beheerder ziet de oorzaak "
        "met `radar parked list`, en laat Radar het na herstel opnieuw verwerken.",
    )


def unknown_region() -> NotFound:
    """Return the problem of a region that this hub does not serve."""
    return NotFound(
        "Deze regio kennen wij niet",
        "Controleer het adres, of kies een regio op de startpagina.",
    )


def unknown_household() -> NotFound:
    """Return the problem of a household that the region does not have (or not any more)."""
    return NotFound(
        "Dit huishouden kennen wij niet",
        "In deze regio is geen huishouden met dit kenmerk. Controleer het adres, "
        "of zoek het huishouden op in de radarlijst.",
    )


def unknown_page() -> NotFound:
    """Return the problem of any other address."""
    return NotFound(
        "Deze pagina bestaat niet",
        "Controleer het adres, of begin opnieuw op de startpagina.",
    )
