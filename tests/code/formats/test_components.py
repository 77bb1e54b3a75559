"""Scripts in components and pages."""

from __future__ import annotations

import time
from pathlib import PurePath

import pytest

from codequest.code.formats.components import scripts


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("a.vue", "<script>a()</script>", [("javascript", "a()")]),
        ("a.vue", '<script setup lang="ts">\na()\n</script>', [("typescript", "\na()\n")]),
        ("a.vue", "<script lang='tsx' setup>a()</script >", [("tsx", "a()")]),
        ("a.vue", '<script lang="ts" generic="T extends A<B>">a()</script>', [("typescript", "a()")]),
        ("a.vue", "<template><p>a</p></template>\n<SCRIPT LANG=TS>a()</SCRIPT>", [("typescript", "a()")]),
        ("a.vue", '<script lang="coffee">a()</script><script src="./b.js"></script><script/>', []),
        ("a.vue", "<script>never()", [("javascript", "never()")]),
        ("a.svelte", '<script context="module">a()</script><script lang="ts">b()</script>',
         [("javascript", "a()"), ("typescript", "b()")]),
        ("a.svelte", "{#if a < b}<!-- <script>no()</script> -->{/if}<script>a()</script>", [("javascript", "a()")]),
        ("a.astro", "---\nconst a = 1;\n---\n<p/><script>b()</script>",
         [("typescript", "const a = 1;\n"), ("typescript", "b()")]),
        ("a.html", '<script type="module">a()</script><script type="text/x">{}</script>', [("javascript", "a()")]),
        ("a.html", "<!-- <script>a()</script>", []),
        ("a.md", "<script>a()</script>", []),
    ],
)  # fmt: skip
def test_scripts_have_the_language_that_they_say(path: str, text: str, expected: list[tuple[str, str]]) -> None:
    found = scripts(PurePath(path), text)
    assert [(script.language.name, text[script.start : script.end]) for script in found] == expected


@pytest.mark.parametrize("repeated", ["<script ", "<script>", "<!--", '<script a="', "</script>", "<script/", "---\n"])
def test_a_megabyte_of_tags_takes_a_second(repeated: str) -> None:
    began = time.thread_time()
    scripts(PurePath("a.astro"), repeated * (1_000_000 // len(repeated)))
    assert time.thread_time() - began < 1
