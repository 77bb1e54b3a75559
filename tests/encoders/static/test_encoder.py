"""The static encoder: what has a row, what a vector is made of, and what its folder needs."""

from __future__ import annotations

import copy
import itertools
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file, save_file
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from codequest.encoders import QueryEncoder, StaticQueryEncoder
from codequest.errors import AdapterFormatError, InvalidInputError
from codequest.teachers import LocalTeacher
from codequest.training import DistillationConfig, DistillationTrainer
from tests.encoders.conftest import build_static, disturb, without_digests
from tests.tiny import QUERIES


class TestStart:
    def test_a_single_token_lies_on_the_line_from_the_mean_to_the_teachers_vector_of_it(
        self, tiny_base: Path, wide_teacher: Path
    ) -> None:
        encoder = build_static(tiny_base, wide_teacher, width=64, precision="fp16")
        teacher = LocalTeacher(str(wide_teacher), device="cpu")
        words = ["sort", "dict", "value", "retries"]
        mean = encoder.saved_tensors()["map.linear.bias"].astype(np.float32)
        for vector, target in zip(encoder.encode(words), teacher.encode_queries(words), strict=True):
            parts, (residual,), *_ = np.linalg.lstsq(np.stack([mean, target], axis=1), vector)
            assert residual < 1e-5
            assert parts[1] > 0.05

    def test_the_same_seed_gives_the_same_encoder(self, tiny_base: Path, wide_teacher: Path) -> None:
        first, same, other = (build_static(tiny_base, wide_teacher, map="mlp", seed=seed) for seed in (3, 3, 4))
        np.testing.assert_array_equal(first.encode(QUERIES), same.encode(QUERIES))
        names = [name for name, value in first.saved_tensors().items() if (value != other.saved_tensors()[name]).any()]
        assert names == ["map.residual.0.weight", "map.residual.0.bias"]

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({"rows": 0}, "rows must be a whole number from 1 to 16777216, got 0"),
            ({"width": 65}, "width must be a whole number from 1 to 64, got 65"),
            ({"width": 8.0}, r"width must be a whole number from 1 to 64, got 8\.0"),
            ({"max_tokens": 0}, "max_tokens must be a whole number from 1 to 65536, got 0"),
            ({"map": "cubic"}, "map must be one of linear, mlp, got 'cubic'"),
            ({"precision": "nf4"}, "precision must be one of int8, fp16, got 'nf4'"),
            ({"queries": []}, "queries is empty"),
            ({"queries": ["fine", ""]}, r"queries\[1\] is empty"),
        ],
    )
    def test_bad_input_is_refused(
        self, tiny_base: Path, wide_teacher: Path, options: dict[str, Any], message: str
    ) -> None:
        with pytest.raises(InvalidInputError, match=message):
            build_static(tiny_base, wide_teacher, **options)


