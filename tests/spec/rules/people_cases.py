"""Cases of the rules that ask who is involved: persons, children, reporters, organisations."""

from __future__ import annotations

from tests.spec.rules.involvement_cases import SENT
from tests.spec.rules.shape import Case, done, signal, signals
from tests.support.casework import answer, handover, mda, moved, order, seen_elsewhere
from tests.support.journal import assessed, registered

HE = ("p1", "SUSPECTED_PERPETRATOR", "ADULT")
SHE = ("p2", "VICTIM", "ADULT")
CHILD = ("p3", "CHILD", "AGE_2_11")
BABY = ("p4", "CHILD", "UNDER_2")

BANNED = done("huisverbod opgelegd aan p1", order("2020-03-01", "o"))
R08 = (
    Case(
        rule="R08",
        title="Vijf jaar later op de dag telt nog mee",
        lines=(BANNED, signal("2025-03-01 10:00", people=[HE])),
        levels=("HIGH",),
    ),
    Case(
        rule="R08",
        title="Een dag na vijf jaar niet meer",
        lines=(BANNED, signal("2025-03-02 10:00", people=[HE])),
        levels=(None,),
    ),
    Case(
        rule="R08",
        title="Op de dag van het huisverbod zelf nog niet",
        lines=(BANNED, signal("2020-03-01 22:00", people=[HE])),
        levels=(None,),
    ),
    Case(
        rule="R08",
        title="Een ander dan de uithuisgeplaatste telt niet",
        lines=(BANNED, signal("2021-03-01 10:00", people=[SHE])),
        levels=(None,),
    ),
    Case(
        rule="R08",
        title="Een huisverbod in een ander huishouden telt",
        lines=(
            done(
                "p1 kreeg elders een huisverbod",
                seen_elsewhere("2024-01-01", "e", "p1", order_id="order-9"),
            ),
            signal("2025-03-01 10:00", people=[HE]),
        ),
        levels=("HIGH",),
    ),
)

R09 = (
    Case(
        rule="R09",
        title="Elke overtreding telt, ook van een verbod waarvan de oplegging niet bekend is",
        lines=(
            done("huisverbod overtreden", order("2025-01-05 23:00", "v", "VIOLATED")),
            done("huisverbod verlengd", order("2025-01-08", "x", "EXTENDED")),
            done("huisverbod overtreden", order("2025-01-09", "w", "VIOLATED")),
        ),
        at_events=(("2025-01-05", "CRITICAL"), ("2025-01-09", "CRITICAL")),
    ),
    Case(rule="R09", title="Een opgelegd verbod alleen niet", lines=(BANNED,)),
)

R10 = (
    Case(
        rule="R10",
        title="Twee voorvallen met een kind",
        lines=(
            signal("2025-01-01 10:00", people=[CHILD]),
            signal("2026-01-01 10:00", people=[CHILD]),
        ),
        levels=(None, "ATTENTION"),
    ),
    Case(
        rule="R10",
        title="366 dagen uit elkaar niet meer",
        lines=(
            signal("2025-01-01 10:00", people=[CHILD]),
            signal("2026-01-02 10:00", people=[CHILD]),
        ),
        levels=(None, None),
    ),
    Case(
        rule="R10",
        title="Met een kind jonger dan twee in één ervan hoog",
        lines=(
            signal("2025-01-01 10:00", people=[BABY]),
            signal("2025-06-01 10:00", people=[CHILD]),
        ),
        levels=(None, "HIGH"),
    ),
    Case(
        rule="R10",
        title="Een voorval zonder kind doet niets",
        lines=(
            signal("2025-01-01 10:00", people=[CHILD]),
            signal("2025-02-01 10:00", people=[CHILD]),
            signal("2025-03-01 10:00", people=[SHE]),
        ),
        levels=(None, "ATTENTION", None),
    ),
    Case(
        rule="R10",
        title="Kinderen betrokken volgens het zaaksysteem telt",
        lines=(
            signal("2025-01-01 10:00", people=[CHILD]),
            done("melding, kinderen betrokken", registered("2025-02-01", "r", children=True)),
        ),
        levels=(None, "ATTENTION"),
    ),
)

R11 = (
    Case(
        rule="R11",
        title="Het latere van antwoord en verhuizing is de aanleiding",
        lines=(
            done("verhuisd", moved("2025-01-01", "m")),
            done("bekend bij een andere Veilig Thuis", answer("2025-02-01", "a")),
            done("verhuisd", moved("2025-03-01", "n")),
        ),
        at_events=(("2025-02-01", "HIGH"), ("2025-03-01", "HIGH")),
    ),
    Case(
        rule="R11",
        title="365 dagen uit elkaar telt, 366 niet",
        lines=(
            done("verhuisd", moved("2025-01-01", "m")),
            done("bekend bij de Raad", answer("2026-01-01", "a", by="CHILD_PROTECTION_BOARD")),
            done("verhuisd", moved("2027-01-02", "n")),
        ),
        at_events=(("2026-01-01", "HIGH"),),
    ),
    Case(
        rule="R11",
        title="Niet bekend, of alleen bekend bij de politie, telt niet",
        lines=(
            done("verhuisd", moved("2025-01-01", "m")),
            done("niet bekend", answer("2025-01-05", "a", known=False)),
            done("bekend bij de politie", answer("2025-01-06", "b", by="POLICE")),
        ),
    ),
)

