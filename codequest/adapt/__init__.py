"""One command from a teacher to an adapter: what it is trained on, a plan that fits into minutes, and its result."""

from codequest.adapt.material import Material, gather
from codequest.adapt.measuring import Outcome
from codequest.adapt.plan import LEAST_QUERIES, Plan, Speeds, make_plan
from codequest.adapt.request import Request
from codequest.adapt.run import Run, adapt

__all__ = ["LEAST_QUERIES", "Material", "Outcome", "Plan", "Request", "Run", "Speeds", "adapt", "gather", "make_plan"]
