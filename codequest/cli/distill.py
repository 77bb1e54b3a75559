"""``codequest distill``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from codequest.cli.display import console, messages, progress_bars
from codequest.cli.options.arguments import TEACHER_HELP, DimOption, weights_of
from codequest.data import DATASET_NAME, load_dataset
from codequest.errors import InvalidInputError
from codequest.teachers.default import DEFAULT_TEACHER
from codequest.texts import counted

if TYPE_CHECKING:
    from codequest.data import RetrievalDataset
    from codequest.encoders import QueryEncoder
    from codequest.teachers import Teacher
    from codequest.training import DistillationConfig
    from codequest.training.trainer import EncoderMaker


def distill(
    queries: Annotated[Path, typer.Argument(help="Training queries: .txt or .jsonl, or a folder with queries.jsonl.")],
    out: Annotated[Path, typer.Option(help="Folder for the adapter.")],
    *,
    teacher: Annotated[
        str | None,
        typer.Option(help=f"{TEACHER_HELP} By default that of --adapter or --start, or {DEFAULT_TEACHER}."),
    ] = None,
    dim: Annotated[int | None, DimOption] = None,
    base: Annotated[
        str | None,
        typer.Option(
            help="The small model: public id or folder, all-MiniLM-L6-v2 by default. Static: its tokenizer only."
        ),
    ] = None,
    kind: Annotated[
        str, typer.Option(help="Kind of encoder: lora, projection, static, or one that an installed package brings.")
    ] = "lora",
    adapter: Annotated[
        str | None, typer.Option(help="Train this adapter further: --kind, --base, --rank and --rows are its own.")
    ] = None,
    start: Annotated[
        str | None,
        typer.Option(
            help="Start from this adapter, of another teacher's space: its base and updates, or its rows, are taken, "
            "and its map is made anew. Its --base, --rank and --rows are kept."
        ),
    ] = None,
    rank: Annotated[int | None, typer.Option(min=1, help="LoRA rank, 16 by default.")] = None,
    rows: Annotated[int | None, typer.Option(min=1, help="Static: most rows of the table, 40,000 by default.")] = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="Use this many queries, drawn at random by the seed.")
    ] = None,
    pairs: Annotated[list[str] | None, typer.Option(help=f"Labelled pairs; may be repeated. {DATASET_NAME}")] = None,
    validation: Annotated[str | None, typer.Option(help=f"Chooses the best checkpoint. {DATASET_NAME}")] = None,
    evaluate: Annotated[str | None, typer.Option(help=f"Measured at the end. {DATASET_NAME}")] = None,
    loss: Annotated[list[str] | None, typer.Option(help="NAME or NAME=WEIGHT; may be repeated.")] = None,
    epochs: Annotated[float, typer.Option(help="Passes over the queries.")] = 3,
    batch_size: Annotated[int, typer.Option(help="Queries per step and process.")] = 32,
    learning_rate: Annotated[float, typer.Option(help="Peak learning rate.")] = 5e-4,
    seed: Annotated[int, typer.Option(help="Seed of data order, split and start.")] = 0,
    checkpoints: Annotated[Path | None, typer.Option(help="Folder for checkpoints; in the cache by default.")] = None,
) -> None:
    """Train a light query encoder into a teacher's space.

    Stopped or killed, it continues when the same command is run again.
    """
    from codequest.adapters.folder import check_destination
    from codequest.data import load_queries
    from codequest.encoders import QueryEncoder
    from codequest.encoders.kinds import trainable_class, trainable_kind
    from codequest.teachers.api.spending import warn_of_cost
    from codequest.training import DistillationConfig, sample

    check_destination(out)
    trainable_kind(kind)
    losses: Any = weights_of(loss or ["cosine"], expected="NAME or NAME=WEIGHT", default=1)
    config = DistillationConfig(
        losses=losses, epochs=epochs, batch_size=batch_size, learning_rate=learning_rate, seed=seed
    )
    texts = sample(load_queries(queries), limit, seed=seed)
    data = _Data(
        pairs=[load_dataset(name) for name in pairs or ()],
        validation=load_dataset(validation) if validation else None,
        final=load_dataset(evaluate) if evaluate else None,
    )
    if adapter and start:
        raise InvalidInputError("--adapter trains an adapter further, --start makes another one from it: give one.")
    source = _teacher(teacher, dim, taken_from=adapter or start)
    given = {"base": base, "rank": rank, "rows": rows, "start": start}
    options = {"seed": seed, **{name: value for name, value in given.items() if value is not None}}
    encoder = QueryEncoder.from_pretrained(adapter) if adapter else partial(_created, kind, source, options)
    warn_of_cost(
        source,
        queries=texts,
        documents=[text for one in data.pairs for text in one.documents.values()] if config.needs_documents else (),
        rows=0 if adapter else trainable_class(kind).most_texts_embedded(options),
    )
    _train(encoder, source, texts, config=config, data=data, checkpoints=checkpoints, out=out)


@dataclass(frozen=True, slots=True)
class _Data:
    """Data besides queries."""

    pairs: list[RetrievalDataset]
    validation: RetrievalDataset | None
    final: RetrievalDataset | None


def _teacher(name: str | None, dim: int | None, *, taken_from: str | None) -> Teacher:
    """The teacher that is named, or that of an adapter, or the usual one; with its cache."""
    from codequest.adapters import find_adapter
    from codequest.adapters.folder import read_config
    from codequest.teachers import cached, load_teacher, teacher_of

    if name is not None or taken_from is None:
        return cached(load_teacher(name or DEFAULT_TEACHER, dim=dim))
    space = read_config(find_adapter(taken_from)).space
    shortened = space if dim is None else replace(space, dim=dim)
    return cached(teacher_of(shortened, where=f"The adapter {taken_from!r}", precision="auto"))


def _created(kind: str, teacher: Teacher, options: Mapping[str, Any], queries: Sequence[str]) -> QueryEncoder:
    """An untrained encoder, made for the queries that it will be trained on and for no others."""
    from codequest.encoders import create_encoder

    with progress_bars() as progress:
        return create_encoder(kind, teacher, queries=queries, options=options, progress=progress)


def _train(
    encoder: QueryEncoder | EncoderMaker,
    teacher: Teacher,
    queries: list[str],
    *,
    config: DistillationConfig,
    data: _Data,
    checkpoints: Path | None,
    out: Path,
) -> None:
    from codequest.data import merge_datasets
    from codequest.evaluation import compare
    from codequest.training import DistillationTrainer, is_main_process

    with progress_bars() as progress:
        trainer = DistillationTrainer(
            encoder,
            teacher,
            queries,
            config=config,
            pairs=merge_datasets(data.pairs) if data.pairs else None,
            validation=data.validation,
            exclude=data.final.queries.values() if data.final else (),
            output_dir=checkpoints,
            progress=progress,
        )
        result = trainer.train()
        if not is_main_process():
            return
        if data.final is not None:
            from codequest.cli.printing.reports import quality_table

            report = compare({out.name: trainer.encoder}, teacher, data.final, latency_queries=0, progress=progress)
            trainer.encoder.metrics[report.dataset] = report.encoders[0].summary()
            console.print(quality_table(report))
        folder = trainer.encoder.save_pretrained(out)
    compared = "the teacher's own is" if result.measure != "cosine" else "different queries of this teacher have"
    messages.print(
        f"{counted(result.steps, 'step')}, best {result.measure} {result.best:.4f} on validation, after "
        f"{result.history[0][1]:.4f} at the first look; {compared} {result.yardstick:.4f}. Adapter: {folder}",
    )
