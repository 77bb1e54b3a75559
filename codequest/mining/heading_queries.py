"""Queries in Markdown and reStructuredText: headings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from codequest.code.headings import headings
from codequest.code.identifiers import content_words
from codequest.mining.derived import DerivedQuery
from codequest.mining.documentation import without_markup

SUFFIXES = (".md", ".markdown", ".mdx", ".rst")

_NO_DOCUMENT = re.compile(
    r"^(?:change(?:s|log)|history|news|releases?|licen[sc]e|code[_-]of[_-]conduct|authors|security"
    r"|(?:\w*issue|pull_request)_template)",
    re.IGNORECASE,
)
# fmt: off
_SAYS_NOTHING = frozenset((
    "about", "advanced", "api", "appendix", "arguments", "attributes", "background", "basic", "basics", "bugs",
    "building", "caveats", "changelog", "changes", "checklist", "classes", "common", "compatibility", "conclusion",
    "configuration", "contents", "contributing", "contributors", "credits", "custom", "default", "dependencies",
    "deprecated", "description", "details", "development", "documentation", "example", "examples", "faq", "features",
    "fixed", "fixes", "functions", "general", "getting", "guide", "help", "how", "import", "installation",
    "installing", "intro", "introduction", "issues", "known", "license", "links", "methods", "misc", "miscellaneous",
    "more", "next", "notes", "note", "options", "other", "output", "overview", "parameters", "prerequisites",
    "problem", "properties", "quick", "quickstart", "readme", "reference", "references", "related", "requirements",
    "resources", "result", "results", "return", "returns", "roadmap", "see", "setup", "simple", "solution", "start",
    "started", "status", "step", "steps", "summary", "support", "syntax", "table", "test", "testing", "tests", "tips",
    "tldr", "todo", "tutorial", "types", "usage", "using", "values", "version", "warning", "welcome", "what",
))
# fmt: on
# fmt: off
_NEVER = frozenset((
    "", "authors", "arguments", "changelog", "contents", "contributors", "credits", "documentation", "example",
    "examples", "license", "licence", "readme", "references", "returns", "see also", "since", "table of contents",
    "todo", "toc",
))
# fmt: on
_NUMBER = re.compile(r"^(?:(?:step|chapter|section|part|appendix)\s+)?(?:\d+(?:\.\d+)*[.):]?|[a-zA-Z][.)])\s+", re.I)
_VERSION = re.compile(r"^\W*v?\d+\.\d+|^\W*\d{4}-\d\d|^unreleased", re.I)
_OTHER = re.compile(r"[^\w\s'\"()/.,:+#&*@?!%=<>\[\]-]")
_MOST_WORDS = 20


def heading_queries(text: str, path: Path) -> Iterator[DerivedQuery]:
    """The headings of a document; one that says nothing alone comes after the heading that it is under."""
    if _NO_DOCUMENT.match(path.name):
        return
    above: dict[int, str] = {}
    for found in headings(text.split("\n"), markdown=path.suffix.lower() != ".rst"):
        line, level, heading = found.line, found.level, _plain(found.text)
        above = {depth: parent for depth, parent in above.items() if depth < level}
        parent = above[max(above)] if above else ""
        above[level] = heading if _tells(heading) or not parent else f"{parent} {heading}"
        query = heading if _tells(heading) else f"{parent} {_inside(heading)}" if parent else ""
        if heading.lower() in _NEVER or _VERSION.match(heading):
            continue
        if 2 <= len(query.split()) <= _MOST_WORDS:
            yield DerivedQuery(query, "headings", f"{path.as_posix()}:{line}")


def _plain(heading: str) -> str:
    text = without_markup(re.sub(r"\{[#.%][^}]*\}|:\w+:(?!`)|`", "", heading))
    return _NUMBER.sub("", " ".join(_OTHER.sub(" ", text).split())).strip(" :.-#*")


def _inside(heading: str) -> str:
    """A heading as it is written inside a sentence."""
    return heading if heading[1:2].isupper() else heading[:1].lower() + heading[1:]


def _tells(heading: str) -> bool:
    """Tell whether a heading says something on its own: two words, one of them of its own."""
    words = {word for word in content_words(heading) if not word.isdigit()}
    return len(heading.split()) > 1 and bool(words - _SAYS_NOTHING) and not _VERSION.match(heading)
