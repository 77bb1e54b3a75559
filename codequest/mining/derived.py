"""Derived queries with the place they come from."""

from __future__ import annotations

from dataclasses import dataclass

ORIGINS = {
    "given": "queries of files and hub datasets",
    "docs": "first sentences of doc comments",
    "comments": "sentences in other comments",
    "names": "names of functions and classes, split into words",
    "tests": "names and titles of tests",
    "errors": "messages of errors that the code raises",
    "headings": "headings of Markdown and reStructuredText",
    "commits": "subjects of commits",
    "identifiers": "names of functions and classes as they are; only with a weight",
}
"""Every origin of a query that is looked for, and what comes from there."""


@dataclass(frozen=True, slots=True)
class DerivedQuery:
    """A query.

    Attributes:
        text: The query.
        origin: One of `ORIGINS`.
        source: Where it is from: ``"path:line"``, ``"commit <hash>"`` or the name of a dataset.
    """

    text: str
    origin: str
    source: str
