"""``codequest embed``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from codequest.cli.display import console, facts_of, messages, progress_bars, warn, write_json
from codequest.cli.options.arguments import TEACHER_HELP, DimOption, JsonOption
from codequest.errors import InvalidInputError
from codequest.texts import counted, visible_line

if TYPE_CHECKING:
    from codequest.corpus import CacheRun, CorpusRun

_SOMETHING_FAILED = 1
_SOURCES = (
    "What to embed, one or several: .jsonl, .txt and .parquet files, folders in BEIR layout, "
    "hub:REPOSITORY[:CONFIG[:SPLIT]], folders of code, which are cut into chunks as `codequest index` does."
)


def embed(
    sources: Annotated[list[str], typer.Argument(help=_SOURCES)],
    *,
    out: Annotated[Path | None, typer.Option(help="Folder for the vectors.")] = None,
    cache: Annotated[
        bool, typer.Option("--cache", help="Fill the teacher's cache instead, for training and evaluation.")
    ] = False,
    teacher: Annotated[str | None, typer.Option(help=f"What embeds. {TEACHER_HELP}")] = None,
    encoder: Annotated[
        str | None, typer.Option(help="An adapter in the teacher's place, such as static-documents: lighter vectors.")
    ] = None,
    dim: Annotated[int | None, DimOption] = None,
    text: Annotated[
        str | None, typer.Option(help="Column of the texts; by default text, after title where there is one.")
    ] = None,
    id: Annotated[
        str | None, typer.Option(help="Column of the ids; by default _id or id, or else the numbers of the rows.")
    ] = None,
    queries: Annotated[bool, typer.Option("--queries", help="The texts are queries, not documents.")] = False,
    dtype: Annotated[str, typer.Option(help="Number format of the vectors: float16 or float32.")] = "float16",
    no_text: Annotated[bool, typer.Option("--no-text", help="Keep ids and digests, but not the texts.")] = False,
    shard_size: Annotated[int, typer.Option(min=1, help="Texts of a shard.")] = 8192,
    engine: Annotated[
        str, typer.Option(help="local, in this process, or ray: several processes or GPUs, here or on a cluster.")
    ] = "local",
    address: Annotated[
        str | None, typer.Option(help="Of the Ray cluster: auto or HOST:PORT; by default one is started here.")
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Ray: copies of the teacher; by default one for each GPU, or else core.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Embed a corpus of any size into Parquet shards that vector stores and the other commands read.

    Stopped or killed, it goes on when the same command is run again. A text that fails alone is named, and does not
    stop the others; then it ends with exit code 1.
    """
    from codequest.corpus import embed_corpus, fill_cache

    if (out is None) != cache:
        raise InvalidInputError("Say where the vectors go: --out FOLDER, or --cache for the teacher's cache.")
    given: dict[str, Any] = {"teacher": teacher, "dim": dim, "text": text, "id": id}
    given["side"] = "query" if queries else "document"
    with progress_bars() as progress:
        if out is None:
            if encoder or no_text or teacher is None or engine != "local":
                raise InvalidInputError("--cache takes a --teacher and --engine local, and no --encoder or --no-text.")
            _show_cached(fill_cache(sources, **given, progress=progress), as_json)
            return
        options: Any = {"dtype": dtype, "keep_text": not no_text, "shard_size": shard_size, "engine": engine}
        options |= {"address": address, "workers": workers}
        run = embed_corpus(sources, out, encoder=encoder, **given, **options, progress=progress)
    _show(run, as_json)
    if run.failed:
        raise typer.Exit(_SOMETHING_FAILED)


def _show_cached(run: CacheRun, as_json: bool) -> None:
    if as_json:
        write_json(facts_of(run))
        return
    messages.print(
        f"{counted(run.texts, 'text')}, {run.embedded:,} of them embedded now, in {run.seconds:.0f} s. Cache: "
        f"{run.path}",
        soft_wrap=True,
    )


def _show(run: CorpusRun, as_json: bool) -> None:
    if run.failed:
        shown = "; ".join(f"{visible_line(name)} ({visible_line(why)})" for name, why in run.reasons.items())
        more = f"; and {counted(run.failed - len(run.reasons), 'other')}" if run.failed > len(run.reasons) else ""
        warn(
            f"{counted(run.failed, 'text has', 'texts have')} no vector: {shown}{more}. {run.folder / 'failed.jsonl'} "
            "lists them."
        )
    if as_json:
        write_json({**facts_of(run), "space": {**run.space.to_dict(), "fingerprint": run.space.fingerprint}})
        return
    for reason, count in run.skipped.items():
        console.print(f"  not read: {count:,} × {reason}")
    console.print(
        f"{counted(run.vectors, 'vector')} of {counted(run.texts, 'text')} by {visible_line(run.embedder)}, in "
        f"{counted(run.shards, 'shard')}; {counted(run.embedded, 'text')} embedded now, in {run.seconds:.0f} s.",
        soft_wrap=True,
    )
    console.print(f"Vectors: {run.folder}", soft_wrap=True)
