"""Encoders as folders for sentence-transformers: the same vectors, in a process without codequest."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from codequest.encoders import ExportedQueryEncoder, QuantizedQueryEncoder, QueryEncoder
from codequest.encoders.sentence_transformers import modules as sentence_modules
from codequest.errors import (
    AdapterFormatError,
    AdapterWriteError,
    InvalidInputError,
    MissingDependencyError,
    ParityError,
)
from codequest.space import EmbeddingSpace
from tests.encoders.conftest import STATIC_KINDS, STUDENT_KINDS, build_case
from tests.tiny import QUERIES

pytest.importorskip("sentence_transformers")
from tests.encoders.sentence_transformers.folders import STRANGE, Exported

pytestmark = pytest.mark.usefixtures("modules_of_folders")


@pytest.fixture(scope="module")
def projection(tiny_base: Path, wide_teacher: Path, space: EmbeddingSpace) -> QueryEncoder:
    return build_case("projection-mlp", tiny_base, wide_teacher, space).encoder


@pytest.mark.parametrize("name", [*STUDENT_KINDS, *STATIC_KINDS])
def test_a_process_without_codequest_gets_the_encoders_vectors(name: str, exported: Exported) -> None:
    expected = exported.encoders[name].encode([*QUERIES, *STRANGE])
    np.testing.assert_allclose(exported.vectors[name], expected, atol=1e-5)


def test_loading_warns_of_no_missing_weights(exported: Exported) -> None:
    assert "pooler" not in exported.process.stderr
    assert "initialized" not in exported.process.stderr


@pytest.mark.parametrize("name", ["lora-mlp", "static-linear"])
def test_the_snippet_of_the_card_runs(name: str, exported: Exported) -> None:
    card = (exported.folders[name] / "README.md").read_text(encoding="utf-8")
    assert "library_name: sentence-transformers\n" in card
    snippet = re.findall(r"```python\n(.*?)```", card, re.DOTALL)[0]
    found: dict[str, Any] = {}
    exec(snippet.replace("path/to/this/folder", str(exported.folders[name])), found)
    expected = exported.encoders[name].encode("sort a dictionary by value")
    np.testing.assert_allclose(found["query_vector"], expected, atol=1e-5)


def test_the_folder_says_what_it_was_made_from(exported: Exported, tmp_path: Path) -> None:
    encoder, folder = exported.encoders["lora-linear"], exported.folders["lora-linear"]
    saved = encoder.save_pretrained(tmp_path / "adapter")
    said, config = (
        json.loads((folder / name).read_bytes())
        for folder, name in ((folder, "codequest.json"), (saved, "config.json"))
    )
    assert said == {name: value for name, value in config.items() if name not in ("files", "own_vectors")}


@pytest.mark.parametrize("name", ["lora-linear", "static-linear"])
def test_codequest_says_what_loads_it(name: str, exported: Exported) -> None:
    with pytest.raises(
        AdapterFormatError, match=r"was exported for sentence-transformers. Load it with SentenceTransf"
    ):
        QueryEncoder.from_pretrained(exported.folders[name])


def test_what_is_exported_stays_as_it_is(exported: Exported) -> None:
    encoder: Any = exported.encoders["lora-linear"]
    expected = encoder.encode(QUERIES)
    for module in encoder.sentence_modules():
        for weight in module.parameters():
            weight.data.zero_()
    np.testing.assert_array_equal(encoder.encode(QUERIES), expected)
    assert any("lora_A" in name for name in encoder.trained_tensors())


class TestRefusals:
    def test_other_vectors_are_refused_with_figures_and_nothing_is_written(
        self, projection: QueryEncoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        whole = sentence_modules.map_modules

        def without_the_second_layer(space_map: Any) -> Any:
            first, second, normalize = whole(space_map)
            second.linear.weight.data[:, ::2] = 0
            return [first, second, normalize]

        monkeypatch.setattr(sentence_modules, "map_modules", without_the_second_layer)
        with pytest.raises(ParityError, match=r"What sentence-transformers loads does not keep .* cosine 0\.\d+"):
            projection.export(tmp_path / "out", runtime="sentence-transformers")
        assert list(tmp_path.iterdir()) == []

    def test_another_precision(self, projection: QueryEncoder, tmp_path: Path) -> None:
        with pytest.raises(InvalidInputError, match="holds fp32 weights, got precision='int8'"):
            projection.export(tmp_path / "out", runtime="sentence-transformers", precision="int8")

    def test_a_quantized_encoder(self, space: EmbeddingSpace, wide_teacher: Path, tmp_path: Path) -> None:
        encoder = QuantizedQueryEncoder.create(
            space=space, precision="int8", runtime="torch", weights=str(wide_teacher), device="cpu"
        )
        with pytest.raises(
            InvalidInputError,
            match=r"of the kind quantized\..*The teacher, wide-teacher, is loaded by SentenceTransformer",
        ):
            encoder.export(tmp_path / "out", runtime="sentence-transformers")

    def test_an_exported_encoder(self, space: EmbeddingSpace, tmp_path: Path) -> None:
        nothing: Any = None
        encoder = ExportedQueryEncoder(space, nothing, nothing, {}, tmp_path)
        with pytest.raises(InvalidInputError, match="no modules for encoders of the kind exported"):
            encoder.export(tmp_path / "out", runtime="sentence-transformers")

    def test_sentence_transformers_is_missing(
        self, projection: QueryEncoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(sys.modules, "sentence_transformers", None)
        with pytest.raises(MissingDependencyError, match=r"pip install 'codequest\[sentence-transformers\]'"):
            projection.export(tmp_path / "out", runtime="sentence-transformers")

    def test_something_else_is_there(self, projection: QueryEncoder, tmp_path: Path) -> None:
        (tmp_path / "thesis").mkdir()
        (tmp_path / "thesis" / "chapter.tex").write_text("years of work", encoding="utf-8")
        with pytest.raises(AdapterWriteError, match="thesis exists and is not an adapter"):
            projection.export(tmp_path / "thesis", runtime="sentence-transformers")


def test_an_older_export_is_replaced(projection: QueryEncoder, exported: Exported, tmp_path: Path) -> None:
    exported.encoders["static-linear"].export(tmp_path / "out", runtime="sentence-transformers")
    projection.export(tmp_path / "out", runtime="sentence-transformers")
    assert not (tmp_path / "out" / "codequest_static.py").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
