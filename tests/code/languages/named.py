from pathlib import Path

from codequest.code import SourceFile, language_of


def names(path: str, text: str) -> list[str]:
    """The names of all definitions in a file, in its order."""
    language = language_of(Path(path), text)
    assert language is not None
    file = SourceFile(text.encode(), language)
    return [found.name for found in sorted((*file.definitions, *file.types), key=lambda found: found.span)]
