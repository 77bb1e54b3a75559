"""What each command imports of what is slow to import."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from codequest import QueryEncoder
from tests.cli.commands import COMMANDS, NOUNS, VERBS

ROOT = Path(__file__).resolve().parents[2]

HEAVY = {
    "accelerate", "bitsandbytes", "datasets", "faiss", "httpx2", "huggingface_hub", "ir_measures", "matplotlib", "mcp",
    "msgspec", "nncf", "numpy", "onnx", "onnxruntime", "onnxscript", "openvino", "pandas", "peft", "pyarrow",
    "pydantic", "pygments", "rich", "safetensors", "scipy", "sklearn", "starlette", "tantivy", "tokenizers", "torch",
    "transformers", "tree_sitter", "uvicorn", "yaml",
}  # fmt: skip
"""Packages that take more than ten milliseconds, by the name that they are imported by."""

TYPED = {"pydantic"}
"""What typer reads the arguments of a command with, from its version 0.29 on."""

TABLE = {"numpy", "msgspec", "safetensors", "tokenizers"}
"""What a table of rows is read with and embeds with."""

INDEX = {"numpy", "msgspec", "tantivy"}
"""What an index is kept in."""

LOADED = {
    "--help": (["--help"], set()),
    "--version": (["--version"], set()),
    "encode": (["encode", "static", "sort a list"], TYPED | TABLE),
    "embed": (
        ["embed", "index.jsonl", "--queries", "--encoder", "static", "--out", "vectors", "--json"],
        TYPED | TABLE | {"pandas", "pyarrow"},  # pyarrow imports pandas where it is installed
    ),
    "info": (["info", "static"], TYPED | TABLE),
    "teachers": (["teachers", "--json"], TYPED | {"numpy"}),
    "probe": (["probe", "index.npy", "--adapter", "static", "--json"], TYPED | TABLE),
    "index": (["index", "src", "--light", "--json"], TYPED | TABLE | INDEX | {"rich", "tree_sitter"}),
    "search": (["search", "repeat", "--path", "src", "--encoder", "static", "--json"], TYPED | TABLE | INDEX),
    "search by words": (["search", "repeat", "--path", "src", "--mode", "lexical", "--json"], TYPED | INDEX),
    "ask": (["ask", "repeat an action", "--path", "src", "--mode", "lexical"], TYPED | INDEX | {"rich"}),
    "queries": (["queries", "src", "--out", "mined.jsonl", "--json"], TYPED | {"numpy", "tree_sitter"}),
}
"""Commands with what they are given, and all that they may import of `HEAVY`."""

PROGRAM = """
import sys
from codequest.cli import main
try:
    main()
except SystemExit as exit:
    assert not exit.code, exit.code
sys.stderr.write("\\n" + " ".join({name.partition(".")[0] for name in sys.modules}))
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Code, and an index in the space of the shipped adapters."""
    place = tmp_path_factory.mktemp("imports")
    (place / "src").mkdir()
    (place / "src" / "retry.py").write_text('def retry(action):\n    """Repeat an action."""\n', encoding="utf-8")
    texts = [f"{verb} the {noun}" for verb in VERBS for noun in NOUNS]
    np.save(place / "index.npy", QueryEncoder.from_pretrained("static").encode(texts))
    (place / "index.jsonl").write_text("\n".join(json.dumps({"text": text}) for text in texts), encoding="utf-8")
    assert loaded(place, LOADED["index"][0])
    return place


def loaded(place: Path, arguments: list[str]) -> set[str]:
    """Packages of `HEAVY` that a command has imported when it is done."""
    command = [sys.executable, "-c", PROGRAM, *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=place, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return HEAVY & set(done.stderr.splitlines()[-1].split())


@pytest.mark.parametrize("command", LOADED)
def test_a_command_imports_what_it_uses_and_no_more(place: Path, command: str) -> None:
    arguments, allowed = LOADED[command]
    assert loaded(place, arguments) - allowed == set()


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_a_command_imports_nothing(place: Path, command: str) -> None:
    assert loaded(place, [command, "--help"]) - TYPED == set()
