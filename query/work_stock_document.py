"""The JSON twin of the work stock. Pure."""

from __future__ import annotations

from typing import Any, TypeAlias

from projections.statistics.s16_work_stock import OpenItem
from query.documents import paging_document, region_document
from query.regions import Region
from query.work_stock import KindStock, StockOfDay, WorkStock

Document: TypeAlias = dict[str, Any]


def work_stock_document(region: Region, stock: WorkStock) -> Document:
    """Return one page of the work stock; shares are in whole percents, null of nothing."""
    asked = stock.asked
    return {
        "regio": region_document(region),
        "op": asked.day.isoformat(),
        "bekendOp": asked.known_on.isoformat(),
        "gemeente": asked.municipality,
        "dienst": asked.kind,
        "diensten": [_kind_document(kind) for kind in stock.kinds],
        "bladeren": paging_document(stock.paging),
        "openstaand": [_item_document(item) for item in stock.items],
    }


def _kind_document(kind: KindStock) -> Document:
    return {
        "dienst": kind.kind,
        "naam": kind.words.word,
        "termijn": kind.words.term,
        "stand": _day_document(kind.now),
        "eersteVanDeMaand": [_day_document(month) for month in kind.months],
    }


def _day_document(stock: StockOfDay) -> Document:
    return {
        "dag": stock.day.isoformat(),
        "open": stock.open,
        "wachtend": stock.waiting,
        "opgepakt": stock.picked_up,
        "overWettelijkeDatum": stock.overdue,
        "aandeelOverDatum": None if stock.overdue_share is None else int(stock.overdue_share),
        "vorigeMaand": {
            "afgerond": stock.completed,
            "opTijd": stock.in_time,
            "aandeelOpTijd": None if stock.in_time_share is None else int(stock.in_time_share),
        },
    }


def _item_document(item: OpenItem) -> Document:
    return {
        "dienst": item.kind,
        "kenmerk": item.reference,
        "gemeente": item.municipality,
        "sinds": item.since.isoformat(),
        "stand": item.status,
        "wettelijkeDatum": None if item.due_on is None else item.due_on.isoformat(),
        "overDatum": item.is_overdue,
    }
