"""The definitions of an index by their names."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any, Literal, NamedTuple

from codequest.code.identifiers import split_name
from codequest.search.chunking.declared_runs import BETWEEN_NAMES
from codequest.search.store.names import DEFINITIONS, defined_names, name_key, own_name

_AFTER_OTHERS = re.compile(r"[\w$@~]+(?:(?:::|->|[.#\\/])[\w$@~]+)+[?!]?(?:\(\))?")
_MOST_WORDS = 6  # of a name that is written as several words


class Match(NamedTuple):
    """A chunk of a definition whose name was asked for.

    Attributes:
        position: Its position in the index.
        is_qualified: Whether more than its own name was asked for.
        is_spelled: Whether the name is spelled as it was asked for, in case and underscores.
        is_head: Whether the chunk is the first in its file of a definition of its name.
        is_whole: Whether the name, qualified as it is there, is letter by letter the one that was asked for.
    """

    position: int
    is_qualified: bool
    is_spelled: bool
    is_head: bool
    is_whole: bool


class _Placed(NamedTuple):
    """A chunk with a name, the name as it is qualified there, and where that is by what was asked for around it."""

    position: int
    name: str
    place: Literal["here", "inside", "elsewhere"]
    is_head: bool


class Definitions:
    """The definitions of an index by their own names.

    Args:
        columns: Path, kind, symbol and lines of every chunk.
        named: Gives the positions of the chunks that have a name of a key: see `codequest.search.store.names`.
    """

    def __init__(self, columns: Mapping[str, Sequence[Any]], named: Callable[[str], Sequence[int]]) -> None:
        self._columns, self._named = columns, named

    def find(self, name: str) -> list[Match]:
        r"""The chunks of definitions with a name: ``load_entry``, ``load entry``, ``Cache.loadEntry()``.

        A name after others, such as ``shop.cart.Cart.add`` or ``Shop\Util\helper``, is qualified where these are
        around it or in its path, in their order; where they are nowhere, everything of its own name is found.
        """
        words = tuple(word.lower() for word in split_name(name))
        spelled, whole = own_name(name), name.strip().strip("`").removesuffix("()")
        found = [
            *self._with_words(
                words, own=len(split_name(spelled)), after_others=_AFTER_OTHERS.fullmatch(name.strip()) is not None
            )
        ]
        known = [each for each in found if each.place != "elsewhere"] or found
        return sorted(
            {
                Match(
                    each.position,
                    is_qualified=each.place == "inside",
                    is_spelled=spelled == own_name(each.name),
                    is_head=each.is_head,
                    is_whole=whole == each.name,
                )
                for each in known
            }
        )

    def _with_words(self, words: tuple[str, ...], *, own: int, after_others: bool) -> Iterator[_Placed]:
        for count in sorted({*range(1, min(len(words), _MOST_WORDS) + 1), own} - {0}):
            named = self._of_key("".join(words[-count:]))
            heads = cache(lambda named=named: self._heads([position for position, _ in named]))
            for position, name in named:
                last, whole = name_words(name)
                if words == last:
                    yield _Placed(position, name, "here", position in heads())
                elif len(words) > len(last) and words == whole[-len(words) :]:
                    yield _Placed(position, name, "inside", position in heads())
                elif after_others and len(words) > len(last) and words[-len(last) :] == last:
                    around = iter((*_path_words(self._columns["path"][position]), *whole[: -len(last)]))
                    inside = all(word in around for word in words[: -len(last)])  # in their order
                    yield _Placed(position, name, "inside" if inside else "elsewhere", position in heads())

    def _of_key(self, key: str) -> list[tuple[int, str]]:
        """The positions of chunks with a name of a key, and the name as it is qualified there."""
        kinds, symbols = self._columns["kind"], self._columns["symbol"]
        return [
            (position, name)
            for position in self._named(key)
            for name in defined_names(kinds[position], symbols[position])
            if name_key(name) == key
        ]

    def _heads(self, positions: Sequence[int]) -> set[int]:
        """Those that begin a definition: the first in each file of each qualified name.

        A window declares: it is the beginning only where nothing defines what it declares.
        """
        paths, kinds, symbols, starts = (self._columns[name] for name in ("path", "kind", "symbol", "start_line"))
        first: dict[tuple[str, str], int] = {}
        defining = [position for position in positions if kinds[position] in DEFINITIONS] or positions
        for position in sorted(defining, key=starts.__getitem__):
            first.setdefault((paths[position], symbols[position]), position)
        return {*first.values()}


@lru_cache(maxsize=65_536)
def name_words(symbol: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The words of a definition's own name, or of all names that are declared, and of qualified ones; in lower case."""
    named = " ".join(own_name(name) for name in symbol.split(BETWEEN_NAMES))
    own, whole = (tuple(word.lower() for word in split_name(text)) for text in (named, symbol))
    return own, whole


@lru_cache(maxsize=65_536)
def _path_words(path: str) -> tuple[str, ...]:
    return tuple(word.lower() for word in split_name(path.rpartition(".")[0] or path))
