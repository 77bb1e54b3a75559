"""One row per runtime, and what it says is what an export does."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import pytest

from codequest import LoRAQueryEncoder, QueryEncoder
from codequest.adapters.folder import ADAPTER_FILES
from codequest.encoders.export import ExportTarget
from codequest.errors import InvalidInputError, PrecisionNotSupportedError
from codequest.runtimes import RUNTIMES, check_choices
from codequest.runtimes.table import GraphPrecision, Runtime
from codequest.teachers import LocalTeacher


def test_every_runtime_has_its_row() -> None:
    assert tuple(RUNTIMES) == get_args(Runtime)
    assert {name: row.name for name, row in RUNTIMES.items()} == {name: name for name in RUNTIMES}
    assert get_args(ExportTarget) == (*RUNTIMES, "sentence-transformers")
    with pytest.raises(InvalidInputError, match=f"runtime must be one of {', '.join(RUNTIMES)}, got 'tensorrt'"):
        check_choices("tensorrt", "fp32")


@pytest.mark.parametrize("name", list(RUNTIMES))
def test_the_files_are_those_of_an_export_and_of_adapters(name: str, tiny_base: Path, tmp_path: Path) -> None:
    row = RUNTIMES[name]
    pytest.importorskip(row.package)
    pytest.importorskip("onnxscript")
    assert row.load().runtime == name
    space = LocalTeacher(str(tiny_base), device="cpu").space
    encoder = LoRAQueryEncoder.create(str(tiny_base), space=space, rank=2, device="cpu")
    runtime: Any = name
    folder = encoder.export(tmp_path / name, runtime=runtime)
    others = {"config.json", "model.safetensors", "tokenizer.json", "README.md"}
    assert {path.name for path in folder.iterdir()} - others == set(row.files)
    assert set(row.files) <= set(ADAPTER_FILES)
    assert set(QueryEncoder.from_pretrained(folder).describe()["graph"]) == set(row.files)


def test_merits_are_of_precisions_that_the_runtime_has_and_have_places_of_their_own() -> None:
    merits = {row.name: row.load().merits() for row in RUNTIMES.values()}
    for name, found in merits.items():
        assert {merit.precision for merit in found} <= set(RUNTIMES[name].precisions) - {"fp32"}
    places = sorted(merit.place for found in merits.values() for merit in found)
    assert places == sorted(set(places))


def test_a_precision_that_is_in_no_row_is_refused_by_the_runtime() -> None:
    for row in RUNTIMES.values():
        pytest.importorskip(row.package)
        for precision in set(get_args(GraphPrecision)) - set(row.precisions):
            with pytest.raises(PrecisionNotSupportedError, match=f"does not compute in {precision}"):
                row.load().refuse_unrunnable(precision)
