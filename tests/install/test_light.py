"""What runs without torch, and what says how to get it: every public name, every command.

The same where torch is not installed, as in the environment of codequest-light, and where it is and cannot be imported.
"""

from __future__ import annotations

import json
import os
import pkgutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

import codequest
from codequest import QueryEncoder
from codequest.adapters import shipped_adapters
from tests.cli.commands import COMMANDS, NOUNS, VERBS, beir

ROOT = Path(__file__).resolve().parents[2]

WITHOUT = """
import sys
for name in ("torch", "transformers", "peft", "bitsandbytes", "accelerate"):
    sys.modules[name] = None
"""
"""As if these packages were not there."""

NEEDING = {
    "DistillationTrainer",
    "LoRAQueryEncoder",
    "ProjectionQueryEncoder",
    "QuantizedQueryEncoder",
}
"""The public names that need torch."""

PACKAGES = sorted(module.name for module in pkgutil.iter_modules(codequest.__path__) if module.ispkg)

NAMES = """
import importlib, json
from codequest.errors import MissingDependencyError
found = {}
for package in sys.argv[1:]:
    module = importlib.import_module(package)
    for name in getattr(module, "__all__", ()):
        try:
            getattr(module, name)
        except MissingDependencyError as error:
            found[f"{package}.{name}"] = str(error)
print(json.dumps(found))
"""

COMMAND = "from codequest.cli import main\nmain()"


def without_torch(program: str, *arguments: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", WITHOUT + program, *map(str, arguments)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "200"}
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, env=environment, timeout=300)


def test_every_public_name_is_there_or_says_what_to_install() -> None:
    result = without_torch(NAMES, "codequest", *(f"codequest.{name}" for name in PACKAGES if name != "integrations"))
    assert result.returncode == 0, result.stderr
    missing = json.loads(result.stdout)
    assert {name.removeprefix("codequest.") for name in missing if name.count(".") == 1} == NEEDING
    assert {name for name, says in missing.items() if "[torch]'" not in says} == set()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with queries, an index in the space of the shipped adapters, a dataset, a model, and code."""
    place = tmp_path_factory.mktemp("light")
    (place / "queries.txt").write_text("\n".join(f"sort list {number}" for number in range(30)), encoding="utf-8")
    texts = [f"{verb} the {noun}" for verb in VERBS for noun in NOUNS]
    np.save(place / "index.npy", QueryEncoder.from_pretrained("static").encode(texts))
    (place / "index.jsonl").write_text("\n".join(json.dumps({"text": text}) for text in texts), encoding="utf-8")
    beir(place / "data", ["sort the dict by value of its keys, then read it"], ["sort(dict)"])
    (place / "model").mkdir()
    (place / "model" / "config.json").write_text("{}", encoding="utf-8")
    save_file({"weight": np.zeros(1, np.float32)}, place / "model" / "model.safetensors")
    (place / "src").mkdir()
    code = 'def retry(action):\n    """Repeat an action until it succeeds."""\n    while not action():\n        pass\n'
    (place / "src" / "retry.py").write_text(code, encoding="utf-8")
    return place


RUN = {
    "encode": ("encode", "static", "sort a list"),
    "embed": ("embed", "queries.txt", "--queries", "--encoder", "static", "--out", "vectors"),
    "info": ("info", "static"),
    "teachers": ("teachers",),
    "index": ("index", "src", "--light"),
    "search": ("search", "repeat until it works", "--path", "src"),
    "ask": ("ask", "when does it end?", "--path", "src"),
    "probe": ("probe", "index.npy", "--adapter", "static"),
    "queries": ("queries", "src", "--out", "mined.jsonl"),
}
"""Commands that run, with what they are given."""

REFUSED = {
    "encode": ("encode", "minilm-lora", "sort a list"),
    "info": ("info", "minilm-projection"),
    "serve": ("serve", "minilm-l3-lora"),
    "probe": ("probe", "index.npy", "--teacher", "src"),
    "adapt": ("adapt", "--teacher", "src", "--code", "src", "--out", "adapter"),
    "ann": ("ann", "minilm-lora", "--queries", "queries.txt", "--vectors", "index.npy"),
    "bench": ("bench", "static", "--teacher", "./model", "--form", "none", "--dataset", "data"),
    "demo": ("demo",),
    "distill": ("distill", "queries.txt", "--out", "adapter", "--teacher", "src"),
    "evaluate": ("evaluate", "mpnet-lora", "--dataset", "data"),
    "export": ("export", "static", "--out", "exported"),
    "report": ("report", "mpnet-lora", "--dataset", "data", "--out", "report"),
    "train": ("train", "recipe.toml", "--data", ".", "--out", "adapters"),
}
"""Commands that say what to install, with what they are given."""

SERVED = {"mcp", "serve"}
"""Commands that go on until they are stopped: `tests/install/test_docker.py` and the tests of MCP run them."""


def test_every_command_is_tried() -> None:
    assert {*RUN, *REFUSED, *SERVED} == set(COMMANDS)


@pytest.mark.parametrize("command", RUN)
def test_a_command_runs_without_torch(place: Path, command: str) -> None:
    result = without_torch(COMMAND, *RUN[command], cwd=place)
    assert (result.returncode, "Traceback" in result.stderr) == (0, False), result.stderr
    assert result.stdout or command == "probe"


def test_an_index_does_not_send_to_a_teacher_that_cannot_run(place: Path) -> None:
    result = without_torch(COMMAND, "index", "src", "--rebuild", cwd=place)
    assert result.returncode == 0, result.stderr
    assert "has light vectors, which searches use." in result.stdout
    assert "Go on with the teacher" not in result.stdout
    assert "pip install 'codequest" in result.stderr


@pytest.mark.parametrize("command", REFUSED)
def test_a_command_that_needs_torch_says_what_to_install(place: Path, command: str) -> None:
    result = without_torch(COMMAND, *REFUSED[command], cwd=place)
    assert result.returncode == 2, result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert result.stderr.startswith("Error: ")
    assert "pip install 'codequest" in result.stderr


def test_an_adapter_that_needs_torch_says_how_to_have_it_without(place: Path) -> None:
    result = without_torch(COMMAND, "encode", "minilm-lora", "sort a list", cwd=place)
    assert "codequest export minilm-lora --precision int8 --out minilm-lora-int8" in result.stderr
    assert "copy that folder here and give ./minilm-lora-int8 instead" in result.stderr


def test_an_index_is_searched_by_the_encoder_that_runs(place: Path) -> None:
    program = """
from codequest.search import CodeIndex
CodeIndex.build("src", light=True)
index = CodeIndex.open("src")
print(index.encoder, index.search("repeat until it works")[0].symbol)
"""
    assert without_torch(program, cwd=place).stdout == "static retry\n"


def test_a_table_is_truncated_without_torch(place: Path) -> None:
    program = """
from codequest import QueryEncoder
print(QueryEncoder.from_pretrained("static").truncated_to(128).encode("sort a list").shape)
"""
    assert without_torch(program, cwd=place).stdout == "(128,)\n"


@pytest.mark.parametrize("adapter", shipped_adapters())
def test_what_comes_with_codequest_is_listed_whether_it_runs_or_not(adapter: str) -> None:
    assert adapter in without_torch(COMMAND, "info").stdout
