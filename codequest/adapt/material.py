"""Material: queries to train on and labelled pairs, from what the user has and from the installed packages."""

from __future__ import annotations

import random
import sysconfig
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from codequest.data import RetrievalDataset, load_queries, merge_datasets, normal_form
from codequest.errors import DatasetError
from codequest.mining import MinedPairs, derive_queries, mine_pairs
from codequest.mining.web_searches import with_searches
from codequest.progress import Progress, silent
from codequest.texts import counted
from codequest.training.samples import shuffled

_TESTS = {"test", "tests", "testing", "idlelib"}
_PORTION = 100  # files
_AS_TYPED = {"go": "golang", "csharp": "c#"}
"""Names of languages as people type them, where they are others."""


@dataclass(frozen=True, slots=True)
class Material:
    """What an encoder can be trained on and measured on.

    Attributes:
        queries: Distinct queries, the user's own first, then those of the user's code, then those of packages.
        own: Number of them that are the user's.
        pairs: Labelled queries in the order in which they are to be used, those of the user's code first; or None.
        language: Most frequent programming language of the pairs, as people type it.
        sources: Where everything is from, and how much of it; for the plan and the card.
    """

    queries: list[str]
    own: int
    pairs: RetrievalDataset | None
    language: str = "python"
    sources: Mapping[str, str] = field(default_factory=dict)

    def described(self) -> str:
        """The sources in one line."""
        return "; ".join(f"{name}: {what}" for name, what in self.sources.items())

    def with_pairs(self, pairs: RetrievalDataset | None) -> Material:
        """The same with other pairs."""
        return replace(self, pairs=pairs)

    def with_queries(self, queries: Sequence[str], source: str) -> Material:
        """The same with no other queries than these."""
        said = {**self.sources, source: counted(len(queries), "query")}
        return replace(self, queries=list(queries), own=len(queries), sources=said)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready; `from_dict` reads it back."""
        pairs = self.pairs
        labelled = None if pairs is None else [dict(pairs.queries), dict(pairs.documents), dict(pairs.qrels)]
        plain = Material(self.queries, self.own, None, self.language, dict(self.sources))
        return {**asdict(plain), "pairs": labelled}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Material:
        """What `to_dict` was called on."""
        labelled = values["pairs"]
        return cls(**{**values, "pairs": None if labelled is None else RetrievalDataset("pairs", *labelled)})


def gather(
    *,
    code: Sequence[str] = (),
    queries: Path | None = None,
    enough_queries: int,
    enough_pairs: int,
    packages: Iterable[Sequence[Path]] | None = None,
    stop: Callable[[], bool] = lambda: False,
    seed: int = 0,
    progress: Progress = silent,
) -> Material:
    """What the user has; where that is too little, also what the packages installed here give.

    Args:
        code: Folders, repositories or files of the user's code.
        queries: A query file of the user's own; its order says nothing, so that its first queries speak for all.
        enough_queries: So many queries are enough: then packages are not read for more.
        enough_pairs: The same for labelled queries.
        packages: Files to read when it is not, portion by portion; by default those of `installed_packages`.
        stop: Asked before a portion is read, whether to leave it at what there is.
        seed: Decides the order of queries and packages.
        progress: Told how many files are read.

    Raises:
        DatasetError: A path does not exist, or nothing at all was found.
    """
    found = _Gathered(seed)
    if queries is not None:
        found.add_queries(queries.name, shuffled(load_queries(queries), seed=seed))
    if code:
        found.read("your code", list(code), progress, needed=not queries)
    own = len(found.queries)
    for files in installed_packages(seed) if packages is None else packages:
        if stop() or (len(found.queries) >= enough_queries and found.labelled >= enough_pairs):
            break
        found.read("packages installed here", list(map(str, files)), silent, needed=False)
        progress("reading installed packages", min(len(found.queries), enough_queries), enough_queries)
    return found.material(own)


class _Gathered:
    """Everything found so far."""

    def __init__(self, seed: int) -> None:
        self.queries: dict[str, str] = {}
        self.labelled = 0
        self._seed = seed
        self._pairs: list[MinedPairs] = []
        self._counts: dict[str, list[int]] = {}

    def add_queries(self, source: str, texts: Sequence[str]) -> None:
        before = len(self.queries)
        for text in texts:
            self.queries.setdefault(normal_form(text), text)
        self._count(source, queries=len(self.queries) - before)

    def read(self, source: str, paths: list[str], progress: Progress, *, needed: bool) -> None:
        """Derive queries and mine pairs; code without any is an error only where it is all that was given."""
        try:
            derived = derive_queries(paths, seed=self._seed, progress=progress)
        except DatasetError:
            if needed:
                raise
            return
        self.add_queries(source, shuffled(derived.texts, seed=self._seed))
        try:
            mined = mine_pairs(paths, progress=progress)
        except DatasetError:  # no function has a doc comment
            return
        self._pairs.append(mined)
        self.labelled += len(mined.queries)
        self._count(source, pairs=len(mined.queries))

    def _count(self, source: str, *, queries: int = 0, pairs: int = 0) -> None:
        counts = self._counts.setdefault(source, [0, 0])
        counts[0] += queries
        counts[1] += pairs

    def material(self, own: int) -> Material:
        sets = [_in_random_order(mined.dataset(), self._seed) for mined in self._pairs if mined.queries]
        languages = [name for mined in self._pairs for name in mined.languages.elements()]
        most = max(set(languages), key=lambda name: (languages.count(name), name)) if languages else "python"
        said = {
            name: f"{counted(queries, 'query')}, {counted(pairs, 'pair')}"
            for name, (queries, pairs) in self._counts.items()
        }
        return Material(
            list(self.queries.values()), own, merge_datasets(sets) if sets else None, _AS_TYPED.get(most, most), said
        )


def _in_random_order(dataset: RetrievalDataset, seed: int) -> RetrievalDataset:
    return dataset.subset(shuffled(list(dataset.queries), seed=seed))


def installed_packages(seed: int) -> Iterator[list[Path]]:
    """Python files of the packages of the standard library and of those installed here, in portions.

    The seed decides the order of the packages.
    Tests are left out.
    """
    roots = (Path(sysconfig.get_paths()[name]) for name in ("purelib", "stdlib"))
    folders = sorted({path.parent for root in roots for path in root.glob("*/__init__.py")})
    random.Random(seed).shuffle(folders)
    portion: list[Path] = []
    for folder in folders:
        for path in sorted(folder.rglob("*.py")):
            if not _TESTS & set(path.parts):
                portion.append(path)
            if len(portion) == _PORTION:
                yield portion
                portion = []
    yield portion


def first_pairs(dataset: RetrievalDataset, count: int) -> RetrievalDataset:
    """The first labelled queries of a set, with the documents that they judge."""
    from codequest.training.split import judged_only

    return judged_only(dataset.subset(list(dataset.queries)[:count]))


def searched(dataset: RetrievalDataset, language: str, seed: int) -> RetrievalDataset:
    """Labelled queries with a web search next to each."""
    return with_searches(dataset, language, random.Random(seed))
