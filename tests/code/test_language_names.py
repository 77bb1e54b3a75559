"""Names of languages, as people write them."""

from __future__ import annotations

import pytest

from codequest.code.file_language import file_language
from codequest.code.language_names import known_languages, language_named
from codequest.errors import InvalidInputError


@pytest.mark.parametrize(
    ("name", "language"),
    [
        ("python", "python"), ("Python", "python"), ("py", "python"), ("PYI", "python"), ("golang", "go"), ("go", "go"),
        ("ts", "typescript"), ("tsx", "tsx"), ("jsx", "javascript"), ("node", "javascript"), ("rs", "rust"),
        ("cpp", "c++"), ("h", "c"), ("csharp", "c#"), ("cs", "c#"), ("sh", "bash"), ("shell", "bash"),
        ("tf", "terraform"), ("hcl", "hcl"), ("md", "markdown"), ("yml", "yaml"), ("docker", "dockerfile"),
        ("visual basic", "visual basic"), (" text ", "text"),
    ],
)  # fmt: skip
def test_a_language_has_a_name_aliases_and_the_ends_of_its_files(name: str, language: str) -> None:
    assert language_named(name) == language


def test_every_language_that_a_file_can_be_in_is_known_by_its_name() -> None:
    known = known_languages()
    assert known == sorted(set(known))
    for path in ("a.py", "a.tsx", "a.hcl", "a.h", "Makefile", "a.vue", "none"):
        assert file_language(path, "") in known
    assert [language_named(name) for name in known] == known


@pytest.mark.parametrize("name", ["cobol", "", "pythn", "a" * 5000])
def test_an_unknown_language_is_named_with_the_known_ones(name: str) -> None:
    with pytest.raises(InvalidInputError, match=r"Unknown language '.*expected one of asciidoc, astro, bash, .*, zig"):
        language_named(name)
