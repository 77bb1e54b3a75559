"""What is added to a chunk for its name, its path and its file, or taken from it for what it is."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from codequest.search.signals.asked import AskedQuery
from codequest.search.signals.definitions import Match, name_words
from codequest.search.signals.literal import literal_share
from codequest.search.signals.places import ends_path, is_in_tests, is_secondary, is_test_scope, match_path
from codequest.search.snapshot import Snapshot
from codequest.search.vectors.query_cosines import Positions
from codequest.space import Vectors

_NAMED = 0.08  # for a definition whose name has all words of the query and no others
_PATH = 0.4  # for a file whose path has all words of the query
_FILE_NAME = 0.4  # for one whose name has no other words
_FILE = 0.3  # for the file whose chunks have most words of the query
_DEFINED = 6.0  # for a definition whose name is the query: it stands before chunks that only resemble it
_MENTIONED = 0.5  # for a definition that a longer query names
_DEEPEST = 5  # folders and suffixes that count: of two definitions the one of the plainer path comes first
_AS_FILE = 10.0  # for the beginning of the file whose path is the query
_TEST = _SECONDARY = 0.5  # factor of a chunk in a test; of one in documents, examples and the like
_LITERAL = 0.5  # for a chunk that has all words of a message in their order
_OLDER = 0.65  # factor of a chunk in the folder of an older version


def evidence(snapshot: Snapshot, asked: AskedQuery, positions: Positions, of_file: Mapping[str, float]) -> Vectors:
    """What the names of the chunks, their paths and the other chunks of their files add; nothing for lines of code.

    Args:
        snapshot: Where the chunks are.
        asked: The query.
        positions: Those of the chunks.
        of_file: See `codequest.search.signals.spread.file_evidence`.
    """
    if asked.kind == "code":
        return np.zeros(len(positions), np.float32)
    symbols, paths = snapshot.columns["symbol"], snapshot.columns["path"]
    of_path: dict[str, float] = {}
    added = []
    for position in positions.tolist():
        path = paths[position]
        if path not in of_path:
            asked_for, told = match_path(path, asked.stems)
            named = _PATH * asked_for + _FILE_NAME * told * min(1.0, 2 * asked_for)
            of_path[path] = named + _FILE * of_file.get(path, 0.0)
        added.append(of_path[path] + _NAMED * _named(symbols[position], asked))
    return np.array(added, np.float32)


def _named(symbol: str, asked: AskedQuery) -> float:
    """How much of the words of a name and of a query both have, between 0 and 1."""
    name = name_words(symbol)[0] if symbol else ()
    if asked.content.isdisjoint(name):
        return 0.0
    return len(asked.content.intersection(name)) / len(asked.content.union(name))


def lift_literal(snapshot: Snapshot, asked: AskedQuery, positions: Positions, scores: Vectors) -> None:
    """Lift the chunks that have a message, an option or lines word by word.

    Args:
        snapshot: Where the chunks are.
        asked: The query.
        positions: Those of chunks that share words with it.
        scores: Theirs, changed in place.
    """
    if asked.literal and len(positions):
        texts = snapshot.texts(positions.tolist())
        scores += np.array([_LITERAL * literal_share(asked.literal, text) for text in texts], np.float32)


def lift(snapshot: Snapshot, asked: AskedQuery, positions: Positions, scores: Vectors, exact: dict[int, Match]) -> None:
    """Put what is asked for by its name or path first, and tests and what only speaks of the code last."""
    symbols, paths, kinds = (snapshot.columns[name] for name in ("symbol", "path", "kind"))
    mentioned = {match.position: match for name in asked.names for match in snapshot.definitions.find(name)}
    factors, weights = [], dict[tuple[str, bool], float]()
    older = tuple(folder for folder in snapshot.older_versions if folder.split("/")[-2] not in asked.text.lower())
    for place, position in enumerate(positions.tolist()):
        path, symbol = paths[position], symbols[position]
        if position in exact:
            scores[place] += _DEFINED * _closeness(exact[position], kinds[position], path, asked)
        elif position in mentioned:
            scores[place] += _MENTIONED * _closeness(mentioned[position], kinds[position], path, asked)
        of_path = path, is_test_scope(symbol)
        if of_path not in weights:
            age = _OLDER if path.startswith(older) else 1.0
            weights[of_path] = age * weight(path, symbol, tests=asked.is_of_tests)
        factors.append(weights[of_path])
    scores *= np.array(factors, np.float32)
    for path in asked.paths:
        _lift_file(
            snapshot,
            path,
            positions,
            scores,
            whole=path == asked.text.strip().removeprefix("./").strip("/").rstrip("."),
        )


def weight(path: str, symbol: str, *, tests: bool) -> float:
    """What a chunk counts for being code, or a test, or something that only speaks of code.

    Args:
        path: Its file.
        symbol: Its name.
        tests: Whether tests were asked for.
    """
    if not tests and is_in_tests(path, symbol):
        return _TEST
    return _SECONDARY if is_secondary(path) else 1.0


def _closeness(match: Match, kind: str, path: str, asked: AskedQuery) -> float:
    """How much a definition is the one that was asked for, between 0.25 and 1.2."""
    told, depth = match_path(path, asked.stems)[1], min(path.count("/") + path.count("."), _DEEPEST)
    close = 0.2 * (match.is_spelled + match.is_head + match.is_whole) + 0.1 * match.is_qualified
    return 0.35 + close + 0.05 * (kind == "class") + 0.1 * told - 0.02 * depth


def _lift_file(snapshot: Snapshot, path: str, positions: Positions, scores: Vectors, *, whole: bool) -> None:
    """Put the chunks of files whose path is in the query first; where it is the whole query, their beginnings.

    Of several files of one name the one in the fewest folders comes first.
    """
    paths, starts = snapshot.columns["path"], snapshot.columns["start_line"]
    begun = set()
    for place, position in sorted(enumerate(positions.tolist()), key=lambda each: starts[each[1]]):
        file = paths[position]
        if ends_path(file, path) and not (whole and file in begun):
            begun.add(file)
            scores[place] += _AS_FILE - min(file.count("/"), _DEEPEST) if whole else _MENTIONED


def of_paths(snapshot: Snapshot, asked: AskedQuery) -> list[int]:
    """The chunks of the files whose paths are in a query."""
    wanted = asked.paths
    if not wanted:
        return []
    named = {(end, path) for end in wanted for path in snapshot.files_named(end.rpartition("/")[2])}
    return snapshot.in_files({path for end, path in named if ends_path(path, end)})