class TestVectors:
    def test_a_vector_is_the_mapped_weighted_sum_of_its_rows(self, encoder: StaticQueryEncoder) -> None:
        tensors = encoder.saved_tensors()
        [found] = encoder.prepare(["sort a dict by value"])
        rows = found["rows"]
        assert len(rows) > 5  # five tokens and some pairs
        real = tensors["rows"].astype(np.float64) * tensors["scales"].astype(np.float64)[:, None]
        pooled = tensors["weights"][rows].astype(np.float64) @ real[rows]
        pooled /= np.linalg.norm(pooled)
        mapped = tensors["map.linear.weight"].astype(np.float64) @ pooled + tensors["map.linear.bias"]
        np.testing.assert_allclose(encoder.encode("sort a dict by value"), mapped / np.linalg.norm(mapped), atol=1e-6)

    def test_a_pair_changes_the_vector(self, tiny_base: Path, wide_teacher: Path) -> None:
        with_pairs = build_static(tiny_base, wide_teacher)
        assert with_pairs.describe()["bigrams"] > 5
        forward, backward = with_pairs.encode(["read file", "file read"])
        assert forward @ backward < 0.999
        without = build_static(tiny_base, wide_teacher, queries=["read", "file"])
        assert without.describe()["bigrams"] == 0
        forward, backward = without.encode(["read file", "file read"])
        np.testing.assert_allclose(forward, backward, atol=1e-6)

    @pytest.mark.parametrize("precision", ["int8", "fp16"])
    @pytest.mark.parametrize("map", ["linear", "mlp"])
    def test_numpy_computes_what_torch_trained(
        self, tiny_base: Path, wide_teacher: Path, map: Any, precision: Any
    ) -> None:
        encoder = build_static(tiny_base, wide_teacher, map=map, precision=precision)
        disturb(encoder)
        encoder.begin_training()
        exact = encoder.encode(QUERIES)  # by torch, from what was rounded
        encoder.end_training()
        np.testing.assert_allclose(encoder.encode(QUERIES), exact, atol=2e-6)

    @pytest.mark.parametrize("precision", ["int8", "fp16"])
    def test_rounding_hardly_moves_a_vector(self, tiny_base: Path, wide_teacher: Path, precision: Any) -> None:
        encoder = build_static(tiny_base, wide_teacher, precision=precision)
        encoder.begin_training()
        generator = torch.Generator().manual_seed(0)
        with torch.no_grad():
            for weight in encoder.network.parameters():
                weight.add_(0.1 * torch.randn(weight.shape, generator=generator))
        exact = encoder.encode(QUERIES)
        encoder.end_training()
        cosines = (encoder.encode(QUERIES) * exact).sum(1)
        assert cosines.min() >= 0.9995
        assert cosines.min() < 1 - 1e-9 or precision == "fp16"

    @pytest.mark.parametrize("query", ["🦀", "数据", "\u0301", "\u200b", "\u00ad", "x" * 500, "🦀" * 1000])
    def test_a_text_without_known_tokens_still_has_a_unit_vector(self, encoder: StaticQueryEncoder, query: str) -> None:
        assert abs(np.linalg.norm(encoder.encode(query)) - 1) < 1e-5

    def test_ten_thousand_words_are_as_their_first_ones(self, encoder: StaticQueryEncoder) -> None:
        words = [QUERIES[0].split()[number % 5] for number in range(10_000)]
        assert encoder.max_tokens == 64
        expected = encoder.encode(" ".join(words[:64]))
        np.testing.assert_allclose(encoder.encode(" ".join(words)), expected, atol=1e-6)

    def test_many_threads_get_the_vectors_of_one(self, encoder: StaticQueryEncoder) -> None:
        expected = encoder.encode(QUERIES)
        with ThreadPoolExecutor(8) as pool:
            for found in pool.map(encoder.encode, [QUERIES] * 40):
                np.testing.assert_array_equal(found, expected)

    def test_a_copy_is_independent(self, encoder: StaticQueryEncoder) -> None:
        before, other = encoder.encode(QUERIES), copy.deepcopy(encoder)
        disturb(other, seed=1)
        np.testing.assert_array_equal(encoder.encode(QUERIES), before)
        assert np.abs(other.encode(QUERIES) - before).max() > 0.01


@pytest.mark.filterwarnings("ignore::codequest.training.DataWarning")
class TestTraining:
    @pytest.mark.parametrize("map", ["linear", "mlp"])
    def test_training_beats_the_closed_form_map(
        self, tiny_base: Path, wide_teacher: Path, map: Any, tmp_path: Path
    ) -> None:
        words = [["read", "open", "sort", "search"], ["file", "list", "dict"], ["by value", "in a list", "2 times"]]
        texts = [" ".join(chosen) for chosen in itertools.product(*words)]
        teacher = LocalTeacher(str(wide_teacher), device="cpu")
        start, encoder = (build_static(tiny_base, wide_teacher, queries=texts, map=map) for _ in range(2))

        def cosine(of: QueryEncoder) -> float:
            return float((of.encode(texts) * teacher.encode_queries(texts)).sum(1).mean())

        untrained = cosine(start)
        start.begin_training()
        start.initialize(start.prepare(texts), teacher.encode_queries(texts))
        start.end_training()
        config = DistillationConfig(epochs=20, batch_size=16, learning_rate=5e-3, evaluations=2, precision="fp32")
        trainer = DistillationTrainer(encoder, teacher, texts, config=config, output_dir=tmp_path / "run")
        before = {name: weight.clone() for name, weight in encoder.trained_tensors().items()}
        result = trainer.train()
        assert result.steps == 44  # of 35 texts; one is held out
        assert untrained < cosine(start) < cosine(encoder) - 0.005
        after = encoder.trained_tensors()
        assert all(not torch.equal(after[name], before[name]) for name in ("rows.weight", "weights.weight"))
        loaded = QueryEncoder.from_pretrained(encoder.save_pretrained(tmp_path / "adapter"))
        np.testing.assert_array_equal(loaded.encode(texts), encoder.encode(texts))

    def test_a_loaded_encoder_is_trained_further(
        self, encoder: StaticQueryEncoder, wide_teacher: Path, tmp_path: Path
    ) -> None:
        loaded = QueryEncoder.from_pretrained(encoder.save_pretrained(tmp_path / "adapter"))
        teacher = LocalTeacher(str(wide_teacher), device="cpu")
        config = DistillationConfig(epochs=30, batch_size=4, learning_rate=1e-2, evaluations=2, precision="fp32")
        before = (loaded.encode(QUERIES) * teacher.encode_queries(QUERIES)).sum(1).mean()
        DistillationTrainer(loaded, teacher, QUERIES, config=config, output_dir=tmp_path / "run").train()
        assert (loaded.encode(QUERIES) * teacher.encode_queries(QUERIES)).sum(1).mean() > before + 0.1

    def test_rows_that_no_query_has_stay_where_they_are(
        self, tiny_base: Path, wide_teacher: Path, tmp_path: Path
    ) -> None:
        encoder = build_static(tiny_base, wide_teacher)
        texts = ["sort a list", "sort a dict", "read a list"]
        rows = np.unique(np.concatenate([found["rows"] for found in encoder.prepare(texts)]))
        unseen = np.setdiff1d(np.arange(encoder.describe()["rows"]), rows)
        before = {name: weight.detach().clone() for name, weight in encoder.trained_tensors().items()}
        config = DistillationConfig(epochs=10, batch_size=2, learning_rate=1e-2, weight_decay=0.5, precision="fp32")
        teacher = LocalTeacher(str(wide_teacher), device="cpu")
        DistillationTrainer(encoder, teacher, texts, config=config, output_dir=tmp_path / "run").train()
        after = encoder.trained_tensors()
        for name in ("rows.weight", "weights.weight"):
            assert torch.equal(after[name][unseen], before[name][unseen])
        assert not torch.equal(after["map.linear.weight"], before["map.linear.weight"])

    def test_tokens_are_counted_before_they_are_truncated(self, encoder: StaticQueryEncoder) -> None:
        assert encoder.token_counts(["sort a list", "sort " * 100]) == [3, 100]
        assert encoder.device == torch.device("cpu")


