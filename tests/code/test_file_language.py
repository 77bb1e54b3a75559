"""The language of a file, by its name and where that is not enough by its content."""

from __future__ import annotations

import pytest

from codequest.code import LANGUAGES
from codequest.code.file_language import NAMES_OF_SOURCES, SUFFIXES_OF_SOURCES, file_language


@pytest.mark.parametrize(
    ("path", "text", "name"),
    [
        ("src/main.py", "", "python"),
        ("src/MAIN.PY", "", "python"),
        ("a.h", "int add(int a);", "c"),
        ("a.h", "namespace a {}", "c++"),
        ("bin/run", "#!/bin/sh\nx\n", "bash"),
        ("bin/run", "x\n", "text"),
        ("docs/guide.md", "", "markdown"),
        ("docs/Guide.RST", "", "restructuredtext"),
        ("settings.toml", "", "toml"),
        ("build/Makefile", "", "make"),
        ("CMakeLists.txt", "", "cmake"),
        ("notes.txt", "", "text"),
        (".gitignore", "", "text"),
        ("a.py/notes", "", "text"),
    ],
)
def test_a_file_is_of_the_language_of_its_name_or_its_content(path: str, text: str, name: str) -> None:
    assert file_language(path, text) == name


def test_files_of_settings_are_no_sources() -> None:
    suffixes = {suffix for language in LANGUAGES if language.documented for suffix in language.suffixes}
    assert suffixes <= SUFFIXES_OF_SOURCES
    assert {".md", ".sql", ".css", ".html"} <= SUFFIXES_OF_SOURCES
    assert not {".toml", ".yaml", ".yml", ".json", ".ini", ".cfg", ".conf", ".xml", ".tf", ".txt"} & SUFFIXES_OF_SOURCES
    assert {"makefile", "dockerfile"} <= NAMES_OF_SOURCES
    assert all(name == name.lower() for name in NAMES_OF_SOURCES)
