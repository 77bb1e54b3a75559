"""Encoders by their names wherever an encoder is expected."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from codequest import QueryEncoder, RetrievalDataset, evaluate
from codequest.encoders.given import encoder_given, encoders_given
from codequest.errors import AdapterFormatError, InvalidInputError
from codequest.evaluation import compare
from codequest.teachers import VectorsTeacher


def test_an_encoder_is_itself_and_a_name_is_loaded(tmp_path: Path) -> None:
    static = QueryEncoder.from_pretrained("static")
    folder = static.save_pretrained(tmp_path / "mine")
    assert encoder_given(static) is static
    for given in ("static", str(folder), folder):
        assert encoder_given(given).space == static.space
    assert list(encoders_given({"a": static, "b": folder})) == ["a", "b"]


@pytest.mark.parametrize("given", [None, 5, ["static"]])
def test_what_is_neither_is_refused(given: Any) -> None:
    with pytest.raises(InvalidInputError, match="Expected an encoder, or the name or folder of one"):
        encoder_given(given)


@pytest.mark.parametrize(("given", "says"), [({}, "at least one encoder"), (["static"], "by the name that they have")])
def test_several_are_given_by_their_names_in_a_report(given: Any, says: str) -> None:
    with pytest.raises(InvalidInputError, match=says):
        encoders_given(given)
    with pytest.raises(AdapterFormatError, match="No adapter 'nobody'"):
        encoders_given({"a": "nobody"})


def test_evaluations_of_a_name_are_those_of_its_encoder() -> None:
    pytest.importorskip("ir_measures")
    static = QueryEncoder.from_pretrained("static")
    queries, documents = {"q1": "sort a list", "q2": "read a file"}, {"d1": "def sort", "d2": "def read"}
    dataset = RetrievalDataset("d", queries, documents, {"q1": {"d1": 1}, "q2": {"d2": 1}})
    vectors = [(list(texts.values()), static.encode(list(texts.values()))) for texts in (queries, documents)]
    teacher = VectorsTeacher(static.space, queries=vectors[0], documents=vectors[1])
    by_name = evaluate("static", teacher, dataset, latency_queries=0)
    assert by_name == evaluate(static, teacher, dataset, latency_queries=0)
    assert by_name.encoders[0].name == "static"
    assert compare({"mine": "static"}, teacher, dataset, latency_queries=0).encoders[0].cosine == pytest.approx(1)
