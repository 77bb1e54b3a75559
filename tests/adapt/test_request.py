"""What a user may ask for, and which start is chosen."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from codequest.adapt import Request
from codequest.adapt.starts import leads_to
from codequest.adapters import find_adapter
from codequest.adapters.folder import read_config
from codequest.errors import InvalidInputError
from codequest.space import EmbeddingSpace

OTHER = EmbeddingSpace(teacher="another/teacher", dim=384)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"minutes": 0}, "minutes must be positive"),
        ({"kind": "projection"}, "kind must be one of lora, static, got 'projection'"),
        ({"max_tokens": 0}, "max_tokens must be at least 1"),
        ({"texts": Path("texts.jsonl")}, r"texts\.jsonl belong to vectors: give those as well, with index"),
    ],
)
def test_what_cannot_be_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        Request(teacher="some/model", out=Path("out"), **changes)


def test_a_limit_of_tokens_is_told_to_the_api_and_to_nothing_else() -> None:
    request = Request(teacher="openai:m?dimensions=256", out=Path("out"), max_tokens=500)
    assert request.teacher_name == "openai:m?dimensions=256&max_tokens_total=500"
    assert replace(request, teacher="openai:m").teacher_name == "openai:m?max_tokens_total=500"
    assert replace(request, max_tokens=None).teacher_name == "openai:m?dimensions=256"
    with pytest.raises(InvalidInputError, match="max_tokens limits what an API is asked for; 'some/model' is none"):
        assert replace(request, teacher="some/model").teacher_name


def test_the_start_is_one_of_the_same_space_or_the_usual_one() -> None:
    request = Request(teacher="some/model", out=Path("out"))
    static = replace(request, kind="static")
    own = read_config(find_adapter("minilm-l3-lora")).space
    assert request.chosen_start(OTHER) == "minilm-lora"
    assert request.chosen_start(own) == "minilm-lora"
    assert request.chosen_start(OTHER, teacher_flops=2 * 10**9) == "minilm-lora"
    assert request.chosen_start(OTHER, teacher_flops=256 * 10**6) == "minilm-l3-lora"  # six layers cost as much
    assert request.chosen_start(OTHER, teacher_flops=10**6) == "minilm-l3-lora"  # so do three, but nothing is cheaper
    assert static.chosen_start(OTHER) in ("static", "static-minilm")
    assert static.chosen_start(replace(OTHER, dim=128)) is None  # its rows are longer
    assert replace(request, start="none").chosen_start(OTHER) is None
    assert replace(request, start="my/folder").chosen_start(OTHER) == "my/folder"


def test_the_adapter_of_the_whole_vectors_is_the_start_for_truncated_ones() -> None:
    whole = read_config(find_adapter("minilm-l3-lora")).space
    cut, other = replace(whole, dim=256), replace(whole, dim=256, query_prompt="query: ")
    request = Request(teacher="some/model", out=Path("out"), kind="static")
    assert leads_to(read_config(find_adapter("minilm-lora")), cut)
    assert not leads_to(read_config(find_adapter("minilm-lora")), other)
    assert not leads_to(read_config(find_adapter("minilm-projection")), cut)  # its map is no linear one
    assert request.chosen_start(replace(whole, dim=128)) == "static"  # though its rows are longer than the vectors
