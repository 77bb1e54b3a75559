"""Where a chunk is: what its path says of it, and whether that is what was asked for."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache
from pathlib import PurePosixPath

from codequest.code.identifiers import split_name
from codequest.search.store.words import stemmed

_TEST_PATH = re.compile(
    r"(?:^|/)(?:(?:unit|integration|functional|acceptance|e2e|ui|api|smoke)?[_-]?(?:tests?|specs?)|unittests?|__tests__|__mocks__"
    r"|testdata|test[_-]?(?:utils?|helpers?|support)|fixtures|e2e|cypress|playwright|tests?[_-](?:unit|integration|e2e)|test-d"
    r"|[\w.]+\.(?:\w+)?Tests?)/"
    r"|(?:^|/)(?:test_[^/]*|tests?|conftest|unittest_[^/]*|(?:spec|test)_helper)\.\w+$"
    r"|[._-](?:test|spec|cy|unittest)s?(?:-d)?\.\w+$|(?:^|/)(?:jest|vitest)\.(?:setup|config)\.\w+$|\.(?:feature|bats)$|(?:^|/)t/[^/]+\.t$",
    re.IGNORECASE,
)
_TEST_NAME = re.compile(
    r"[a-z0-9](?:Tests?|TestCase|TestSuite|Spec|IT)\.(?:java|kt|kts|cs|fs|vb|swift|scala|php|groovy|dart|m|mm)$"
    r"|(?:^|/)Test[A-Z]\w*\.(?:java|kt|groovy)$"  # TestCart.java
    r"|(?:^|/)(?:[A-Z]\w*[a-z0-9](?:UI)?Tests?|\w+[a-z]Test|test[A-Z]\w*)/"  # ShopTests/, androidTest/
)
_TEST_SCOPE = re.compile(r"tests?\.")  # of Rust, whose tests stand in the file that they test
_SECONDARY = re.compile(
    r"(?:^|/)(?:docs?|documentation|examples?|samples?|demos?|benchmarks?|bench(?:es)?|mocks?|fakes?|stubs?|typings|legacy|compat"
    r"|deprecated|playgrounds?|sandbox|tutorials?|cookbook|quickstarts?|stories|storybook|[\w.]+\.(?:Benchmarks?|Samples?|Examples?))/"
    r"|(?:^|/)(?:changelog|changes|history|news|contributing)(?:\.\w+)?$"
    r"|[._-](?:bench(?:mark)?s?|mocks?|fakes?|stubs?|stor(?:y|ies)|examples?)\.\w+$"
    r"|(?:^|/)(?:(?:bench(?:mark)?|mock|fake)s?_[^/]*|demo|benchmarks?)\.\w+$"
    r"|\.(?:pyi|d\.[cm]?ts|md|mdx|markdown|rst|adoc|txt|json|ya?ml|toml|lock|cfg|ini)$",
    re.IGNORECASE,
)
_SECONDARY_NAME = re.compile(
    r"(?:^|/)(?:Mock|Fake|Stub)[A-Z]\w*\.\w+$|[a-z0-9](?:Benchmarks?|Mock|Fake|Stub)\.(?:java|kt|kts|cs|swift|scala|php|dart)$"
)
_VERSION = re.compile(r"v([1-9]\d{0,2})")
_FOLDER = 0.5  # what a word in the name of a folder counts, one in the name of the file counts 1


@lru_cache(maxsize=65_536)
def is_test(path: str) -> bool:
    """Tell whether a file holds tests, by its path."""
    return _TEST_PATH.search(path) is not None or _TEST_NAME.search(path) is not None


def is_test_scope(symbol: str) -> bool:
    """Tell whether a definition is inside of tests that stand in the file that they test, by its name."""
    return _TEST_SCOPE.match(symbol) is not None


def is_in_tests(path: str, symbol: str) -> bool:
    """Tell whether a definition is in a test, by the path of its file and its name."""
    return is_test(path) or is_test_scope(symbol)


@lru_cache(maxsize=65_536)
def is_secondary(path: str) -> bool:
    """Tell whether a file speaks of the code rather than being it: documents, examples, benchmarks, stubs, settings."""
    return _SECONDARY.search(path) is not None or _SECONDARY_NAME.search(path) is not None


def older_versions(paths: Iterable[str]) -> tuple[str, ...]:
    """The folders, each with a slash at its end, that hold a version next to a newer one: ``v3/`` next to ``v4/``.

    Args:
        paths: The files of a tree, with forward slashes.
    """
    versions: dict[str, dict[int, str]] = defaultdict(dict)
    for folder in {path.rpartition("/")[0] for path in paths}:
        parts = folder.split("/")
        for place, part in enumerate(parts):
            version = _VERSION.fullmatch(part)
            if version:
                versions["/".join(parts[:place])][int(version[1])] = "/".join((*parts[: place + 1], ""))
    return tuple(sorted(folder for of in versions.values() for number, folder in of.items() if number < max(of)))


def match_path(path: str, asked: frozenset[str]) -> tuple[float, float]:
    """How much of a query a path names, and how much of the file's name the query has: each between 0 and 1.

    Args:
        path: With forward slashes.
        asked: The stems of the query.
    """
    name, folders = _path_stems(path)
    if not name or (asked.isdisjoint(name) and asked.isdisjoint(folders)):
        return 0.0, 0.0
    in_name, in_folders = len(asked & name), len((asked - name) & folders)
    return (in_name + _FOLDER * in_folders) / len(asked), in_name / len(name)


def ends_path(path: str, asked: str) -> bool:
    """Tell whether a path is the one that was asked for, or ends with it."""
    return path == asked or path.endswith(f"/{asked}")


@lru_cache(maxsize=65_536)
def _path_stems(path: str) -> tuple[frozenset[str], frozenset[str]]:
    file = PurePosixPath(path)
    stem, _, suffixes = file.name.lstrip(".").partition(".")
    stem_words, folder_words = split_name(stem), split_name(" ".join((*file.parts[:-1], suffixes)))
    return frozenset(stemmed(" ".join(stem_words))), frozenset(stemmed(" ".join(folder_words)))
