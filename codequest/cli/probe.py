"""``codequest probe``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from codequest.cli.display import console, facts_of, messages, progress_bars, write_json
from codequest.cli.options.arguments import TEACHER_HELP, DimOption, JsonOption
from codequest.errors import InvalidInputError
from codequest.texts import counted, shell_word

if TYPE_CHECKING:
    from codequest.space import Side, Vectors
    from codequest.teachers import IndexProbe


def probe(
    vectors: Annotated[
        Path, typer.Argument(help="The index: a file that `vectors:` reads, such as .npy, or a folder of them.")
    ],
    *,
    texts: Annotated[
        Path | None,
        typer.Option(
            help="The texts of the vectors, .jsonl, .txt or .parquet, if they are neither in the index nor next to it."
        ),
    ] = None,
    teacher: Annotated[str | None, typer.Option(help=f"The model that may have made them. {TEACHER_HELP}")] = None,
    adapter: Annotated[
        str | None,
        typer.Option(
            help="Check without the teacher that a model like this adapter's made the index, whatever its settings."
        ),
    ] = None,
    dim: Annotated[int | None, DimOption] = None,
    queries: Annotated[bool, typer.Option("--queries", help="The texts are queries, not documents.")] = False,
    samples: Annotated[int, typer.Option(min=1, help="Number of texts to embed again.")] = 32,
    as_json: JsonOption = False,
) -> None:
    """Tell whether a teacher made the vectors of an index; where it nearly did, tell which setting differs.

    Ends with exit code 2 unless the teacher made them with the settings given here.
    """
    from codequest.teachers import load_teacher, read_index

    if (teacher is None) == (adapter is None):
        raise InvalidInputError("A probe needs either --teacher or --adapter.")
    side: Side = "query" if queries else "document"
    stored, made_of = read_index(vectors, texts, side=side)
    if adapter is not None:
        says = _check_with(adapter, stored, made_of, vectors)
        if as_json:
            write_json({"vectors": len(stored), "adapter": adapter, "verdict": "match", "says": says})
        else:
            messages.print(says, soft_wrap=True)
        return
    from codequest.teachers import probe_index

    assert teacher is not None
    source = load_teacher(teacher, dim=dim)
    with progress_bars() as progress:
        found = probe_index(stored, made_of, source, side=side, samples=samples, progress=progress)
    if as_json:
        write_json({"vectors": len(stored), "teacher": source.space.teacher, **_facts(found)})
    else:
        _show(found, title=f"{counted(len(stored), 'vector')}, {source.space.teacher}")
    found.check()
    if not as_json:
        messages.print(found.says)


def _check_with(adapter: str, stored: Vectors, made_of: list[str], file: Path) -> str:
    """What an adapter can say of an index that lies in its space; of any other one it raises."""
    from codequest.encoders import QueryEncoder
    from codequest.encoders.index_check import check_index

    encoder = QueryEncoder.from_pretrained(adapter)
    check_index(encoder, stored, made_of)
    return (
        f"A model like {encoder.space.teacher} made these vectors of these texts. Not checked: pooling, prompts and "
        f"length of texts, which must be those of {encoder.space}. Check them as well with: codequest probe "
        f"{shell_word(str(file))} --teacher {encoder.space.teacher}"
    )


def _facts(found: IndexProbe) -> dict[str, Any]:
    """The result for programs; a cosine that there is not is null."""
    from math import isfinite

    facts = facts_of(found)
    return {**facts, **{name: facts[name] if isfinite(facts[name]) else None for name in ("cosine", "nearest")}}


def _show(found: IndexProbe, *, title: str) -> None:
    from codequest.cli.printing.screen import text_table

    rows = [
        {"": finding.what, "index": finding.index, "teacher": finding.teacher, " ": "" if finding.agrees else "differs"}
        for finding in found.findings
    ]
    cosine = {
        "": f"cosine of {counted(found.samples, 'text')}",
        "index": f"{found.cosine:.4f}",
        "teacher": "1",
        " ": "",
    }
    console.print(text_table([*rows, cosine], title=title))
