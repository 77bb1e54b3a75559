"""`codequest serve`: what it refuses; what it serves is tested where that is."""

from __future__ import annotations

from pathlib import Path

import pytest

from codequest.errors import IndexNotFoundError, InvalidInputError, SpaceMismatchError
from codequest.search import CodeIndex
from tests.cli.commands import run
from tests.search.conftest import FILES, write


def test_it_needs_an_adapter_or_an_index() -> None:
    with pytest.raises(InvalidInputError, match=r"Nothing to serve\. .* codequest serve --index \."):
        run("serve")


def test_what_belongs_to_the_endpoint_is_refused_with_an_index(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"--max-batch is for /v1/embeddings; leave it out"):
        run("serve", "--index", tmp_path, "--max-batch", 4)


def test_a_folder_without_an_index_is_refused(tmp_path: Path) -> None:
    with pytest.raises(IndexNotFoundError, match="Make one with: codequest index"):
        run("serve", "--index", tmp_path, "--port", 0)


def test_an_encoder_of_another_space_is_refused(tmp_path: Path, tiny_teacher: Path) -> None:
    CodeIndex.build(write(tmp_path, FILES), teacher=str(tiny_teacher))
    with pytest.raises(SpaceMismatchError, match="adapter 'minilm-lora' embeds into"):
        run("serve", "minilm-lora", "--index", tmp_path, "--port", 0)
