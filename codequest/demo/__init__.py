"""The whole of codequest on code that every Python has: its own standard library."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codequest.lazy import lazy_names

if TYPE_CHECKING:
    from codequest.demo.corpus import StandardLibrary as StandardLibrary
    from codequest.demo.corpus import standard_library as standard_library
    from codequest.demo.puma import PUMA_QUERIES as PUMA_QUERIES
    from codequest.demo.puma import index_library as index_library
    from codequest.demo.tour import DEMO_QUERIES as DEMO_QUERIES
    from codequest.demo.tour import DemoResult as DemoResult
    from codequest.demo.tour import run_demo as run_demo

_HOMES = {
    "DEMO_QUERIES": "codequest.demo.tour",
    "DemoResult": "codequest.demo.tour",
    "PUMA_QUERIES": "codequest.demo.puma",
    "StandardLibrary": "codequest.demo.corpus",
    "index_library": "codequest.demo.puma",
    "run_demo": "codequest.demo.tour",
    "standard_library": "codequest.demo.corpus",
}

__all__ = [
    "DEMO_QUERIES",
    "PUMA_QUERIES",
    "DemoResult",
    "StandardLibrary",
    "index_library",
    "run_demo",
    "standard_library",
]

__getattr__ = lazy_names(__name__, _HOMES)  # `codequest --help` imports neither numpy nor torch
