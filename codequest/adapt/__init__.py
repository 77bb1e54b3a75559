"""One command from a teacher to an adapter: what it is trained on, a plan that fits into minutes, and its result."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codequest.lazy import lazy_names

if TYPE_CHECKING:
    from codequest.adapt.material import Material as Material
    from codequest.adapt.material import gather as gather
    from codequest.adapt.measuring import Outcome as Outcome
    from codequest.adapt.plan import LEAST_QUERIES as LEAST_QUERIES
    from codequest.adapt.plan import Plan as Plan
    from codequest.adapt.plan import Speeds as Speeds
    from codequest.adapt.plan import make_plan as make_plan
    from codequest.adapt.request import Request as Request
    from codequest.adapt.run import Run as Run
    from codequest.adapt.run import adapt as adapt

_HOMES = {
    "LEAST_QUERIES": "codequest.adapt.plan",
    "Material": "codequest.adapt.material",
    "Outcome": "codequest.adapt.measuring",
    "Plan": "codequest.adapt.plan",
    "Request": "codequest.adapt.request",
    "Run": "codequest.adapt.run",
    "Speeds": "codequest.adapt.plan",
    "adapt": "codequest.adapt.run",
    "gather": "codequest.adapt.material",
    "make_plan": "codequest.adapt.plan",
}

__all__ = ["LEAST_QUERIES", "Material", "Outcome", "Plan", "Request", "Run", "Speeds", "adapt", "gather", "make_plan"]

__getattr__ = lazy_names(__name__, _HOMES)  # a request needs no torch
