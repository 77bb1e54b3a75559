"""Exported encoders: what their folder holds, threads, light processes."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from codequest.encoders import QueryEncoder, TruncationWarning
from codequest.errors import (
    AdapterFormatError,
)
from codequest.runtimes import PARITY_QUERIES
from codequest.space import EmbeddingSpace
from tests.encoders.conftest import build_case, without_digests
from tests.tiny import QUERIES

pytest.importorskip("onnxscript")
pytest.importorskip("openvino")

LIGHT = "{'torch', 'transformers', 'peft', 'bitsandbytes', 'onnx', 'onnxscript', 'nncf', 'huggingface_hub'}"


def edited(folder: Path, target: Path, **changes: Any) -> Path:
    """A copy whose config.json says something else of the encoder."""
    QueryEncoder.from_pretrained(folder).save_pretrained(target)
    path = target / "config.json"
    values = json.loads(path.read_text(encoding="utf-8"))
    values["encoder"] |= changes
    path.write_text(json.dumps(values), encoding="utf-8")
    return target


class TestFolder:
    @pytest.mark.parametrize("runtime", ["onnx", "openvino"])
    def test_a_tampered_graph(self, exported_static: Callable[[Any], Path], tmp_path: Path, runtime: Any) -> None:
        out = shutil.copytree(exported_static(runtime), tmp_path / "out")
        graph = out / {"onnx": "model.onnx", "openvino": "openvino_model.bin"}[runtime]
        content = bytearray(graph.read_bytes())
        content[len(content) // 2] ^= 1
        graph.write_bytes(content)
        without_digests(out)  # the graph has digests of its own
        with pytest.raises(AdapterFormatError, match=rf"{graph.name} is damaged or was changed: its SHA-256 is \w+"):
            QueryEncoder.from_pretrained(out)
        graph.unlink()
        with pytest.raises(AdapterFormatError, match=rf"{graph.name} cannot be read: No such file"):
            QueryEncoder.from_pretrained(out)

    @pytest.mark.parametrize(
        ("changes", "message"),
        [
            ({"graph": {}}, r"model\.onnx is damaged or was changed: .* config\.json says None"),
            ({"runtime": "tensorrt"}, "holds a wrong value: runtime must be one of"),
            ({"prompt": None}, "lacks 'prompt' or 'lower_case'"),
        ],
    )
    def test_a_config_that_cannot_be_used(
        self, folder: Path, tmp_path: Path, changes: dict[str, Any], message: str
    ) -> None:
        with pytest.raises(AdapterFormatError, match=message):
            QueryEncoder.from_pretrained(edited(folder, tmp_path / "out", **changes))

    @pytest.mark.parametrize(("file", "message"), [("tokenizer.json", "cannot be read: No such file")])
    def test_a_missing_file(self, folder: Path, tmp_path: Path, file: str, message: str) -> None:
        out = edited(folder, tmp_path / "out")
        (without_digests(out) / file).unlink()
        with pytest.raises(AdapterFormatError, match=rf"{file} {message}"):
            QueryEncoder.from_pretrained(out)

    def test_no_pickle_and_no_python(self, folder: Path) -> None:
        assert {path.suffix for path in folder.iterdir()} == {".json", ".md", ".onnx"}


class TestQueries:
    def test_truncated_queries_are_counted_and_said_once(self, folder: Path) -> None:
        encoder: Any = QueryEncoder.from_pretrained(folder)
        long = "sort a list by value " * 40
        with pytest.warns(TruncationWarning, match="2 of 3 queries have more than 64 tokens"):
            encoder.encode([long, "short", long])
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            encoder.encode(long)
        assert encoder.truncated == 3

    @pytest.mark.parametrize("name", ["exported-onnx", "exported-openvino", "static-linear", "lora-linear"])
    def test_many_threads_at_once_get_the_same_vectors(
        self, name: str, tiny_base: Path, wide_teacher: Path, space: EmbeddingSpace
    ) -> None:
        encoder = build_case(name, tiny_base, wide_teacher, space).encoder
        queries = [*QUERIES, *PARITY_QUERIES[:20]]
        expected = {query: encoder.encode(query) for query in queries}
        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(encoder.encode, queries * 20))
        for query, vector in zip(queries * 20, found, strict=True):
            np.testing.assert_allclose(vector, expected[query], atol=1e-6)

    @pytest.mark.parametrize("runtime", ["onnx", "openvino"])
    def test_a_process_that_only_encodes_stays_light(
        self, runtime: Any, exported_static: Callable[[Any], Path], folder: Path
    ) -> None:
        for path in (exported_static(runtime), *([folder] if runtime == "onnx" else [])):
            code = (
                "import sys; from codequest import QueryEncoder; "
                f"print(float(QueryEncoder.from_pretrained({str(path)!r}).encode('sort a list')[0])); "
                f"assert not {LIGHT} & set(sys.modules), {LIGHT} & set(sys.modules)"
            )
            printed = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
            assert float(printed) == pytest.approx(
                float(QueryEncoder.from_pretrained(path).encode("sort a list")[0]), abs=1e-6
            )
