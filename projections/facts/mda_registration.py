"""MDA++ registrations and their statuses (S27)."""

from __future__ import annotations

from projections.facts.fact_type import FactType, fields

_COLUMNS = ("mda_id", "status", "status_on", "municipality", "life_domains")

MDA_REGISTRATION = FactType(
    table="fact_mda_registration",
    record_name="MdaRegistrationChanged",
    columns=_COLUMNS,
    values=fields(*_COLUMNS),
)