class TestFolder:
    def test_loading_and_encoding_need_neither_torch_nor_transformers(
        self, encoder: StaticQueryEncoder, tmp_path: Path
    ) -> None:
        folder = encoder.save_pretrained(tmp_path / "adapter")
        code = (
            "import sys; from codequest import QueryEncoder; import numpy as np;"
            f"encoder = QueryEncoder.from_pretrained({str(folder)!r}, device=sys.argv[1] or None);"
            f"vectors = encoder.encode({QUERIES!r}); encoder.cost();"
            f"encoder.save_pretrained({str(tmp_path / 'again')!r});"
            "np.save(sys.stdout.buffer, vectors);"
            "heavy = {'torch', 'transformers', 'peft', 'huggingface_hub'} & set(sys.modules);"
            "sys.exit(str(heavy) if heavy else 0)"
        )
        for device in ("", "cpu"):
            done = subprocess.run([sys.executable, "-c", code, device], capture_output=True, timeout=120)
            assert done.returncode == 0, done.stderr.decode()
            path = tmp_path / "vectors.npy"
            path.write_bytes(done.stdout)
            np.testing.assert_allclose(np.load(path), encoder.encode(QUERIES), atol=1e-6)

    def test_it_holds_all_it_needs(self, encoder: StaticQueryEncoder, tmp_path: Path) -> None:
        folder = encoder.save_pretrained(tmp_path / "adapter")
        assert {path.name for path in folder.iterdir()} == {
            "README.md", "config.json", "model.safetensors", "tokenizer.json"
        }  # fmt: skip
        tensors = load_file(folder / "model.safetensors")
        assert {name: str(tensor.dtype) for name, tensor in tensors.items()} == {
            "rows": "int8", "scales": "float16", "weights": "float32", "bigrams": "int32",
            "map.linear.weight": "float16", "map.linear.bias": "float16",
        }  # fmt: skip

    def test_a_missing_or_damaged_tokenizer(self, encoder: StaticQueryEncoder, tmp_path: Path) -> None:
        path = encoder.save_pretrained(tmp_path / "adapter") / "tokenizer.json"
        text = path.read_text(encoding="utf-8")
        without_digests(path.parent)
        os.truncate(path, 500)
        with pytest.raises(AdapterFormatError, match=r"tokenizer\.json is truncated or damaged"):
            QueryEncoder.from_pretrained(path.parent)
        values = json.loads(text)
        values["model"]["vocab"]["sort"] = 9999
        path.write_text(json.dumps(values), encoding="utf-8")
        with pytest.raises(AdapterFormatError, match=r"The ids in .* are not the \d+ numbers from 0"):
            QueryEncoder.from_pretrained(path.parent)
        path.unlink()
        with pytest.raises(AdapterFormatError, match=r"has no tokenizer\.json"):
            QueryEncoder.from_pretrained(path.parent)

    @pytest.mark.parametrize(
        ("changes", "message"),
        [
            ({"rows": lambda rows: rows[:-1]}, r"rows in .* has shape \(\d+, 24\) of int8, expected \(\d+, 24\)"),
            ({"rows": lambda rows: rows.astype(np.float16)}, "of float16, expected .* of int8"),
            ({"map.linear.weight": lambda weight: weight.T}, "another tokenizer.json, config.json or space"),
            ({"bigrams": lambda pairs: pairs[::-1]}, "not pairs of the .* in ascending order"),
            ({"bigrams": lambda pairs: pairs + 100_000}, "not pairs of the .* token ids"),
            ({"scales": None}, r"missing \['scales'\], unknown \[\]"),
            ({"extra": lambda _: np.zeros(1)}, r"missing \[\], unknown \['extra'\]"),
        ],
    )
    def test_other_tensors_than_the_configuration_says(
        self, encoder: StaticQueryEncoder, tmp_path: Path, changes: dict[str, Any], message: str
    ) -> None:
        path = encoder.save_pretrained(tmp_path / "adapter") / "model.safetensors"
        tensors = load_file(path)
        for name, change in changes.items():
            old = tensors.pop(name, None)
            if change is not None:
                tensors[name] = np.ascontiguousarray(change(old))
        save_file(tensors, path)
        without_digests(path.parent)
        with pytest.raises(AdapterFormatError, match=message):
            QueryEncoder.from_pretrained(path.parent)

    def test_numbers_that_numpy_does_not_have(self, encoder: StaticQueryEncoder, tmp_path: Path) -> None:
        from safetensors.torch import save_file as save_tensors

        path = encoder.save_pretrained(tmp_path / "adapter") / "model.safetensors"
        save_tensors({"rows": torch.zeros(2, dtype=torch.bfloat16)}, path)
        without_digests(path.parent)
        with pytest.raises(AdapterFormatError, match=r"truncated or damaged|not those of its configuration"):
            QueryEncoder.from_pretrained(path.parent)

    @pytest.mark.parametrize(
        ("changes", "message"),
        [
            ({"width": "24"}, r"Expected `int`, got `str` - at `\$\.width`"),
            ({"width": 2**17}, "holds a wrong value: width must be a whole number from 1 to 65536, got 131072"),
            ({"precision": "int4"}, "holds a wrong value: precision must be one of int8, fp16, got 'int4'"),
            ({"precision": "fp16"}, r"missing \[\], unknown \['scales'\]"),
            ({"width": 23}, r"has shape .*, expected \(64, 23\)|expected \(\d+, 23\)"),
        ],
    )
    def test_a_wrong_configuration(
        self, encoder: StaticQueryEncoder, tmp_path: Path, changes: dict[str, Any], message: str
    ) -> None:
        path = encoder.save_pretrained(tmp_path / "adapter") / "config.json"
        values = json.loads(path.read_text(encoding="utf-8"))
        values["encoder"] |= changes
        path.write_text(json.dumps(values), encoding="utf-8")
        with pytest.raises(AdapterFormatError, match=message):
            QueryEncoder.from_pretrained(path.parent)


