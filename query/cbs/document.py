"""A delivery as files and as the document of its self-check; the same facts give the same bytes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, TypeAlias

from query.cbs.checking import Problem
from query.cbs.delivery import DeliveredSet, Delivery, Total
from query.cbs.records import lines

Document: TypeAlias = dict[str, Any]


def file_name(delivery: Delivery, part: str) -> str:
    """Return the name of one file of the delivery."""
    asked = delivery.asked
    return f"cbs-{asked.region}-{asked.half_year}-{part}"


def record_files(delivery: Delivery) -> Mapping[str, bytes]:
    """Return the file of each set by its name."""
    return {
        file_name(delivery, f"{each.record_set.name}.txt"): lines(each.records, each.record_set)
        for each in delivery.sets
    }


def check_name(delivery: Delivery) -> str:
    """Return the name of the self-check's file, which is written last."""
    return file_name(delivery, "check.json")


def check_file(delivery: Delivery) -> bytes:
    """Return the self-check as a file."""
    text = json.dumps(check_document(delivery), ensure_ascii=False, indent=2)
    return (text + "\n").encode()


def check_document(delivery: Delivery) -> Document:
    """Return the self-check: totals, problems, and the digest of each file."""
    asked = delivery.asked
    files = record_files(delivery)
    return {
        "format": 1,
        "layout": delivery.layout.name,
        "region": asked.region,
        "organisation": asked.organisation,
        "half_year": str(asked.half_year),
        "from": asked.half_year.first.isoformat(),
        "to": asked.half_year.last.isoformat(),
        "known_on": asked.known_on.isoformat(),
        "parked": delivery.parked,
        "fit": delivery.is_fit,
        "sets": [
            _set_document(each, name, text)
            for each, (name, text) in zip(delivery.sets, files.items(), strict=True)
        ],
    }


def _set_document(delivered: DeliveredSet, name: str, text: bytes) -> Document:
    return {
        "name": delivered.record_set.name,
        "title": delivered.record_set.title,
        "file": name,
        "sha256": hashlib.sha256(text).hexdigest(),
        "records": len(delivered.records),
        "fit": delivered.is_fit,
        "total": _total_document(delivered.total),
        "problems": [_problem_document(each) for each in delivered.problems],
    }


def _total_document(total: Total) -> Document:
    return {
        "statistic": total.statistic,
        "reported": total.reported,
        "steps": [{"why": step.why, "count": step.count} for step in total.steps],
        "records": total.records,
        "explained": total.is_explained,
    }


def _problem_document(problem: Problem) -> Document:
    return {
        "field": problem.field,
        "problem": problem.problem,
        "refused": problem.is_refused,
        "records": problem.records,
        "examples": list(problem.examples),
    }
