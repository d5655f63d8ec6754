"""Plans of statements: which operators they have, and which of those look at all there is."""

from __future__ import annotations

from typing import Any

SCANS = ("AllNodesScan", "NodeByLabelScan", "AllRelationshipsScan", "RelationshipTypeScan")


def operators(plan: dict[str, Any]) -> list[str]:
    """The names of all operators of a plan."""
    return [
        plan["operatorType"].partition("@")[0],
        *(name for child in plan.get("children", []) for name in operators(child)),
    ]
