"""Whether a teacher made an index: every way to have made it otherwise is named, with the way out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from codequest.errors import InvalidInputError, SpaceMismatchError
from codequest.teachers import CachedTeacher, LocalTeacher, Teacher, VectorsTeacher, probe_index
from tests.teachers.counting import CountingTeacher
from tests.teachers.index_probe.indexes import PROMPTS, TEXTS, different, of
from tests.tiny import build_model


@pytest.mark.parametrize("stored", ["float32", "float16", "noise of 8 bits"])
def test_the_teachers_own_index_matches(teacher: LocalTeacher, index: npt.NDArray[Any], stored: str) -> None:
    noise = np.random.default_rng(0).uniform(-1, 1, index.shape) / 256
    kept = index + noise if stored.startswith("noise") else index.astype(stored)
    probe = probe_index(kept, TEXTS, CachedTeacher(teacher))
    assert (probe.verdict, probe.says, different(probe)) == ("match", "model made these vectors.", {})
    assert probe.cosine == probe.nearest > 0.998
    assert probe.samples == len(TEXTS) - 1  # one is empty
    probe.check()


@pytest.mark.parametrize(
    ("made", "found", "options", "says"),
    [
        (
            {"prompt": ""},
            {"prompt": ("''", "'code: '")},
            {"document_prompt": ""},
            r"with LocalTeacher\('model', document_prompt=''\), or embed the texts again",
        ),
        (
            {"prompt": PROMPTS["query"]},
            {"prompt": ("'find the code: '", "'code: '")},
            {"document_prompt": "find the code: "},
            r"but prompt 'find the code: ' instead of 'code: '\. Load the teacher with",
        ),
        (
            {"prompt": PROMPTS["qa"], "truncate_dim": 24},
            {"prompt": ("'an answer to the question: '", "'code: '"), "dimensions": ("24", "32")},
            {"document_prompt": "an answer to the question: ", "dim": 24},
            r"LocalTeacher\('model', dim=24, document_prompt='an answer to the question: '\)",
        ),
        (
            {"pooling": "cls"},
            {"pooling": ("cls", "mean")},
            {},
            "pooling cls instead of mean. Embed the texts",
        ),
        (
            {"max_tokens": 32},
            {"tokens read": ("32", "64")},
            {"max_tokens": 32},
            r"tokens read 32 instead of 64.*max_tok",
        ),
        ({"max_tokens": 128}, {"tokens read": ("128", "64")}, {"max_tokens": 128}, r"tokens read 128 instead of 64"),
        (
            {"without": ("Dense",)},
            {"dense layers": ("left out", "used")},
            {},
            "dense layers left out instead of used. Embed the texts again",
        ),
        (
            {"pooling": "lasttoken", "prompt": ""},
            {"pooling": ("last", "mean"), "prompt": ("''", "'code: '")},
            {"document_prompt": ""},
            "Load the teacher with .* Embed the texts again",
        ),
    ],
)
def test_a_setting_that_was_another_one_is_named(
    folder: Path, teacher: LocalTeacher, made: dict[str, Any], found: dict[str, Any], options: dict[str, Any], says: str
) -> None:
    vectors = of(folder, **made)
    if "truncate_dim" in made:
        vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    probe = probe_index(vectors, TEXTS, teacher)
    assert (probe.verdict, different(probe), probe.options) == ("setting", found, options)
    assert probe.nearest > 0.9999 > probe.cosine
    with pytest.raises(SpaceMismatchError, match=says):
        probe.check()
    if options and set(options) >= {"document_prompt"} - set(found) and "pooling" not in found:
        again = LocalTeacher(str(folder), device="cpu", **options)
        assert probe_index(vectors, TEXTS, again).verdict == "match"


def test_lengths_that_were_changed_are_named(folder: Path, teacher: LocalTeacher, index: npt.NDArray[Any]) -> None:
    raw = probe_index(of(folder, without=("Normalize",)), TEXTS, teacher)
    assert raw.verdict == "setting"
    assert list(different(raw)) == ["length of a vector"]
    assert different(raw)["length of a vector"][1] == "1.000"
    assert raw.says.endswith("Normalise the vectors to the teacher's lengths, or search by cosine.")


def test_an_index_that_is_normalized_though_the_teacher_is_not(tmp_path: Path) -> None:
    teacher = LocalTeacher(str(build_model(tmp_path / "raw", normalize=False)), device="cpu")
    vectors = teacher.encode_documents(TEXTS)
    assert probe_index(vectors, TEXTS, teacher).verdict == "match"
    probe = probe_index(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), TEXTS, teacher)
    assert different(probe)["length of a vector"][0] == "1.000"


def test_queries_are_compared_as_queries(teacher: LocalTeacher) -> None:
    texts = [text for text in TEXTS if text]
    assert probe_index(teacher.encode_queries(texts), texts, teacher, side="query").verdict == "match"
    mixed = probe_index(teacher.encode_documents(texts), texts, teacher, side="query")
    assert (mixed.verdict, mixed.options) == ("setting", {"query_prompt": "code: "})


def test_a_truncated_teacher_and_a_whole_index(folder: Path, index: npt.NDArray[Any]) -> None:
    probe = probe_index(index, TEXTS, LocalTeacher(str(folder), dim=8, device="cpu"))
    assert (probe.verdict, probe.options) == ("setting", {"dim": 32})
    assert np.isnan(probe.cosine)


def test_stored_vectors_can_be_probed_with(teacher: LocalTeacher, index: npt.NDArray[Any]) -> None:
    stored: Teacher = VectorsTeacher(teacher.space, documents=(TEXTS, index), queries=(TEXTS, -index))
    assert probe_index(index, TEXTS, stored).verdict == "match"
    assert probe_index(-index, TEXTS, stored).verdict == "setting"


def test_the_sample_holds_the_longest_texts_and_others_from_the_whole_index() -> None:
    teacher = CountingTeacher()
    texts = [f"text {number}" for number in range(1000)]
    texts[411] = "long " * 50
    probe = probe_index(teacher.encode_documents(texts), texts, teacher, samples=8)
    assert probe.samples == 8
    sampled = [text for _, text in teacher.embedded[1000:]]
    assert texts[411] in sampled
    numbers = sorted(int(text.split()[1]) for text in sampled if text != texts[411])
    assert numbers[0] < 170
    assert numbers[-1] > 800


@pytest.mark.parametrize(
    ("vectors", "texts", "message"),
    [
        (np.ones((2, 8)), ["a"], r"got 1 text, 1 of them not empty, and vectors of shape \(2, 8\)"),
        (np.ones(8), ["a"], r"vectors of shape \(8,\)"),
        (np.ones((1, 8)), [""], "got 1 text, 0 of them not empty"),
        (np.ones((0, 8)), [], "got 0 texts"),
        (np.full((1, 8), np.nan), ["a"], "1 of 1 vectors of the sample hold NaN or infinity, first in row 0"),
    ],
)
def test_what_cannot_be_probed_is_refused(vectors: npt.NDArray[Any], texts: list[str], message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        probe_index(vectors, texts, CountingTeacher())
    with pytest.raises(InvalidInputError, match="samples must be at least 1, got 0"):
        probe_index(np.ones((1, 8)), ["a"], CountingTeacher(), samples=0)
