"""Chunk: a piece of a file that is embedded and found as one."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from codequest.code import SourceFile, language_of
from codequest.code.file_language import file_language
from codequest.code.formats.components import scripts
from codequest.code.formats.notebooks import SUFFIX as NOTEBOOK
from codequest.code.formats.protobuf import ProtobufFile
from codequest.search.chunking.code_chunks import code_chunks
from codequest.search.chunking.mixed_chunks import component_chunks, notebook_chunks
from codequest.search.chunking.pieces import Piece, cut
from codequest.search.chunking.sections import section_chunks
from codequest.search.hits import ChunkKind
from codequest.space import EmbeddingSpace

_PROTOBUF, _MARKDOWN = "protobuf", "markdown"
_SECTIONED = (_MARKDOWN, "restructuredtext")
_CHARACTERS_PER_TOKEN = 3.2  # of code, in wordpieces
_FEWEST, _MOST = 400, 6000  # characters of a chunk


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """A piece of a file.

    Attributes:
        path: File, relative to the indexed root, with forward slashes.
        language: Its language.
        kind: What the chunk is.
        symbol: Qualified name or headings; empty where there is none.
        start_line: First line, from 1.
        end_line: Last line, inclusive.
        text: These lines as they are; of a line that is too long a part.
        context: What the text is a later part of: the signature of a long function or class, the headings of a section.
        outline: Signatures of the members of a long class.
    """

    path: str
    language: str
    kind: ChunkKind
    symbol: str
    start_line: int
    end_line: int
    text: str
    context: str = ""
    outline: str = ""

    @property
    def embedded(self) -> str:
        """Text that the teacher embeds: doc comment and code as they are, dedented, between context and outline.

        Path and symbol are left out, so that a renamed file is not embedded again; they are searched as words.
        """
        text = textwrap.dedent(self.text).strip("\n")
        return "\n".join(part for part in (self.context, text, self.outline) if part)


def chunk_file(path: str, text: str, *, max_characters: int, unread: Counter[str] | None = None) -> list[Chunk]:
    """The chunks of a file: by its syntax, by its headings, or windows of lines.

    Every line that holds anything but punctuation is in at least one chunk. A definition longer than
    `max_characters` is split with overlap.

    Args:
        path: Relative to the indexed root, with forward slashes.
        text: Its content, lines ended by a newline character alone.
        max_characters: Longest text of a chunk, except for what has no space to cut it at.
        unread: Counts files by language whose grammar could not read all of them.

    Returns:
        The chunks in the order of their first lines.

    Raises:
        MissingDependencyError: The grammar of a language that has one is not installed.
    """
    language, lines = file_language(path, text), text.split("\n")
    pieces = _pieces(PurePosixPath(path), text, language, max_characters=max_characters, unread=unread)
    return [
        Chunk(
            path=path,
            language=piece.language or language,
            kind=piece.kind,
            symbol=piece.symbol,
            start_line=piece.start_line,
            end_line=piece.end_line,
            text=_text(lines, piece),
            context=piece.context,
            outline=piece.outline,
        )
        for piece in sorted(pieces, key=lambda piece: (piece.start_line, -piece.end_line))
    ]


def _pieces(
    path: PurePosixPath, text: str, language: str, *, max_characters: int, unread: Counter[str] | None
) -> Iterable[Piece]:
    lines, most = text.split("\n"), max_characters
    if path.suffix.lower() == NOTEBOOK:
        return notebook_chunks(lines, max_characters=most)
    if language == _PROTOBUF:
        return code_chunks(lines, ProtobufFile(text.encode()), max_characters=most)
    if found := scripts(path, text):
        return component_chunks(text, found, max_characters=most)
    if language in _SECTIONED:
        return section_chunks(lines, max_characters=most, markdown=language == _MARKDOWN)
    syntax = language_of(path, text)
    if syntax is None:
        return cut(lines, 1, len(lines), Piece(kind="window"), max_characters=most)
    file = SourceFile(text.encode(), syntax)
    if unread is not None and file.is_broken:
        unread[syntax.name] += 1
    return code_chunks(lines, file, max_characters=most)


def _text(lines: Sequence[str], piece: Piece) -> str:
    if piece.columns is not None:
        return lines[piece.start_line - 1][slice(*piece.columns)]
    return "\n".join(lines[piece.start_line - 1 : piece.end_line])


def longest_chunk(space: EmbeddingSpace) -> int:
    """Characters of code that fit into the teacher of a space, most often."""
    if space.max_tokens is None:
        return _MOST
    return int(min(max(space.max_tokens * _CHARACTERS_PER_TOKEN, _FEWEST), _MOST))
