"""The whole of codequest on code that every Python has: its own standard library."""

from codequest.demo.corpus import StandardLibrary, standard_library
from codequest.demo.puma import PUMA_QUERIES, index_library
from codequest.demo.tour import DEMO_QUERIES, DemoResult, run_demo

__all__ = [
    "DEMO_QUERIES",
    "PUMA_QUERIES",
    "DemoResult",
    "StandardLibrary",
    "index_library",
    "run_demo",
    "standard_library",
]
