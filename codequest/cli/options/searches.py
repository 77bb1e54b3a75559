"""Options of every command that searches an index."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from codequest.cli.display import messages, progress_bars
from codequest.texts import counted, shell_word, visible_line

if TYPE_CHECKING:
    from rich.text import Text

    from codequest.search import CodeIndex, Freshness, SearchFilters

PathsOption = Annotated[
    list[Path], typer.Option(help="Indexed folder, or any folder in it; may be repeated: all are searched as one.")
]
PathOption = Annotated[Path, typer.Option(help="Indexed folder, or any folder in it.")]
LanguageOption = Annotated[
    list[str] | None, typer.Option(help="Only this language: python, golang, ts, '!markdown'; may be repeated.")
]
GlobOption = Annotated[
    list[str] | None, typer.Option(help="Only files like this, as in .gitignore: src/, '*.{ts,tsx}', '!tests/'.")
]
KindOption = Annotated[list[str] | None, typer.Option(help="Only function, class, section or window.")]
ModeOption = Annotated[str, typer.Option(help="hybrid, dense (by meaning) or lexical (by words).")]
NoRefreshOption = Annotated[
    bool, typer.Option("--no-refresh", help="Do not look first which files have changed since they were indexed.")
]
EncoderOption = Annotated[
    str,
    typer.Option(
        help="An adapter: minilm-lora, static and others by name, a folder, or a repository on the hub; or teacher. By "
        "default minilm-lora, or static where torch is not installed."
    ),
]

QuickEncoderOption = Annotated[
    str | None,
    typer.Option(
        help="An adapter: minilm-lora, static and others by name, a folder, or a repository on the hub; or teacher. By "
        "default minilm-lora, or static until codequest index has made it start fast."
    ),
]


def encoder_for(encoder: str | None, mode: str) -> str | None:
    """Adapter that embeds queries, by default the best that starts fast; None in mode lexical, which embeds nothing."""
    if mode == "lexical":
        return None
    if encoder is None:
        from codequest.search.query_vectors import quick_encoder

        return quick_encoder()
    return encoder


def opened(path: Path, encoder: str | None, *, refresh: bool = True) -> CodeIndex:
    """The index of a folder; where there is none, a light one is made, and that is said."""
    from codequest.search.at_once import open_at_once

    with progress_bars() as progress:
        index, run = open_at_once(path, encoder=encoder, refresh=refresh, progress=progress)
    if run is not None:
        messages.print(
            f"{run.root} had no index. Now it has a light one: {counted(run.files, 'file')} in "
            f"{counted(run.chunks, 'chunk')}, after {run.seconds:.1f} s. It finds more once its teacher has embedded "
            f"them: codequest index {shell_word(str(run.root))} --background",
            soft_wrap=True,
        )
    return index


def filters_of(
    languages: Sequence[str] | None, globs: Sequence[str] | None, kinds: Sequence[str] | None
) -> SearchFilters:
    """The filters that options ask for."""
    from codequest.search import SearchFilters

    return SearchFilters(languages=languages or (), paths=globs or (), kinds=cast(Any, kinds or ()))


def tell_what_is_missing(freshness: Freshness, root: Path) -> None:
    """Say on standard error what is not in the index, and how it gets there; nothing where it is up to date."""
    if freshness.missing:
        command = f"codequest index {shell_word(str(root))}"
        messages.print(f"{freshness} Bring them all in: {command}", soft_wrap=True)


def tell(sentences: Iterable[str]) -> None:
    """Say something on standard error, each on lines of its own."""
    for sentence in sentences:
        messages.print(sentence, soft_wrap=True, markup=False)


def place(root: Path, path: str, lines: str, *, with_root: bool = False) -> Text:
    """``path:line``, which opens the file when it is clicked, if it is one below the root; after the root or not."""
    from rich.style import Style
    from rich.text import Text

    shown = f"{root}/{path}" if with_root else path
    return Text(visible_line(f"{shown}:{lines}"), style=Style(bold=True, link=_link(root, path)))


def _link(root: Path, path: str) -> str | None:
    if PurePosixPath(path).is_absolute() or ".." in PurePosixPath(path).parts or "\0" in path:
        return None
    try:
        return (root / path).as_uri()
    except UnicodeEncodeError:  # no name of a file
        return None
