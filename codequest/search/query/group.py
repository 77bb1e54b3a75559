"""IndexGroup: one index, or several that are searched and described as one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from codequest.errors import InvalidInputError
from codequest.search.hits import SearchFilters, SearchHit
from codequest.search.meta import IndexStats
from codequest.search.query.facets import Facets
from codequest.search.query.together import search_together, unmatched_together
from codequest.space import EmbeddingSpace

if TYPE_CHECKING:
    from codequest.search.index import CodeIndex
    from codequest.search.teaching.teacher_run import TeacherRun


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupStats:
    """Contents of several indexes.

    Attributes:
        files: Number of files.
        chunks: Number of chunks.
        languages: Number of files by language, most first.
        kinds: Number of chunks by kind, most first.
        spaces: Spaces of their teachers, each once.
        taught: Number of chunks that their teachers have embedded.
        updated: When the last run of any ended, ISO 8601 in UTC.
    """

    files: int
    chunks: int
    languages: Mapping[str, int]
    kinds: Mapping[str, int]
    spaces: Sequence[EmbeddingSpace]
    taught: int
    updated: str


class IndexGroup:
    """Indexes that are searched as one.

    Args:
        indexes: At least one; of one folder the first is taken.

    Attributes:
        indexes: Each folder once.
    """

    def __init__(self, indexes: Sequence[CodeIndex]) -> None:
        if not indexes:
            raise InvalidInputError("Give at least one index to search, got none.")
        roots = [index.root for index in indexes]
        self.indexes = [index for place, index in enumerate(indexes) if index.root not in roots[:place]]

    @property
    def roots(self) -> list[Path]:
        """The indexed folders."""
        return [index.root for index in self.indexes]

    @property
    def is_one(self) -> bool:
        """Whether there is one index only, so that paths alone say where a hit is."""
        return len(self.indexes) == 1

    def search(self, query: str, **asked: Any) -> list[SearchHit]:
        """See `codequest.search.search_together`."""
        return search_together(self.indexes, query, **asked)

    def unmatched(self, query: str, filters: SearchFilters | None = None) -> list[str]:
        """Sentences about what a search asks for and nothing has: see `CodeIndex.unmatched`."""
        return unmatched_together(self.indexes, query, filters)

    def notes(self, query: str, filters: SearchFilters | None = None) -> list[str]:
        """The same after sentences about files that have changed and are not in the indexes as they are now."""
        changed = ((index.root, str(index.freshness)) for index in self.indexes)
        said = [text if self.is_one else f"{root}: {text}" for root, text in changed if text]
        return [*said, *self.unmatched(query, filters)]

    def facets(self, filters: SearchFilters | None = None, query: str = "") -> Facets:
        """See `CodeIndex.facets`; the counts of all."""
        found = [index.facets(filters, query) for index in self.indexes]
        return Facets(
            languages=_summed([each.languages for each in found]),
            kinds=_summed([each.kinds for each in found]),
            chunks=sum(each.chunks for each in found),
        )

    @property
    def stats(self) -> GroupStats:
        """Contents of all."""
        found = [index.stats for index in self.indexes]

        def total(number: Callable[[IndexStats], int]) -> int:
            return sum(map(number, found))

        return GroupStats(
            files=total(lambda each: each.files),
            chunks=total(lambda each: each.chunks),
            languages=_summed([each.languages for each in found]),
            kinds=_summed([each.kinds for each in found]),
            spaces=[*{each.space.fingerprint: each.space for each in found}.values()],
            taught=total(lambda each: each.taught),
            updated=max(each.updated for each in found),
        )

    @property
    def teacher_run(self) -> TeacherRun | None:
        """The first run that embeds with the teacher now; None where there is none."""
        return next(filter(None, (index.teacher_run for index in self.indexes)), None)

    def holding(self, path: str) -> CodeIndex:
        """The index of the folder that an absolute path lies in, the innermost one; otherwise the first."""
        inside = [index for index in self.indexes if Path(path).is_relative_to(index.root)]
        return max(inside, key=lambda index: len(index.root.parts), default=self.indexes[0])


def _summed(counts: Sequence[Mapping[str, int]]) -> dict[str, int]:
    """Counts of all by name, most first."""
    return dict(sum(map(Counter, counts), Counter[str]()).most_common())
