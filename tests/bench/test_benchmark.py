"""The whole benchmark on tiny models: from names to speed and retention."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from codequest import ProjectionQueryEncoder, load_teacher
from codequest.bench import bench
from codequest.bench.benchmark import shipped_for
from codequest.bench.exports import FORMS
from codequest.bench.process import Effort
from codequest.data import RetrievalDataset
from codequest.errors import (
    AdapterFormatError,
    InvalidInputError,
    SpaceMismatchError,
)
from codequest.machine import available_cpus
from tests.tiny import build_model

THREADS = min(2, available_cpus())  # all there are, on a small machine: pinned tests would wait for each other

QUICK = Effort(threads=THREADS, passes=1, seconds=0)

QUERIES = {
    "a": "sort the list of the dict by the value",
    "b": "read the file in the list of files",
    "c": "search the value by the query in a dict",
}

DATASET = RetrievalDataset(
    "tiny",
    QUERIES,
    {"a": "sort(dict)", "b": "read(file)", "c": "search(query)"},
    {key: {key: 1} for key in QUERIES},
)


def size(*folders: Path) -> int:
    return sum(path.stat().st_size for folder in folders for path in folder.rglob("*") if path.is_file())


def test_speed_and_retention(tiny_light: Path, tiny_teacher: Path) -> None:
    result = bench(
        [str(tiny_light), "quantized:int8"],
        dataset=DATASET,
        teacher=str(tiny_teacher),
        forms=["openvino:fp32"],
        rounds=1,
        effort=QUICK,
    )
    names = ["teacher", "tiny-light", "quantized:int8", "teacher, openvino fp32", "teacher, openvino fp32, bare"]
    assert [row.name for row in result.rows] == [*names, "tiny-light, openvino fp32"]  # which reads no tokens
    rows = {row.name: row for row in result.rows}
    assert rows["teacher"].retention == rows["teacher, openvino fp32"].retention == 1
    light, compact = rows["tiny-light"], rows["quantized:int8"]
    assert light.retention == pytest.approx((light.ndcg or 0) / (rows["teacher"].ndcg or 0))
    for name in ("teacher, openvino fp32", "teacher, openvino fp32, bare", "tiny-light, openvino fp32"):
        assert rows[name].cosine == pytest.approx(1, abs=1e-4)
        assert "torch" not in rows[name].versions
    assert "torch" in rows["teacher"].versions
    assert compact.cosine == pytest.approx(1, abs=0.01)
    assert compact.reference == "teacher"
    disk = {"tiny-light": tiny_light, "teacher": tiny_teacher, "quantized:int8": tiny_teacher}
    for name, folder in disk.items():
        assert rows[name].rounds[0]["disk MB"] == pytest.approx(size(folder) / 1e6)
    assert result.dataset == "tiny"
    assert result.texts == 3
    assert result.not_run == {}


def refusal(**values: Any) -> Callable[[Path, Path], object]:
    def run(adapter: Path, teacher: Path) -> object:
        arguments: dict[str, Any] = {"adapters": [str(adapter)], "teacher": str(teacher), "dataset": DATASET, **values}
        return bench(arguments.pop("adapters"), rounds=arguments.pop("rounds", 1), effort=QUICK, **arguments)

    return run


@pytest.mark.parametrize(
    ("run", "error", "message"),
    [
        (refusal(rounds=0), InvalidInputError, "at least 1 round, got 0"),
        (refusal(forms=["onnx"]), InvalidInputError, f"no form 'onnx'. Expected some of {', '.join(FORMS)}"),
        (refusal(adapters=["nobody/nothing"]), AdapterFormatError, "No adapter 'nobody/nothing'"),
        (refusal(adapters=["quantized:int8"], teacher=None), InvalidInputError, "do not say who their teacher is"),
        (refusal(queries=["sort"]), InvalidInputError, "None of the 1 queries has 8 to 12 words"),
        (refusal(adapters=["quantized:int3"]), InvalidInputError, "precision must be one of auto, int8"),
    ],
)
def test_what_cannot_be_measured_is_refused(
    run: Callable[[Path, Path], object], error: type[Exception], message: str, adapter: Path, tiny_teacher: Path
) -> None:
    with pytest.raises(error, match=message):
        run(adapter, tiny_teacher)


def test_adapters_of_another_teacher_are_refused(adapter: Path, tiny_base: Path, tmp_path: Path) -> None:
    other = build_model(tmp_path / "other", seed=9, hidden=48)
    with pytest.raises(SpaceMismatchError, match="The adapters are of another teacher"):
        bench([str(adapter)], teacher=str(other), dataset=DATASET, rounds=1, effort=QUICK)
    space = load_teacher(str(other)).space
    ProjectionQueryEncoder.create(str(tiny_base), space=space, map="linear").save_pretrained(tmp_path / "second")
    with pytest.raises(SpaceMismatchError, match="'second' cannot be measured together with 'light'"):
        bench([str(adapter), str(tmp_path / "second")], dataset=DATASET, rounds=1, effort=QUICK)


def test_by_default_the_adapters_of_the_teacher_are_measured() -> None:
    usual = ["minilm-l3-lora", "minilm-lora", "minilm-projection", "mpnet-lora", "static"]
    assert shipped_for(None) == shipped_for("auto:sentence-transformers/all-mpnet-base-v2") == usual
    assert shipped_for("local:sentence-transformers/all-MiniLM-L6-v2") == ["static-for-minilm"]
    assert shipped_for("some/other-model") == usual
