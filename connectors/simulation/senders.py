"""Under which names the pretend region's partners speak: those of the demonstration's partners."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from connectors.partners import DEMO_PARTNERS

_PARTNERS = {partner.id: partner for partner in DEMO_PARTNERS}


def _source(partner: str, system: str) -> str:
    """Return the URN of a partner's system; raises StopIteration when it has none such."""
    return next(each for each in _PARTNERS[partner].sources if each.endswith(f":{system}"))


POLICE = _source("politie", "bvh")
CASE_SYSTEM = _source("zaaksysteem", "zaaksysteem")
ADVICE_DESK = _source("advies", "advies")
LOCAL_TEAM = _source("lokaal-team", "lokaal-team")
MDA_OFFICE = _source("mda", "mda")
CORV = _source("corv", "corv")
MUNICIPALITY = _source("gemeente", "huisverbod")
POPULATION_REGISTER = _source("brp", "brp")
_CARE = _source("melders", "zorg")
_CITIZENS = _source("melders", "meldpunt")
REPORTERS: Mapping[str, str] = MappingProxyType(
    {
        "JUSTICE_AND_SAFETY": _CITIZENS,
        "MEDICAL": _CARE,
        "NON_PROFESSIONAL": _CITIZENS,
        "SOCIAL_AND_PSYCHOLOGICAL": _CARE,
        "EDUCATION": _source("melders", "school"),
        "OTHER_PROFESSIONAL": _CITIZENS,
        "CHILDCARE": _source("melders", "kinderopvang"),
        "PARAMEDICAL": _CARE,
        "UNKNOWN": _CITIZENS,
    }
)
OIN_OF_TEAM = LOCAL_TEAM.split(":")[3]
OIN_OF_BOARD = CORV.split(":")[3]
