"""Queries in a repository's history: subjects of commits."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from codequest.code import commits
from codequest.code.identifiers import content_words
from codequest.mining.derived import DerivedQuery
from codequest.mining.descriptions import is_description
from codequest.mining.documentation import first_sentence

_MOST_COMMITS = 50_000
_PREFIX = re.compile(r"^(?:\[[^\]]{1,30}\]\s*|:\w+:\s*|[^\w\s`'\"(]+\s*|[\w./,*-]+(?:\([^)]*\)!?:\s*|!?:\s+))+")
_REFERENCE = re.compile(
    r"\s*\(?\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?|refs?|see|gh|issue|pr)?:?\s*(?:#|gh-)\d+\)?|\(?#\d+\)?"
    r"|\[(?:skip|ci)[^\]]*\]",
    re.I,
)
_NO_SUBJECT = re.compile(
    r"""^(?:
        merge|revert|reapply|bump|release|releasing|prepare|version|v?\d+\.\d|wip\b|initial\ commit|amend|squash!
        | fixup!|upgrade|update\ (?:dependenc|\S+\ (?:to|from)\ v?\d|history|version|copyright|submodule|lock)
        | cherry.?pick|back\ ?port|automatic(?:ally)?|automated|auto-|sync\b|back\ to
        | start\ (?:of\ )?(?:v?\d|next|new\ dev)|set\ version|clean
        | chore\((?:deps|release|main)|chore:?\ (?:release|bump|update)|ci\b|address|apply\ suggestions
        | (?:code\ )?review | add(?:ed)?\ (?:release\ note|news)|tweak|oops|minor
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_ABOUT_TEXT = re.compile(
    r"\b(?:typos?|spelling|grammar|wording|whitespace|indentation|lint(?:er|ing)?|readme|changelog|license|badge)\b",
    re.I,
)
# fmt: off
_NOISE = frozenset((
    "add", "added", "adds", "fix", "fixed", "fixes", "update", "updated", "updates", "remove", "removed", "test",
    "tests", "testing", "docs", "doc", "documentation", "readme", "changelog", "typo", "typos", "lint", "ci", "build",
    "version", "release", "cleanup", "refactor", "style", "comment", "comments", "minor", "small", "stuff", "things",
    "code", "files", "file", "some", "tweak", "improve", "improved", "move", "rename", "warning", "warnings", "error",
    "errors", "bug",
))
# fmt: on


def commit_queries(folder: Path) -> Iterator[DerivedQuery]:
    """The subjects of the commits that touched a folder, newest first; nothing outside a git repository."""
    for commit, author, subject in commits(folder, most=_MOST_COMMITS):
        query = "" if author.lower().endswith(("[bot]", "-bot", " bot")) else subject_query(subject)
        if query:
            yield DerivedQuery(query, "commits", f"commit {commit}")


def subject_query(subject: str) -> str:
    """Query in a commit's subject, without prefixes and issue numbers; empty where it says nothing."""
    if _NO_SUBJECT.match(subject):
        return ""
    text = _REFERENCE.sub("", _PREFIX.sub("", " ".join(subject.split()))).strip(" .:;-")
    text = first_sentence(text)
    if (
        _NO_SUBJECT.match(text)
        or _ABOUT_TEXT.search(text)
        or len(content_words(text) - _NOISE) < 2
        or not is_description(text)
    ):
        return ""
    return text
