"""Functions of Python files with what their docstrings say, by Python's own parser."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterable, Iterator
from pathlib import Path

from codequest.mining.documentation import first_sentence
from codequest.mining.mined import MinedFunction

Function = ast.FunctionDef | ast.AsyncFunctionDef


def mine_python(files: Iterable[Path], *, min_words: int = 3, min_lines: int = 3) -> Iterator[MinedFunction]:
    """Functions and methods with a docstring, in the order of the files.

    Files that are not valid Python of this interpreter's version, or not UTF-8, are passed over.

    Args:
        files: Python files.
        min_words: Fewest words of a description.
        min_lines: Fewest lines of a function without its docstring.

    Yields:
        One record per function.
    """
    for path in files:
        try:
            source = path.read_text(encoding="utf-8")
        except (ValueError, OSError):
            continue
        yield from mine_python_source(source, path, min_words=min_words, min_lines=min_lines)


def mine_python_source(source: str, path: Path, *, min_words: int = 3, min_lines: int = 3) -> Iterator[MinedFunction]:
    """Functions and methods in source text, as by `mine_python`; nothing where it is not valid Python."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)
            tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    lines = source.split("\n")  # as the parser counts them; splitlines() also ends one at a form feed
    for name, node in _functions(tree, ""):
        docstring = ast.get_docstring(node)
        if not docstring or node.body[0].lineno == node.lineno:  # nothing would be left of a one-liner
            continue
        description, code = first_sentence(docstring), _without_docstrings(node, lines)
        if len(description.split()) >= min_words and code.count("\n") + 1 >= min_lines:
            yield MinedFunction(path, node.lineno, name, description, code)


def _functions(node: ast.AST, prefix: str) -> Iterator[tuple[str, Function]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield prefix + child.name, child
        if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield from _functions(child, f"{prefix}{child.name}.")
        elif isinstance(child, (ast.If, ast.Try, ast.With)):
            yield from _functions(child, prefix)


def _without_docstrings(node: Function, lines: list[str]) -> str:
    """Source of a function without its docstring and those of what is defined inside it."""
    start = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    kept = dict(enumerate(lines[start - 1 : node.end_lineno], start))
    for inner in ast.walk(node):
        if isinstance(inner, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) and ast.get_docstring(inner):
            # What is inside and has no other body gets one, so that the code still parses.
            _remove(inner.body[0], kept, instead="..." if inner is not node and len(inner.body) == 1 else "")
    indent = node.col_offset  # a comment or text in the first column is no reason not to dedent the rest
    return "\n".join(line[:indent].lstrip() + line[indent:] for line in kept.values() if line.strip())


def _remove(docstring: ast.stmt, lines: dict[int, str], *, instead: str) -> None:
    """Blank a docstring and a comment after it in the lines, by number; code that shares a line with it stays."""
    first, last = docstring.lineno, docstring.end_lineno or docstring.lineno
    before = lines[first].encode()[: docstring.col_offset].decode()  # the parser counts bytes
    after = lines[last].encode()[docstring.end_col_offset :].decode().strip().removeprefix(";").lstrip()
    lines.update(dict.fromkeys(range(first, last + 1), ""))
    lines[first] = before + (instead if not after or after.startswith("#") else after)
