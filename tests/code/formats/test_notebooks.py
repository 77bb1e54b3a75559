"""Jupyter notebooks as text."""

from __future__ import annotations

import json
from typing import Any

import pytest

from codequest.code.formats.notebooks import Cell, cells, notebook_text
from codequest.code.reading import LARGE_NOTEBOOK, NO_NOTEBOOK, readable_text, unwanted

CODE = {
    "cell_type": "code",
    "execution_count": 1,
    "id": "a",
    "metadata": {"tags": ["x"]},
    "outputs": [{"data": {"image/png": "iVBORw0", "text/plain": ["shown\n", "b"]}, "output_type": "display_data"}],
    "source": ["import os\n", "\n", "def first(a):\n", "    return a"],
}
PROSE = {
    "cell_type": "markdown",
    "metadata": {},
    "source": ["# Title\n", "\n", "![x](data:image/png;base64,iVBO) words"],
}


def notebook(*given: dict[str, Any], **metadata: Any) -> dict[str, Any]:
    return {"cells": list(given), "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


@pytest.mark.parametrize("layout", [{"indent": 1}, {"indent": 4}, {"indent": 2, "sort_keys": True}])
def test_every_line_of_a_cell_is_where_the_file_has_it_and_nothing_else_is_there(layout: dict[str, Any]) -> None:
    content = json.dumps(notebook(PROSE, CODE, kernelspec={"language": "python"}), **layout)
    shown = notebook_text(content).split("\n")
    file = content.split("\n")
    for line in ("# Title\n", "import os\n", "def first(a):\n", "    return a"):
        [number] = [number for number, written in enumerate(file) if written.strip().rstrip(",") == json.dumps(line)]
        assert shown[number] == line.rstrip("\n")
    said = {line for line in shown if line}
    assert said == {
        "# %% [markdown]",
        "# Title",
        "![x]() words",
        "# %% [python]",
        "import os",
        "def first(a):",
        "    return a",
    }


def test_a_notebook_in_one_line_is_numbered_as_it_would_be_written() -> None:
    made = notebook(PROSE, CODE)
    assert notebook_text(json.dumps(made)) == notebook_text(json.dumps(made, indent=1))


def test_cells_know_their_language_and_their_lines() -> None:
    of_shell = {"cell_type": "code", "metadata": {}, "outputs": [], "source": ["%%bash\n", "ls"]}
    of_sql = {"source": "SELECT 1", "metadata": {"vscode": {"languageId": "sql"}}, "cell_type": "code"}
    made = notebook(PROSE, CODE, of_shell, of_sql, kernelspec={"name": "ir"})
    lines = notebook_text(json.dumps(made)).split("\n")
    found = [*cells(lines)]
    assert [cell.language for cell in found] == ["markdown", "r", "bash", "sql"]
    texts = ["\n".join(lines[cell.first - 1 : cell.last]).strip() for cell in found]
    assert texts == ["# Title\n\n![x]() words", "".join(CODE["source"]), "%%bash\nls", "SELECT 1"]
    assert [*cells(["a", "# %% [markdown]", "b", "# %% [python]"])] == [Cell("markdown", 3, 3), Cell("python", 5, 4)]


def test_notebooks_of_the_format_before_are_read() -> None:
    old = {"cell_type": "code", "input": ["x = [\n", "1]"], "language": "python", "outputs": []}
    text = notebook_text(json.dumps({"worksheets": [{"cells": [old]}], "nbformat": 3}))
    assert [line for line in text.split("\n") if line] == ["# %% [python]", "x = [", "1]"]


@pytest.mark.parametrize(
    "content",
    ["{", "[1]", '{"a": 1}', "<<<<<<< HEAD\n{}", "[" * 100_000, '{"cells": ' + "[" * 200 + "]" * 200 + "}", "9" * 5000],
)
def test_what_is_no_notebook_is_skipped_with_a_reason(content: str) -> None:
    assert readable_text("a.ipynb", content.encode()) == ("", NO_NOTEBOOK)


def test_odd_characters_and_sizes() -> None:
    odd = {"cell_type": "code", "source": ["a = '\ud83d\0'\r\n", "b"]}
    text, why = readable_text("a.ipynb", json.dumps(notebook(odd)).encode())
    assert (text.split("\n")[5:7], why) == (["a = '?\ufffd'", "b"], "")
    assert [unwanted("a.ipynb", size) for size in (0, 2_000_000, 10_000_001)] == ["empty", "", LARGE_NOTEBOOK]
