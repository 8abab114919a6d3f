"""How often the rules speak in the simulated Drenthe, counted once after `radar demo --check`.

No test: the region is made up, and a change of it changes these numbers.  They are here to show
which rule would ask for more attention than a team can give.
"""

from __future__ import annotations

REPORTS = 7_264
# Findings, and those of them at level high or critical.
FINDINGS = {
    "R01": (638, 139),
    "R02": (956, 204),
    "R03": (308, 308),
    "R04": (79, 79),
    "R05": (795, 732),
    "R06": (641, 641),
    "R07": (689, 689),
    "R08": (99, 99),
    "R09": (11, 11),
    "R10": (1_251, 230),
    "R11": (1, 1),
    "R12": (1_918, 1_918),
    "R13": (19, 19),
    "R14": (97, 97),
    "R15": (216, 0),
    "R16": (685, 0),
    "R17": (3, 0),
    "R18": (28, 0),
}
HIGH_SHARE_MAX = 0.15
# Why a rule that is high on more reports than that is not a defect, if it is not.
EXPLAINED = {
    "R12": (
        "Dat is meer dan de grens van 15 %, en ligt aan de oefenregio: die legt bij 7.264 "
        "meldingen maar 224 contacten vast, en de helft van de beoordelingen komt na dag 15. De "
        "standaard volgt de definitie; stel hem pas bij op cijfers van echte contacten."
    ),
}