class TestCost:
    @pytest.mark.parametrize("map", ["linear", "mlp"])
    def test_parameters_and_products_are_those_of_the_network(
        self, tiny_base: Path, wide_teacher: Path, map: Any
    ) -> None:
        encoder = build_static(tiny_base, wide_teacher, map=map)
        cost = encoder.cost(tokens=12)
        assert cost.parameters == sum(weight.numel() for weight in encoder.network.parameters())
        with FlopCounterMode(display=False) as counter:
            encoder.network(**encoder.collate(encoder.prepare(["a"])))
        sums = 2 * 23 * 24  # twelve tokens, eleven pairs; torch counts matrix products only
        assert cost.flops - sums == counter.get_total_flops()
        layers = [module for module in encoder.network.modules() if isinstance(module, nn.Linear)]
        read = sum(weight.numel() for layer in layers for weight in layer.parameters())
        assert cost.active_bytes == 4 * read + 23 * (24 + 4)
        assert encoder.cost(tokens=1000).tokens == 64


def test_a_tokenizer_that_gives_up_is_an_error_of_ours(tiny_base: Path, wide_teacher: Path, tmp_path: Path) -> None:
    folder = build_static(tiny_base, wide_teacher).save_pretrained(tmp_path / "static")
    config = json.loads((folder / "config.json").read_bytes())
    known = {name: value for name, value in config.items() if name not in ("files", "own_vectors")}
    (folder / "config.json").write_text(json.dumps(known))  # as of a folder that a stranger made
    tokenizer = json.loads((folder / "tokenizer.json").read_bytes())
    tokenizer["pre_tokenizer"] = {"type": "FixedLength", "length": 0}
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer))
    encoder = StaticQueryEncoder.from_pretrained(folder)
    for read in (encoder.encode, encoder.token_counts):
        with pytest.raises(AdapterFormatError, match="The tokenizer of this encoder cannot read these texts"):
            read(["sort a list"])
