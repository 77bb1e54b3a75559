"""What every encoder does, whatever it computes with."""

import copy
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from codequest.encoders import (
    ExportedQueryEncoder,
    LoRAQueryEncoder,
    ProjectionQueryEncoder,
    QuantizedQueryEncoder,
    QueryEncoder,
    StaticQueryEncoder,
)
from codequest.errors import AdapterFormatError, AdapterWriteError, InvalidInputError
from tests.encoders.conftest import Case, edit_config
from tests.tiny import QUERIES


class TestVectors:
    def test_rows_are_finite_unit_float32_and_tell_queries_apart(self, case: Case) -> None:
        vectors = case.encoder.encode(QUERIES)
        assert vectors.dtype == np.float32
        assert vectors.shape == (len(QUERIES), case.encoder.space.dim)
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
        similarity = vectors[:-1] @ vectors[:-1].T
        assert similarity[~np.eye(len(similarity), dtype=bool)].max() < 0.999

    def test_the_batch_size_does_not_change_the_vectors(self, case: Case) -> None:
        vectors = case.encoder.encode(QUERIES)
        for size in (1, 2, 5, 1000):
            np.testing.assert_allclose(case.encoder.encode(QUERIES, batch_size=size), vectors, atol=case.tolerance)

    def test_the_order_is_kept(self, case: Case) -> None:
        vectors = case.encoder.encode(QUERIES)
        np.testing.assert_allclose(case.encoder.encode(QUERIES[::-1])[::-1], vectors, atol=case.tolerance)
        one_by_one = np.stack([case.encoder.encode([query])[0] for query in QUERIES])
        np.testing.assert_allclose(one_by_one, vectors, atol=case.tolerance)
        np.testing.assert_allclose(vectors[0], vectors[-1], atol=case.tolerance)  # the same query twice

    def test_no_queries_give_no_rows(self, case: Case) -> None:
        vectors = case.encoder.encode([])
        assert vectors.shape == (0, case.encoder.space.dim)
        assert vectors.dtype == np.float32

    def test_a_string_equals_its_row(self, case: Case) -> None:
        vector = case.encoder.encode(QUERIES[0])
        assert vector.shape == (case.encoder.space.dim,)
        np.testing.assert_array_equal(vector, case.encoder.encode([QUERIES[0]])[0])

    def test_any_sequence_of_strings_is_read(self, case: Case) -> None:
        expected = case.encoder.encode(QUERIES)
        np.testing.assert_array_equal(case.encoder.encode(tuple(QUERIES)), expected)
        np.testing.assert_array_equal(case.encoder.encode(np.array(QUERIES)), expected)  # type: ignore[arg-type]

    def test_encoding_twice_gives_the_same_vectors_and_keeps_the_input(self, case: Case) -> None:
        queries = list(QUERIES)
        np.testing.assert_array_equal(case.encoder.encode(queries), case.encoder.encode(queries))
        assert queries == QUERIES

    def test_progress_counts_up_to_all_queries(self, case: Case) -> None:
        reports: list[tuple[str, int, int]] = []
        case.encoder.encode(QUERIES, batch_size=4, progress=lambda *report: reports.append(report))
        assert reports == [("encoding queries", 4, 6), ("encoding queries", 6, 6)]


class TestInput:
    @pytest.mark.parametrize("query", ["", " ", "\n\t  "])
    def test_an_empty_query_is_refused(self, case: Case, query: str) -> None:
        with pytest.raises(InvalidInputError, match=r"queries\[0\] is empty or only whitespace"):
            case.encoder.encode(query)
        with pytest.raises(InvalidInputError, match=r"queries\[1\] is empty or only whitespace"):
            case.encoder.encode(["fine", query])

    @pytest.mark.parametrize("wrong", [b"bytes", 3, None, ["nested"], 1.5])
    def test_what_is_no_string_is_refused(self, case: Case, wrong: Any) -> None:
        with pytest.raises(InvalidInputError, match=rf"queries\[1\] must be a string, got {type(wrong).__name__}"):
            case.encoder.encode(["fine", wrong])

    @pytest.mark.parametrize("wrong", [b"bytes", 3, None])
    def test_what_is_no_list_is_refused(self, case: Case, wrong: Any) -> None:
        with pytest.raises(InvalidInputError, match=f"queries must be a list of strings, got {type(wrong).__name__}"):
            case.encoder.encode(wrong)

    @pytest.mark.parametrize("size", [0, -1])
    def test_a_batch_size_below_one_is_refused(self, case: Case, size: int) -> None:
        with pytest.raises(InvalidInputError, match=f"batch_size must be a whole number of at least 1, got {size}"):
            case.encoder.encode(QUERIES, batch_size=size)

    def test_nul_and_lone_surrogates_are_read_as_the_replacement_character(self, case: Case) -> None:
        expected = case.encoder.encode("sort � list")
        np.testing.assert_array_equal(case.encoder.encode("sort \x00 list"), expected)
        np.testing.assert_array_equal(case.encoder.encode("sort \ud800 list"), expected)
        np.testing.assert_allclose(np.linalg.norm(case.encoder.encode(["\x00", "\udfff"]), axis=1), 1, atol=1e-5)

    def test_a_hundred_thousand_characters_are_truncated(self, case: Case) -> None:
        long = "sort a list by value " * 5000
        vectors = case.encoder.encode([long, "short", long[:2000]])
        np.testing.assert_allclose(vectors[0], vectors[2], atol=case.tolerance)
        np.testing.assert_allclose(vectors[1], case.encoder.encode("short"), atol=case.tolerance)


