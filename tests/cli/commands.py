"""Commands run in this process, and what they are given."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from codequest.cli.app import build_app

COMMANDS = (
    "adapt", "ann", "ask", "bench", "demo", "distill", "embed", "encode", "evaluate", "export", "index", "info", "mcp",
    "probe", "queries", "report", "search", "serve", "teachers", "train",
)  # fmt: skip

VERBS = ["sort", "read", "open", "search", "list", "query"]

NOUNS = ["dict", "file", "list", "value", "http query", "the list of files"]


def beir(folder: Path, queries: list[str], documents: list[str]) -> Path:
    """A BEIR folder, split dev: document i answers query i."""
    (folder / "qrels").mkdir(parents=True)
    for name, letter, texts in (("queries", "q", queries), ("corpus", "d", documents)):
        lines = [json.dumps({"_id": f"{letter}{number}", "text": text}) for number, text in enumerate(texts)]
        (folder / f"{name}.jsonl").write_text("\n".join(lines), encoding="utf-8")
    rows = ["query-id\tcorpus-id\tscore", *(f"q{number}\td{number}\t1" for number in range(len(queries)))]
    (folder / "qrels" / "dev.tsv").write_text("\n".join(rows), encoding="utf-8")
    return folder


def run(*arguments: object, input: str | None = None) -> str:
    """What a command prints; its error is raised."""
    return run_and_hear(*arguments, input=input)[0]


def run_and_hear(*arguments: object, input: str | None = None, exit_code: int = 0) -> tuple[str, str]:
    """What a command prints, and what it says on standard error; its error is raised."""
    result = CliRunner().invoke(build_app(), [str(argument) for argument in arguments], input=input)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == exit_code, result.output
    return result.stdout, result.stderr
