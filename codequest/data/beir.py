"""Reads datasets in the folder format of BEIR (https://github.com/beir-cellar/beir)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from codequest.arguments import did_you_mean_path, path_given
from codequest.data.dataset import RetrievalDataset
from codequest.data.lines import numbered_lines, refuse_outside
from codequest.data.records import judgments, texts_by_id
from codequest.errors import DatasetError
from codequest.files import put_back
from codequest.json_files import parse_json

NO_QRELS = "no qrels/*.tsv at all: without labels there is codequest report, and build_report()"
_HEADER = ["query-id", "corpus-id", "score"]
_ENDINGS = (".jsonl", ".jsonl.gz")


def load_beir(folder: str | Path, *, split: str = "dev", corpus: str = "corpus") -> RetrievalDataset:
    """Read a BEIR folder: ``corpus.jsonl``, ``queries.jsonl`` (either may be ``.gz``) and ``qrels/<split>.tsv``.

    Args:
        folder: The folder.
        split: Name of the qrels file.
        corpus: Name of the corpus file without its ending; a folder may hold variants of its corpus.

    Returns:
        The queries of that split and the whole corpus; named ``folder/split``.

    Raises:
        DatasetError: A file or the split is missing, a line is malformed, or the files contradict each other.
    """
    folder = path_given(folder, "The folder of a dataset")
    put_back(folder)
    if not folder.is_dir():
        raise DatasetError(
            f"{folder} is not a folder. Expected one that holds corpus.jsonl, queries.jsonl and qrels/{split}.tsv."
            f"{did_you_mean_path(folder)}"
        )
    qrels_file = _qrels_file(folder, split)
    variant = "" if corpus == "corpus" else f"/{corpus}"
    return RetrievalDataset(
        name=f"{folder.resolve().name}/{split}{variant}",
        queries=load_texts(folder, "queries"),
        documents=load_texts(folder, corpus),
        qrels=judgments(_table_records(qrels_file), source=str(qrels_file), unit="line"),
    )


def load_texts(folder: Path, name: str) -> dict[str, str]:
    """Text by id from ``<name>.jsonl`` or ``<name>.jsonl.gz`` of a BEIR folder, a title before its text.

    Raises:
        DatasetError: There is no such file, or it is malformed, or ids repeat.
    """
    file = _texts_file(folder, name)
    return texts_by_id(_json_records(file), source=str(file), unit="line")


def _texts_file(folder: Path, name: str) -> Path:
    for ending in _ENDINGS:
        if (folder / f"{name}{ending}").is_file():
            return refuse_outside(folder / f"{name}{ending}", folder)
    present = sorted(path.name for path in folder.iterdir() if path.name.endswith(_ENDINGS))
    raise DatasetError(
        f"{folder} has no {name}.jsonl and no {name}.jsonl.gz. It has {', '.join(present) or 'no such file at all'}."
    )


def _qrels_file(folder: Path, split: str) -> Path:
    path = folder / "qrels" / f"{split}.tsv"
    if not path.is_file():
        splits = sorted(other.stem for other in (folder / "qrels").glob("*.tsv"))
        raise DatasetError(
            f"{folder} has no split {split!r} (qrels/{split}.tsv). It has {', '.join(map(repr, splits)) or NO_QRELS}."
        )
    return refuse_outside(path, folder)


def _json_records(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in numbered_lines(path):
        where, remedy = f"{path}, line {number},", f"Expected one JSON object per line, got {line.strip()!r:.80}."
        record = parse_json(line, where=where, error=DatasetError, remedy=remedy)
        if not isinstance(record, dict):
            raise DatasetError(f"{path}, line {number}: expected a JSON object, got {line.strip()!r:.80}.")
        yield number, record


def _table_records(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    header = None
    for number, line in numbered_lines(path):
        values = [value.strip() for value in line.split("\t")]
        if header is None:
            header = values
            if header != _HEADER:
                raise DatasetError(
                    f"{path}, line {number}: expected the tab-separated header {' '.join(_HEADER)}, "
                    f"got {line.strip()!r:.80}."
                )
        elif len(values) != len(_HEADER):
            raise DatasetError(
                f"{path}, line {number}: expected the three tab-separated values {' '.join(_HEADER)}, "
                f"got {len(values)}: {line.strip()!r:.80}."
            )
        else:
            yield number, dict(zip(_HEADER, values, strict=True))