R14 = (
    Case(
        rule="R14",
        title="Vermoedelijke pleger in een ander huishouden, tot vijf jaar terug",
        lines=(
            done("p1 elders pleger", seen_elsewhere("2020-03-01", "e", "p1")),
            signal("2025-03-01 10:00", people=[HE]),
            signal("2025-03-05 10:00", people=[HE]),
        ),
        levels=("HIGH", None),
    ),
    Case(
        rule="R14",
        title="Wat elders later gebeurt telt hier niet",
        lines=(
            signal("2025-03-01 10:00", people=[HE]),
            done("p1 elders pleger", seen_elsewhere("2025-03-02", "e", "p1")),
        ),
        levels=(None,),
    ),
    Case(
        rule="R14",
        title="Wie hier geen vermoedelijke pleger is telt niet",
        lines=(
            done("p2 elders pleger", seen_elsewhere("2025-01-01", "e", "p2")),
            signal("2025-03-01 10:00", people=[SHE]),
        ),
        levels=(None,),
    ),
)

FOUR = signals("2025-01-01", "2025-03-01", "2025-05-01", "2025-12-31")
DOMAINS = done(
    "beoordeeld: leefgebieden 01, 02, 03",
    assessed("2025-02-01", "v", domains=("01", "02", "03")),
)
R15 = (
    Case(
        rule="R15",
        title="Vier voorvallen, eerdere hulp en drie leefgebieden",
        lines=(*FOUR, SENT, DOMAINS),
        levels=(None, None, None, "ATTENTION"),
    ),
    Case(
        rule="R15",
        title="Drie organisaties in plaats van leefgebieden",
        lines=(
            *FOUR,
            SENT,
            done(
                "beoordeeld: twee organisaties",
                assessed("2025-02-01", "v", organisations=("1", "2")),
            ),
        ),
        levels=(None, None, None, "ATTENTION"),
    ),
    Case(
        rule="R15",
        title="Zonder eerdere overdracht of dienst niet",
        lines=(*FOUR, DOMAINS),
        levels=(None, None, None, None),
    ),
    Case(
        rule="R15",
        title="Een overdracht op de dag van het voorval zelf is geen eerdere hulp",
        lines=(*FOUR, done("overdracht", handover("2025-12-31", "s")), DOMAINS),
        levels=(None, None, None, None),
    ),
    Case(
        rule="R15",
        title="Met twee leefgebieden niet",
        lines=(
            *FOUR,
            SENT,
            done("beoordeeld: 01, 02", assessed("2025-02-01", "v", domains=("01", "02"))),
        ),
        levels=(None, None, None, None),
    ),
    Case(
        rule="R15",
        title="24 maanden en één dag na het eerste voorval zijn het er drie",
        lines=(
            *signals("2025-01-01", "2025-03-01", "2025-05-01", "2027-01-02"),
            SENT,
            done("beoordeeld", assessed("2026-02-01", "v", domains=("01", "02", "03"))),
        ),
        levels=(None, None, None, None),
    ),
    Case(
        rule="R15",
        title="Een lopende aanmelding bij MDA++ maakt het stil, een afgewezen niet",
        lines=(
            *FOUR,
            SENT,
            DOMAINS,
            done("aangemeld bij MDA++", mda("2025-06-01", "m", "PROPOSED")),
            *signals("2026-02-01"),
            done("afgewezen", mda("2026-03-01", "n", "DECLINED_BY_TEAM")),
            *signals("2026-03-01"),
        ),
        levels=(None, None, None, None, None, "ATTENTION"),
    ),
)

ELDER = ("ELDER_ABUSE",)
R17 = (
    Case(
        rule="R17",
        title="Twee verschillende melders, dag 365 telt mee",
        lines=(
            signal("2025-01-01 10:00", nature=ELDER),
            signal("2026-01-01 10:00", by="MEDICAL", nature=ELDER),
        ),
        levels=(None, "ATTENTION"),
    ),
    Case(
        rule="R17",
        title="366 dagen uit elkaar niet",
        lines=(
            signal("2025-01-01 10:00", nature=ELDER),
            signal("2026-01-02 10:00", by="MEDICAL", nature=ELDER),
        ),
        levels=(None, None),
    ),
    Case(
        rule="R17",
        title="Twee keer dezelfde organisatie en sector is één melder",
        lines=(
            signal("2025-01-01 10:00", nature=ELDER),
            signal("2025-02-01 10:00", forms=["FINANCIAL_EXPLOITATION"]),
        ),
        levels=(None, None),
    ),
    Case(
        rule="R17",
        title="Burgers tellen één keer per voorval",
        lines=(
            signal("2025-01-01 10:00", by="NON_PROFESSIONAL", nature=ELDER),
            signal("2025-01-02 10:00", by="NON_PROFESSIONAL", nature=ELDER),
            signal("2025-02-01 10:00", by="NON_PROFESSIONAL", nature=ELDER),
        ),
        levels=(None, "ATTENTION"),
    ),
    Case(
        rule="R17",
        title="Een voorval over iets anders doet niets",
        lines=(
            signal("2025-01-01 10:00", nature=ELDER),
            signal("2025-02-01 10:00", by="MEDICAL", nature=ELDER),
            signal("2025-03-01 10:00"),
        ),
        levels=(None, "ATTENTION", None),
    ),
)

PEOPLE = (*R08, *R09, *R10, *R11, *R14, *R15, *R17)
