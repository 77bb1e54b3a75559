"""``codequest queries``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from codequest.cli.arguments import weights_of
from codequest.cli.display import console, messages, number_table, progress_bars, quiet_libraries, text_table, warn
from codequest.data import load_dataset
from codequest.errors import InvalidInputError

if TYPE_CHECKING:
    from codequest.mining import Coverage, DerivedQueries, MinedPairs


def queries(
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="PATH...",
            help="Folders, git repositories, source files, documents, query files; or hub:REPOSITORY[:SPLIT[:COLUMN]].",
        ),
    ],
    *,
    out: Annotated[Path | None, typer.Option(help="Where the queries go: .jsonl or .jsonl.gz.")] = None,
    pairs: Annotated[
        Path | None,
        typer.Option(help="Folder for labelled pairs, doc comment to function, in BEIR layout, split train."),
    ] = None,
    weight: Annotated[
        list[str] | None, typer.Option(help="ORIGIN=SHARE of the queries, such as names=0.2; may be repeated.")
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Most queries, drawn at random by the seed.")] = None,
    exclude: Annotated[
        list[str] | None,
        typer.Option(
            help="Evaluation set whose queries must not come out: BEIR folder or query file; may be repeated."
        ),
    ] = None,
    like: Annotated[Path | None, typer.Option(help="Queries of your users, to compare with.")] = None,
    max_characters: Annotated[int, typer.Option(min=100, help="Most characters of a function in --pairs.")] = 4000,
    seed: Annotated[int, typer.Option(help="Decides which queries are drawn.")] = 0,
) -> None:
    """Derive training queries from a codebase, for when there is no query log."""
    from codequest.data.query_files import load_queries
    from codequest.mining import check_pairs_folder, check_query_file

    quiet_libraries()
    if out is None and pairs is None:
        raise InvalidInputError("Nothing says where to write: give --out FILE.jsonl, --pairs FOLDER, or both.")
    if out is not None:
        check_query_file(out)
    if pairs is not None:
        check_pairs_folder(pairs)
    weights = weights_of(weight or [], expected="ORIGIN=SHARE, such as names=0.2")
    users = load_queries(like) if like else None
    excluded = [query for name in exclude or () for query in _queries_of(name)]
    if out is not None:
        _derive(sources, out, weights=weights, limit=limit, excluded=excluded, seed=seed, users=users)
    if pairs is not None:
        _mine(sources, pairs, excluded=excluded, max_characters=max_characters)


def _derive(
    sources: list[str],
    out: Path,
    *,
    weights: Mapping[str, float],
    limit: int | None,
    excluded: list[str],
    seed: int,
    users: list[str] | None,
) -> None:
    from codequest.mining import derive_queries, query_coverage

    with progress_bars() as progress:
        derived = derive_queries(sources, weights=weights, limit=limit, exclude=excluded, seed=seed, progress=progress)
    derived.save(out)
    _show_queries(derived, out)
    if users is not None:
        _show_coverage(query_coverage(derived.texts, users=users))


def _mine(sources: list[str], folder: Path, *, excluded: list[str], max_characters: int) -> None:
    from codequest.mining import mine_pairs

    with progress_bars() as progress:
        mined = mine_pairs(sources, exclude=excluded, max_characters=max_characters, progress=progress)
    mined.save(folder)
    _show_pairs(mined, folder)


def _queries_of(name: str) -> list[str]:
    """All queries of a folder, whatever their split, of a query file, or of the dataset that the name stands for."""
    from codequest.data.query_files import load_queries
    from codequest.mining.given import HUB

    is_path = not name.startswith(HUB) and Path(name).expanduser().exists()
    return load_queries(name) if is_path else list(load_dataset(name).queries.values())


def _show_queries(derived: DerivedQueries, out: Path) -> None:
    examples = {query.origin: query.text for query in reversed(derived.queries)}
    rows = [
        {
            "origin": origin,
            "found": f"{found:,}",
            "written": f"{derived.counts[origin]:,}",
            "example": examples.get(origin, "–"),
        }
        for origin, found in sorted(derived.found.items(), key=lambda item: -derived.counts[item[0]])
    ]
    console.print(text_table(rows, title=f"{len(derived.queries):,} queries in {out}"))
    notes = [f"{derived.files:,} files read", f"{derived.duplicates:,} duplicates"]
    notes += [f"{derived.excluded:,} excluded"] if derived.excluded else []
    messages.print(", ".join(notes) + _passed_over(derived.passed_over) + ".")


def _show_coverage(found: Coverage) -> None:
    rows = [
        {
            "form": form,
            "users": f"{own:.1%}",
            "derived": f"{derived:.1%}",
            "": "lacking" if form in found.lacking else "",
        }
        for form, (own, derived) in found.forms.items()
    ]
    quantiles = [" / ".join(f"{length:g}" for length in lengths) for lengths in found.words]
    rows.append({"form": "words, 10% / 50% / 90%", "users": quantiles[0], "derived": quantiles[1], "": ""})
    rows.append({"form": "content words known", "users": f"{found.known_words:.1%}", "derived": "", "": ""})
    title = f"Your users' {found.users:,} queries and these"
    console.print(number_table(rows, title=title, columns=list(rows[0])))
    for advice in found.advice:
        warn(advice)


def _show_pairs(mined: MinedPairs, folder: Path) -> None:
    rows = [{"language": name, "functions": f"{count:,}"} for name, count in mined.languages.most_common()]
    title = f"{len(mined.queries):,} descriptions of {len(mined.functions):,} functions in {folder}"
    console.print(number_table(rows, title=title, columns=list(rows[0])))
    messages.print(
        f"Use them with: codequest distill QUERIES --pairs {folder}:train{_passed_over(mined.passed_over)}",
    )


def _passed_over(counts: Mapping[str, int]) -> str:
    listed = ", ".join(f"{count:,} {reason}" for reason, count in counts.items())
    return f"; passed over: {listed}" if listed else ""
