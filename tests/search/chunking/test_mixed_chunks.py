"""Components and notebooks: parts in their languages."""

from __future__ import annotations

import json
from collections import Counter

from codequest.code.formats.notebooks import notebook_text
from codequest.search.chunking.chunks import chunk_file
from tests.search.chunking.cuts import cut, spans

VUE = """<script setup lang="ts">
import { ref } from 'vue'

/** Adds one. */
function add(item: Item): void {
  items.value.push(item)
}
</script>

<template>
  <div @click="add(item)">{{ total }}</div>
</template>

<style scoped>
.cart { color: red; }
</style>
"""
SVELTE = """<script>
  function increment() {
    count += 1;
  }
</script>

{#if count < 3}
<button on:click={increment}>more</button>
{/if}
"""


def test_the_script_of_a_component_is_cut_along_its_syntax_and_the_rest_by_lines() -> None:
    chunks = cut("Cart.vue", VUE)
    assert spans(chunks) == [
        ("window", "", 1, 2),
        ("function", "add", 4, 7),
        ("window", "", 10, 12),
        ("window", "", 14, 16),
    ]
    assert [chunk.language for chunk in chunks] == ["typescript", "typescript", "vue", "vue"]
    lines = VUE.split("\n")
    assert all(chunk.text == "\n".join(lines[chunk.start_line - 1 : chunk.end_line]) for chunk in chunks)
    chunks = cut("a.svelte", SVELTE)
    assert spans(chunks) == [("function", "increment", 2, 4), ("window", "", 7, 9)]
    assert [chunk.language for chunk in chunks] == ["javascript", "svelte"]


def test_a_page_without_a_script_and_one_in_another_language_are_windows() -> None:
    assert spans(cut("a.html", "<p>words</p>\n")) == [("window", "", 1, 1)]
    [chunk] = cut("a.vue", '<script lang="coffee">\nadd = (a) -> a\n</script>\n')
    assert (chunk.language, chunk.kind) == ("vue", "window")


def test_cells_of_a_notebook_are_sections_and_code() -> None:
    prose = {"cell_type": "markdown", "metadata": {}, "source": ["# Title\n", "\n", "Some words."]}
    code = {
        "cell_type": "code",
        "execution_count": None,
        "metadata": {},
        "outputs": [{"output_type": "stream", "name": "stdout", "text": ["shown\n"]}],
        "source": ["%matplotlib inline\n", "import os\n", "!ls -la\n", "def load(a):\n", "    return a"],
    }
    more = {"cell_type": "markdown", "metadata": {}, "source": ["## Part\n", "More words."]}
    made = {"cells": [prose, code, more, code], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    chunks = cut("a.ipynb", notebook_text(json.dumps(made, indent=1)))
    assert [(chunk.language, chunk.kind, chunk.symbol, chunk.context) for chunk in chunks] == [
        ("markdown", "section", "Title", ""),
        ("python", "window", "", "Title"),
        ("python", "function", "load", ""),
        ("markdown", "section", "Title > Part", "Title"),
        ("python", "window", "", "Title > Part"),
        ("python", "function", "load", ""),
    ]
    assert chunks[1].text == "%matplotlib inline\nimport os\n!ls -la"
    assert chunks[2].text == "def load(a):\n    return a"
    assert not any("shown" in chunk.text for chunk in chunks)


def test_files_that_a_grammar_cannot_read_are_counted() -> None:
    unread: Counter[str] = Counter()
    for path, text in (("a.py", "def a(:\n"), ("b.py", "a = 1\n"), ("c.js", "function (" * 9), ("d.txt", "{")):
        chunk_file(path, text, max_characters=400, unread=unread)
    assert unread == {"python": 1, "javascript": 1}


def test_of_thousands_of_scripts_the_first_thousand_are_cut_along_their_syntax() -> None:
    text = "".join(f"<script lang=ts>\nfunction f{number}() {{}}\n</script>\n" for number in range(1100))
    chunks = chunk_file("a.vue", text, max_characters=1500)
    named = {chunk.symbol for chunk in chunks if chunk.kind == "function"}
    assert named == {f"f{number}" for number in range(1000)}
    assert any("function f1099() {}" in chunk.text for chunk in chunks)
