"""The page about frameworks and the examples run: on tiny models here, on the real ones in the slow tests."""

from __future__ import annotations

import os
import re
import runpy
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from codequest.encoders import QueryEncoder
from codequest.teachers import LocalTeacher

for framework in ("haystack", "langchain_core", "llama_index.core", "mteb", "sentence_transformers"):
    pytest.importorskip(framework)

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "integrations.md").read_text(encoding="utf-8")
QUESTION = "delete a folder and everything in it"
SEARCHES = ["haystack_search", "langchain_rag", "llama_index_search", "sentence_transformers_router"]


@pytest.fixture
def code(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The functions that the examples search, by name."""
    monkeypatch.syspath_prepend(str(ROOT / "examples"))
    found: dict[str, str] = runpy.run_path(str(ROOT / "examples" / "standard_functions.py"))["CODE"]
    return found


def run(name: str, *arguments: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", [name, *map(str, arguments)])
    runpy.run_path(str(ROOT / "examples" / f"{name}.py"), run_name="__main__")


def nearest(code: dict[str, str], encoder: QueryEncoder, teacher: LocalTeacher, count: int) -> list[str]:
    scores = teacher.encode_documents(list(code.values())) @ encoder.encode(QUESTION)
    return [list(code)[place] for place in np.argsort(-scores)[:count]]


def printed_names(name: str, printed: str) -> list[str]:
    if name == "langchain_rag":
        assert printed.endswith(f"Question: {QUESTION}\n")
        return re.findall(r"^# (\w+\.\w+)$", printed, re.MULTILINE)
    return [line.split()[1] for line in printed.splitlines()]


def test_the_functions_are_a_few_dozen_without_their_descriptions(code: dict[str, str]) -> None:
    assert 30 <= len(code) <= 60
    assert code["shutil.rmtree"].startswith("def rmtree(")
    assert "Recursively delete a directory tree" not in code["shutil.rmtree"]


@pytest.mark.parametrize("name", SEARCHES)
def test_an_example_finds_what_the_vectors_say(
    name: str,
    adapter: Path,
    teacher_folder: Path,
    encoder: QueryEncoder,
    teacher: LocalTeacher,
    code: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = [tmp_path / "router"] if name == "sentence_transformers_router" else []
    run(name, QUESTION, *folder, adapter, teacher_folder, monkeypatch=monkeypatch)
    found = printed_names(name, capsys.readouterr().out)
    assert found == nearest(code, encoder, teacher, 3 if name == "langchain_rag" else 5)


def test_the_example_of_mteb(
    adapter: Path,
    teacher_folder: Path,
    code: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    run("mteb_evaluate", adapter, teacher_folder, monkeypatch=monkeypatch)
    scores = re.fullmatch(r"nDCG@10 (0\.\d{3}), recall@10 (0\.\d{3})\n", capsys.readouterr().out)
    assert scores is not None
    assert 0 < float(scores[1]) < float(scores[2]) < 1  # untrained models


def test_the_code_of_the_page_runs(
    adapter: Path, teacher_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    page = PAGE.replace('"auto:sentence-transformers/all-mpnet-base-v2"', repr(str(teacher_folder)))
    page = page.replace('"router")\n', f'"router", teacher={str(teacher_folder)!r})\n', 1)
    page = page.replace('    "minilm-lora"', f"    {str(adapter)!r}").replace('("minilm-lora"', f"({str(adapter)!r}")
    found: dict[str, object] = {}
    kept = []
    for block in re.findall(r"```python\n(.*?)```", page, re.DOTALL):
        exec(compile(block, "integrations.md", "exec"), found)
        kept.append(found.get("found"))
    assert len(kept) == 6
    assert kept[2][0].page_content.startswith("def ")  # type: ignore[index]
    assert kept[3][0].node.text.startswith("def ")  # type: ignore[index]
    assert kept[4][0].content == "def by_value(d): ..."  # type: ignore[index]


@pytest.mark.slow
@pytest.mark.parametrize("name", [*SEARCHES, "mteb_evaluate"])
def test_an_example_with_the_real_models(name: str, tmp_path: Path) -> None:
    folder = [str(tmp_path / "router")] if name == "sentence_transformers_router" else []
    arguments = [] if name == "mteb_evaluate" else [QUESTION, *folder]
    command = [sys.executable, str(ROOT / "examples" / f"{name}.py"), *arguments]
    result = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env={**os.environ})
    assert result.returncode == 0, result.stderr
    if name == "mteb_evaluate":
        assert float(result.stdout.split()[1].rstrip(",")) > 0.8
    else:
        assert "shutil.rmtree" in printed_names(name, result.stdout)[:3]
