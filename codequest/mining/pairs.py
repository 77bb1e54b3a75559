"""Mined functions as a labelled dataset, in memory and as a BEIR folder."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from codequest.code.codebase import Codebase
from codequest.code.languages import LANGUAGES
from codequest.data import RetrievalDataset
from codequest.data.query_files import normal_form
from codequest.errors import DatasetError
from codequest.files import followed, put_back, replace_folder
from codequest.mining.functions import CODE_SUFFIXES, mine_functions
from codequest.mining.mined import MinedFunction
from codequest.mining.query_set import QuerySet
from codequest.progress import Progress, silent
from codequest.texts import counted

MOST_POSITIVES = 5
"""A description of more functions than these tells them not apart."""


@dataclass(frozen=True, slots=True)
class MinedPairs:
    """Descriptions and the functions that they describe.

    Attributes:
        functions: One function of each code; those of the same code are merged.
        queries: Positions in `functions` by description.
        passed_over: How many files were not read, by reason.
    """

    functions: Sequence[MinedFunction] = field(repr=False)
    queries: dict[str, list[int]] = field(repr=False)
    passed_over: Counter[str]

    @property
    def languages(self) -> Counter[str]:
        """Number of functions by programming language."""
        return Counter(function.language for function in self.functions)

    def dataset(self, name: str = "mined pairs") -> RetrievalDataset:
        """The pairs as a retrieval dataset."""
        queries = {f"q{number}": text for number, text in enumerate(self.queries)}
        return RetrievalDataset(
            name,
            queries=queries,
            documents={_name(function): function.code for function in self.functions},
            qrels={
                key: {_name(self.functions[position]): 1 for position in self.queries[text]}
                for key, text in queries.items()
            },
        )

    def save(self, folder: str | Path, *, split: str = "train") -> Path:
        """Write a BEIR folder next to its final name, then rename it; one already there is replaced.

        Args:
            folder: Final name.
            split: Name of the qrels file.

        Returns:
            The folder.

        Raises:
            DatasetError: Something else is there, or it cannot be written.
        """
        final = Path(folder).expanduser()
        try:
            put_back(followed(final))
            check_pairs_folder(final)
            replace_folder(followed(final), partial(self._write, split=split))
        except OSError as error:
            raise DatasetError(
                f"The pairs cannot be written to {final}: {error.strerror or error}. Nothing was changed there. Choose "
                "a folder with write permission and enough space."
            ) from error
        return final

    def _write(self, folder: Path, *, split: str) -> None:
        dataset = self.dataset()
        _write_lines(
            folder / "corpus.jsonl.gz",
            (
                {
                    "_id": _name(function),
                    "text": function.code,
                    "metadata": {
                        "path": function.path.as_posix(),
                        "line": function.line,
                        "language": function.language,
                        "name": function.name,
                    },
                }
                for function in self.functions
            ),
        )
        _write_lines(
            folder / "queries.jsonl.gz",
            (
                {"_id": key, "text": text, "metadata": {"language": self.functions[self.queries[text][0]].language}}
                for key, text in dataset.queries.items()
            ),
        )
        (folder / "qrels").mkdir()
        rows = [f"{query}\t{document}\t1" for query, judged in dataset.qrels.items() for document in judged]
        text = "\n".join(["query-id\tcorpus-id\tscore", *rows, ""])
        (folder / "qrels" / f"{split}.tsv").write_text(text, encoding="utf-8")


def mine_pairs(
    paths: Iterable[str | Path],
    *,
    exclude: Iterable[str] = (),
    min_words: int = 3,
    min_lines: int = 3,
    max_characters: int | None = 4000,
    progress: Progress = silent,
) -> MinedPairs:
    """Labelled pairs from a codebase: the first sentence of a doc comment, and the function without it.

    Functions of the same code are one document, and equal descriptions one query with several documents; a
    description of more than `MOST_POSITIVES` documents is left out, as it tells them not apart.

    Args:
        paths: Folders, git repositories and files.
        exclude: Queries that must not come out, such as those of evaluation sets.
        min_words: Fewest words of a description.
        min_lines: Fewest lines of a function without its documentation.
        max_characters: Longer functions are cut after the last line that fits; None keeps them whole.
        progress: Told how many files are read.

    Raises:
        DatasetError: A path does not exist, or there is no documented function.
        MissingDependencyError: There are files of another language than Python and tree-sitter is not installed.
    """
    codebase = Codebase(_folders_and_code(paths), suffixes=CODE_SUFFIXES)
    mined = mine_functions(codebase, min_words=min_words, min_lines=min_lines, progress=progress)
    excluded = QuerySet(exclude)
    functions: list[MinedFunction] = []
    known: dict[str, int] = {}
    described: dict[str, str] = {}
    queries: dict[str, list[int]] = {}
    for function in (function for function in mined if function.description not in excluded):
        position = known.setdefault(_normal_code(function.code), len(functions))
        if position == len(functions):
            functions.append(replace(function, code=_cut(function.code, max_characters)))
        text = described.setdefault(normal_form(function.description), function.description)
        if position not in queries.setdefault(text, []):
            queries[text].append(position)
    telling = {text: positions for text, positions in queries.items() if len(positions) <= MOST_POSITIVES}
    if not telling:
        passed = ", ".join(f"{count} {reason}" for reason, count in codebase.passed_over.items())
        raise DatasetError(
            f"No documented function was found in {counted(len(codebase.files), 'source file')}"
            f"{f' (passed over: {passed})' if passed else ''}. Expected functions with doc comments of at least "
            f"{min_words} words, in {', '.join(language.name for language in LANGUAGES if language.documented)}."
        )
    return MinedPairs(functions, telling, codebase.passed_over)


def check_pairs_folder(folder: Path) -> None:
    """Refuse a path that exists and is not a BEIR folder.

    Raises:
        DatasetError: Something else is there.
    """
    if folder.is_file() or (folder.is_dir() and any(folder.iterdir()) and not (folder / "qrels").is_dir()):
        raise DatasetError(
            f"{folder} exists and is not a BEIR folder, so it is not replaced. Choose another folder, or remove it."
        )


def _folders_and_code(paths: Iterable[str | Path]) -> list[str]:
    """The folders and source files among the paths; hub datasets and other files have no functions."""
    given = [str(path) for path in ([paths] if isinstance(paths, (str, Path)) else paths)]
    code = [path for path in given if Path(path).suffix.lower() in CODE_SUFFIXES]
    return [path for path in given if not path.startswith("hub:") and (path in code or not Path(path).is_file())]


def _normal_code(code: str) -> str:
    """Form of code by which two functions are the same: spacing and case do not."""
    return "".join(code.lower().split())


def _cut(code: str, max_characters: int | None) -> str:
    if max_characters is None or len(code) <= max_characters:
        return code
    return code[: max_characters + 1].rpartition("\n")[0] or code[:max_characters]


def _name(function: MinedFunction) -> str:
    return f"{function.path.as_posix()}:{function.line}"


def _write_lines(path: Path, records: Iterable[dict[str, Any]]) -> None:
    with gzip.open(path, "wt", encoding="utf-8") as file:
        for record in records:
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
