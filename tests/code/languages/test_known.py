from pathlib import Path

import pytest

from codequest.code import LANGUAGES, SourceFile, language_of


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.name)
def test_every_grammar_knows_the_nodes_of_its_table(language) -> None:
    assert SourceFile(b"", language).definitions == []


def test_a_header_is_of_the_language_that_it_is_written_in() -> None:
    c, cpp = language_of(Path("a.h"), "int add(int a);"), language_of(Path("a.h"), "namespace a {}")
    assert (c and c.name, cpp and cpp.name) == ("c", "c++")
    assert language_of(Path("a.txt"), "") is None


@pytest.mark.parametrize(
    ("first_line", "name"),
    [
        ("#!/bin/sh", "bash"),
        ("#!/usr/bin/env python3.12", "python"),
        ("#!/usr/bin/env -S node --flag", "javascript"),
        ("#!/usr/bin/env -S uv run --script", "python"),
        ("#!/usr/bin/env uv", None),
        ("#!/usr/bin/env pypy3", "python"),
        ("#!/usr/bin/env -S deno run --allow-net", "typescript"),
        ("#!/usr/bin/env ts-node", "typescript"),
        ("#! /bin/dash", "bash"),
        ("#!/usr/bin/env luajit", "lua"),
        ("#!/usr/bin/perl", None),
        ("echo #!/bin/sh", None),
    ],
)
def test_a_script_is_of_the_language_of_its_interpreter(first_line: str, name: str | None) -> None:
    found = language_of(Path("bin/run"), f"{first_line}\nx\n")
    assert (found and found.name) == name


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("a.pyx", "python"), ("Rakefile", "ruby"), ("a.gemspec", "ruby"), (".bashrc", "bash"), ("a.bats", "bash"),
        ("a.ipp", "c++"), ("a.sbt", "scala"), ("a.phtml", "php"), ("hook.sample", "bash"), ("notes.md", None),
    ],
)  # fmt: skip
def test_other_names_and_ends_of_files_of_a_language(path: str, name: str | None) -> None:
    found = language_of(Path(path), "#!/bin/sh\n")
    assert (found and found.name) == name
