"""``codequest queries``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from codequest.cli.display import console, facts_of, messages, progress_bars, warn, write_json
from codequest.cli.options.arguments import JsonOption, weights_of
from codequest.data import load_dataset
from codequest.errors import InvalidInputError
from codequest.texts import counted

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
    as_json: JsonOption = False,
) -> None:
    """Derive training queries from a codebase, for when there is no query log."""
    from codequest.data.query_files import load_queries
    from codequest.mining import check_pairs_folder, check_query_file

    if out is None and pairs is None:
        raise InvalidInputError("Nothing says where to write: give --out FILE.jsonl, --pairs FOLDER, or both.")
    if out is not None:
        check_query_file(out)
    if pairs is not None:
        check_pairs_folder(pairs)
    weights = weights_of(weight or [], expected="ORIGIN=SHARE, such as names=0.2")
    users = load_queries(like) if like else None
    excluded = [query for name in exclude or () for query in _queries_of(name)]
    facts: dict[str, Any] = {}
    if out is not None:
        found = _derived(sources, out, weights=weights, limit=limit, excluded=excluded, seed=seed)
        covered = _covered(found, users) if users is not None else None
        facts |= {"queries": _query_facts(found, out), "coverage": facts_of(covered) if covered else None}
        if not as_json:
            _show_queries(found, out)
        if covered is not None and not as_json:
            _show_coverage(covered)
    if pairs is not None:
        mined = _mined(sources, pairs, excluded=excluded, max_characters=max_characters)
        facts["pairs"] = _pair_facts(mined, pairs)
        if not as_json:
            _show_pairs(mined, pairs, out)
    if as_json:
        write_json(facts)


def _derived(
    sources: list[str],
    out: Path,
    *,
    weights: Mapping[str, float],
    limit: int | None,
    excluded: list[str],
    seed: int,
) -> DerivedQueries:
    from codequest.mining import derive_queries

    with progress_bars() as progress:
        derived = derive_queries(sources, weights=weights, limit=limit, exclude=excluded, seed=seed, progress=progress)
    derived.save(out)
    return derived


def _covered(derived: DerivedQueries, users: list[str]) -> Coverage:
    from codequest.mining import query_coverage

    return query_coverage(derived.texts, users=users)


def _mined(sources: list[str], folder: Path, *, excluded: list[str], max_characters: int) -> MinedPairs:
    from codequest.mining import mine_pairs

    with progress_bars() as progress:
        mined = mine_pairs(sources, exclude=excluded, max_characters=max_characters, progress=progress)
    mined.save(folder)
    return mined


def _query_facts(derived: DerivedQueries, out: Path) -> dict[str, Any]:
    counted = {"found": derived.found, "written": derived.counts, "passed_over": derived.passed_over}
    numbers = {name: getattr(derived, name) for name in ("duplicates", "excluded", "files")}
    return {"file": str(out), "count": len(derived.queries), **counted, **numbers}


def _pair_facts(mined: MinedPairs, folder: Path) -> dict[str, Any]:
    counts = {"descriptions": len(mined.queries), "functions": len(mined.functions)}
    return {"folder": str(folder), **counts, "languages": mined.languages, "passed_over": mined.passed_over}


def _queries_of(name: str) -> list[str]:
    """All queries of a folder, whatever their split, of a query file, or of the dataset that the name stands for."""
    from codequest.data.query_files import load_queries
    from codequest.mining.given import HUB

    is_path = not name.startswith(HUB) and Path(name).expanduser().exists()
    return load_queries(name) if is_path else list(load_dataset(name).queries.values())


def _show_queries(derived: DerivedQueries, out: Path) -> None:
    from codequest.cli.printing.screen import text_table

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
    console.print(text_table(rows, title=f"{counted(len(derived.queries), 'query')} in {out}"))
    notes = [f"{counted(derived.files, 'file')} read", f"{derived.duplicates:,} duplicates"]
    notes += [f"{derived.excluded:,} excluded"] if derived.excluded else []
    messages.print(", ".join(notes) + _passed_over(derived.passed_over) + ".")


def _show_coverage(found: Coverage) -> None:
    from codequest.cli.printing.screen import NumberTable

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
    title = f"Your users' {counted(found.users, 'query')} and these"
    console.print(NumberTable(rows, title=title, columns=list(rows[0])))
    for advice in found.advice:
        warn(advice)


def _show_pairs(mined: MinedPairs, folder: Path, queries: Path | None) -> None:
    from codequest.cli.printing.screen import NumberTable

    rows = [{"language": name, "functions": f"{count:,}"} for name, count in mined.languages.most_common()]
    title = f"{len(mined.queries):,} descriptions of {counted(len(mined.functions), 'function')} in {folder}"
    console.print(NumberTable(rows, title=title, columns=list(rows[0])))
    if mined.passed_over:
        messages.print(f"Functions{_passed_over(mined.passed_over)}.")
    messages.print(
        f"Use them with: codequest distill {queries or 'QUERIES'} --pairs {folder}:train --out adapter",
        soft_wrap=True,
    )


def _passed_over(counts: Mapping[str, int]) -> str:
    listed = ", ".join(f"{count:,} {reason}" for reason, count in counts.items())
    return f"; passed over: {listed}" if listed else ""