class TestFolder:
    def test_saving_and_loading_gives_equal_vectors(self, case: Case, tmp_path: Path) -> None:
        case.encoder.training, case.encoder.metrics = {"epochs": 3}, {"cosine": 0.75}
        folder = case.encoder.save_pretrained(tmp_path / "adapter")
        loaded = QueryEncoder.from_pretrained(folder)
        assert type(loaded) is type(case.encoder)
        assert loaded.space == case.encoder.space
        assert (loaded.training, loaded.metrics) == ({"epochs": 3}, {"cosine": 0.75})
        assert loaded.describe() == case.encoder.describe()
        np.testing.assert_allclose(loaded.encode(QUERIES), case.encoder.encode(QUERIES), atol=1e-6)

    def test_saving_what_was_loaded_writes_the_same_files(self, case: Case, tmp_path: Path) -> None:
        first = case.encoder.save_pretrained(tmp_path / "first")
        second = QueryEncoder.from_pretrained(first).save_pretrained(tmp_path / "second")
        assert sorted(path.name for path in first.iterdir()) == sorted(path.name for path in second.iterdir())
        for path in first.iterdir():
            assert path.read_bytes() == (second / path.name).read_bytes(), path.name

    def test_only_trained_weights_are_saved(self, case: Case, tmp_path: Path) -> None:
        folder = case.encoder.save_pretrained(tmp_path / "adapter")
        tensors = case.encoder.saved_tensors()
        if case.encoder.kind in ("quantized", "exported"):
            assert not tensors
            assert not (folder / "model.safetensors").exists()
        else:
            expected = sum(weight.nbytes for weight in tensors.values())
            assert 0 <= (folder / "model.safetensors").stat().st_size - expected < 20_000
            own = {"rows", "scales", "weights", "bigrams"} if case.encoder.kind == "static" else set()
            assert all("lora_" in name or name.startswith("map.") or name in own for name in tensors)

    def test_the_card_names_the_space_and_shows_a_snippet(self, case: Case, tmp_path: Path) -> None:
        card = (case.encoder.save_pretrained(tmp_path / "adapter") / "README.md").read_text(encoding="utf-8")
        assert case.encoder.space.fingerprint in card
        assert "QueryEncoder.from_pretrained(" in card

    def test_the_card_shows_what_was_measured_and_every_stage_of_training(self, case: Case, tmp_path: Path) -> None:
        stage = {"config": {"losses": {"cosine": 0.5}, "batch_size": 32}, "steps": 7, "validation": {"best": 0.9}}
        encoder = copy.copy(case.encoder)
        encoder.training = {
            "stages": [stage, {"steps": 9, "queries": "a|b"}],
            "sources": {"pool": "7 queries"},
            "seed": 5,
            "recipe": "0f",
        }
        kept = {"nDCG@10": 0.25, "retention": 0.9512, "retention_low": 0.93, "retention_high": 0.97}
        encoder.metrics = {"cosqa/dev": kept, "other/test": {"MRR@10": 1.0, "own": {"low": 2}}}
        card = (encoder.save_pretrained(tmp_path / "adapter") / "README.md").read_text(encoding="utf-8")
        sections = {part.split("\n")[0]: part.split("\n") for part in card.split("## ")[1:]}
        tables = {title: [row for row in rows if row.startswith("|")] for title, rows in sections.items()}
        assert tables["Measured"] == [
            "| dataset | retention | 95% interval | nDCG@10 | MRR@10 | own.low |",
            "| --- | --- | --- | --- | --- | --- |",
            "| cosqa/dev | 95.1% | 93.0% to 97.0% | 0.25 |  |  |",
            "| other/test |  |  |  | 1.0 | 2 |",
        ]
        assert tables["Training"][0] == "|  | stage 1 | stage 2 |"
        assert tables["Training"][2:] == [
            "| config.batch size | 32 |  |",
            "| config.losses.cosine | 0.5 |  |",
            "| queries |  | a∣b |",
            "| steps | 7 | 9 |",
            "| validation.best | 0.9 |  |",
        ]
        assert "Seed 5, recipe 0f." in sections["Training data"]
        assert tables["Training data"][2:] == ["| `pool` | 7 queries |"]

    def test_a_device_that_does_not_exist_is_no_fault_of_the_folder(self, case: Case, tmp_path: Path) -> None:
        folder = case.encoder.save_pretrained(tmp_path / "adapter")
        with pytest.raises(InvalidInputError, match="There is no device 'tpu9' here"):
            QueryEncoder.from_pretrained(folder, device="tpu9")

    def test_an_adapter_of_another_kind_is_replaced(self, case: Case, trained: Any, tmp_path: Path) -> None:
        trained.save_pretrained(tmp_path / "adapter")
        case.encoder.save_pretrained(tmp_path / "adapter")
        assert type(QueryEncoder.from_pretrained(tmp_path / "adapter")) is type(case.encoder)

    def test_a_file_where_a_folder_is_needed(self, case: Case, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("text", encoding="utf-8")
        with pytest.raises(AdapterWriteError, match="/file is no folder with write permission"):
            case.encoder.save_pretrained(tmp_path / "file" / "adapter")
        assert [path.name for path in tmp_path.iterdir()] == ["file"]

    def test_the_wrong_class_says_which_is_right(self, case: Case, tmp_path: Path) -> None:
        folder = case.encoder.save_pretrained(tmp_path / "adapter")
        right = type(case.encoder)
        kinds = {
            ExportedQueryEncoder,
            LoRAQueryEncoder,
            ProjectionQueryEncoder,
            QuantizedQueryEncoder,
            StaticQueryEncoder,
        }
        for wrong in kinds - {right}:
            with pytest.raises(AdapterFormatError, match=f"holds a {right.__name__}, not a {wrong.__name__}"):
                wrong.from_pretrained(folder)
        assert type(right.from_pretrained(folder)) is right

    @pytest.mark.parametrize(
        ("changes", "message"),
        [
            (
                {"kind": "static9"},
                "unknown kind 'static9'. This codequest has exported, lora, projection, quantized, static",
            ),
            (
                {"kind": ["lora"]},
                r"unknown kind \['lora'\]. This codequest has exported, lora, projection, quantized, static",
            ),
            ({"kind": {"lora": 1}}, r"unknown kind \{'lora': 1\}"),
            ({"kind": None}, "unknown kind None"),
            ({"kind": 7}, "unknown kind 7"),
            ({"format_version": 99}, "has format version 99; this codequest reads 1"),
            ({"encoder": {}}, "adapter"),
        ],
    )
    def test_a_config_that_cannot_be_used(
        self, case: Case, tmp_path: Path, changes: dict[str, Any], message: str
    ) -> None:
        folder = case.encoder.save_pretrained(tmp_path / "adapter")
        edit_config(folder, **changes)
        with pytest.raises(AdapterFormatError, match=message):
            QueryEncoder.from_pretrained(folder)

    def test_a_config_that_is_no_json(self, case: Case, tmp_path: Path) -> None:
        folder = case.encoder.save_pretrained(tmp_path / "adapter")
        os.truncate(folder / "config.json", 50)
        with pytest.raises(AdapterFormatError, match="holds no JSON"):
            QueryEncoder.from_pretrained(folder)


class TestTokens:
    def test_they_are_those_of_the_encoders_tokenizer_before_truncation(self, case: Case) -> None:
        counts = case.encoder.token_counts(["read", "read file", "read file the", "read " * 500])
        assert np.diff(counts).tolist() == [1, 1, 497]
        ends = 0 if case.encoder.kind == "static" else 2
        prompt = 2 if case.encoder.kind == "quantized" else 0  # "query" and ":"
        assert counts[0] == prompt + 1 + ends

    def test_batches_do_not_matter_to_any_of_these(self, case: Case) -> None:
        assert case.encoder.batch_invariant
