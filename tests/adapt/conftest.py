"""Code to adapt to, an adapter of another space to start from, and requests."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from codequest.adapt import Request
from codequest.encoders import LoRAQueryEncoder
from codequest.teachers import LocalTeacher

VERBS = ("sort", "read", "open", "search", "parse", "copy", "merge", "close")
NOUNS = ("file", "dict", "value", "query", "tree", "date", "path", "list", "socket", "table")
HOWS = ("by key", "in order")

FUNCTION = '''
def {verb}_{noun}_{how}(given):
    """{title} the {noun} {words}."""
    {verb}, {noun}, {how} = given
    return {verb}({noun}, {how})
'''


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CODEQUEST_CACHE", str(tmp_path / "cache"))


@pytest.fixture(scope="session")
def code(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """160 documented functions in eight files."""
    folder = tmp_path_factory.mktemp("code") / "shop"
    folder.mkdir()
    for verb in VERBS:
        parts = [
            FUNCTION.format(verb=verb, title=verb.title(), noun=noun, words=how, how=how.replace(" ", "_"))
            for noun, how in itertools.product(NOUNS, HOWS)
        ]
        (folder / f"{verb}.py").write_text("".join(parts), encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def start(tiny_base: Path, tiny_teacher: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A LoRA adapter of another space."""
    space = replace(LocalTeacher(str(tiny_teacher), device="cpu").space, teacher="another/teacher", dim=40)
    encoder = LoRAQueryEncoder.create(str(tiny_base), space=space, rank=2, device="cpu")
    return str(encoder.save_pretrained(tmp_path_factory.mktemp("adapters") / "old"))


Ask = Callable[..., Request]


@pytest.fixture
def ask(code: Path, start: str, tiny_teacher: Path, tmp_path: Path) -> Ask:
    """A request for the tiny teacher and the code, with time enough."""

    def request(**changes: Any) -> Request:
        usual: dict[str, Any] = {"teacher": str(tiny_teacher), "code": (str(code),), "start": start, "packages": ()}
        return Request(**{**usual, "out": tmp_path / "adapter", "minutes": 60, **changes})

    return request
