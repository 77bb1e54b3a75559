"""``codequest ann``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from codequest.cli.display import console, messages, progress_bars
from codequest.cli.options.arguments import (
    DocumentsOption,
    EncodersArgument,
    EncodersTeacherOption,
    QueriesOption,
    ReportDataset,
    VectorsOption,
    report_data,
)
from codequest.errors import InvalidInputError
from codequest.texts import counted

if TYPE_CHECKING:
    from codequest.report.approximate.effort import ApproximateSearch


def ann(
    encoders: EncodersArgument,
    *,
    dataset: ReportDataset = None,
    out: Annotated[Path | None, typer.Option(help="Write every number, .json.")] = None,
    teacher: EncodersTeacherOption = None,
    queries: QueriesOption = None,
    vectors: VectorsOption = None,
    documents: DocumentsOption = None,
    seed: Annotated[int, typer.Option(help="Seed of the samples of large sets.")] = 0,
) -> None:
    """Search HNSW and IVF indexes with teacher and encoders: recall, nDCG, and the effort that each one needs."""
    from codequest.report import load_encoders
    from codequest.report.approximate.ann import compare_in_indexes, to_json

    data = report_data(dataset, queries=queries, vectors=vectors, documents=documents)
    loaded, source = load_encoders(encoders, teacher=teacher)
    with progress_bars() as progress:
        results = compare_in_indexes(loaded, source, data, seed=seed, progress=progress)
    for result in results:
        _show(result)
    if out is None:
        return
    from codequest.files import save_file

    try:
        save_file(out, to_json(results).encode())
    except OSError as error:
        raise InvalidInputError(f"The numbers cannot be written to {out}: {error.strerror}.") from error
    messages.print(f"Numbers: {out}")


def _show(result: ApproximateSearch) -> None:
    from codequest.cli.printing.screen import NumberTable

    what = f"{result.index} of {counted(result.documents, 'document')}, {counted(result.queries, 'query')}"
    needed = f"{result.effort} for {result.target:.3f}"
    rows = list(_rows(result, result.recall, dict.fromkeys(result.recall, 1.0)))
    for row in rows:
        row[needed] = str(result.needed[row["encoder"]] or "not reached")
    title = (
        f"{what}: recall@{result.k} of each one's own exact search; {needed}, the teacher's recall at {result.effort} "
    )
    console.print(NumberTable(rows, title=f"{title}{result.reference}", columns=list(rows[0])))
    if result.labelled is not None:
        rows = list(_rows(result, result.labelled.ndcg, result.labelled.ndcg_exact))
        console.print(NumberTable(rows, title=f"{what}: nDCG@10", columns=list(rows[0])))


def _rows(
    result: ApproximateSearch, values: Mapping[str, tuple[float, ...]], exact: Mapping[str, float]
) -> Iterator[dict[str, str]]:
    for name, found in values.items():
        efforts = zip(result.efforts, found, strict=True)
        row = {f"{result.effort} {effort}": f"{value:.3f}" for effort, value in efforts}
        yield {"encoder": name, "exact": f"{exact[name]:.3f}", **row}
