"""What the trainer may ask of every encoder that trains."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
import torch

from codequest.encoders import QueryEncoder, TrainableQueryEncoder
from codequest.errors import AdapterFormatError, InvalidInputError
from tests.encoders.conftest import disturb, edit_config, without_digests
from tests.tiny import QUERIES


def targets(encoder: TrainableQueryEncoder) -> np.ndarray:
    """Seeded unit vectors, equal for equal queries."""
    random = np.random.default_rng(0)
    rows = {query: random.standard_normal(encoder.space.dim) for query in QUERIES}
    vectors = np.array([rows[query] for query in QUERIES], dtype=np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


class TestTraining:
    def test_the_network_computes_what_encode_does_in_any_order(self, trained: TrainableQueryEncoder) -> None:
        trained.begin_training()
        inputs = trained.prepare(QUERIES)
        assert len(inputs) == len(QUERIES)
        for order in (slice(None), slice(None, None, -1), slice(1, 3)):
            with torch.no_grad():
                found = trained.network(**trained.collate(inputs[order])).numpy()
            np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)
            assert (found * trained.encode(QUERIES[order])).sum(1).min() > 0.999  # a frozen base may run in bf16

    def test_initialize_comes_near_the_teachers_vectors(self, trained: TrainableQueryEncoder) -> None:
        wanted, reports = targets(trained), []
        before = (trained.encode(QUERIES) * wanted).sum(1).mean()
        trained.begin_training()
        trained.initialize(trained.prepare(QUERIES), wanted, progress=lambda *report: reports.append(report))
        trained.end_training()
        least = 0.8 if trained.describe()["map"] == "linear" else before + 0.1  # the rest of a map stays where it was
        assert (trained.encode(QUERIES) * wanted).sum(1).mean() > least
        assert all(done <= total for _, done, total in reports)

    def test_a_step_lowers_the_loss_and_moves_the_trained_weights_alone(self, trained: TrainableQueryEncoder) -> None:
        wanted = torch.from_numpy(targets(trained))
        trained.begin_training()
        batch = trained.collate(trained.prepare(QUERIES))
        before = [(weight, weight.clone()) for weight in trained.network.parameters()]
        optimizer = torch.optim.SGD([weight for weight, _ in before if weight.requires_grad], lr=0.01)
        losses = []
        for _ in range(2):
            loss = 1 - (trained.network(**batch) * wanted).sum(1).mean()
            losses.append(float(loss.detach()))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        assert losses[1] < losses[0]
        moved = {weight.data_ptr() for weight, was in before if not torch.equal(weight, was)}
        assert moved == {weight.data_ptr() for weight in trained.trained_tensors().values()}

    def test_the_end_of_training_keeps_the_vectors(self, trained: TrainableQueryEncoder) -> None:
        trained.begin_training()
        during = trained.encode(QUERIES)
        trained.end_training()
        np.testing.assert_allclose(trained.encode(QUERIES), during, atol=0.01)  # static rows are rounded

    def test_queries_are_truncated_where_it_says(self, trained: TrainableQueryEncoder) -> None:
        [count] = trained.token_counts(["read " * 700])
        assert count > trained.max_tokens
        kept = "read " * trained.max_tokens
        np.testing.assert_allclose(trained.encode(kept + "sort " * 50), trained.encode(kept), atol=1e-5)

    def test_damaged_weights_are_noticed(self, trained: TrainableQueryEncoder) -> None:
        next(weight for weight in trained.network.parameters() if weight.requires_grad).data.fill_(float("nan"))
        trained.begin_training()
        trained.end_training()
        with pytest.raises(
            InvalidInputError, match=f"This {trained.kind} encoder produced vectors that are not finite"
        ):
            trained.encode(QUERIES)


class TestFolder:
    def test_it_holds_what_was_trained(self, trained: TrainableQueryEncoder, tmp_path: Path) -> None:
        loaded = QueryEncoder.from_pretrained(trained.save_pretrained(tmp_path / "adapter"))
        assert isinstance(loaded, TrainableQueryEncoder)
        again = loaded.trained_tensors()
        assert again.keys() == trained.trained_tensors().keys()
        for name, weight in trained.trained_tensors().items():
            torch.testing.assert_close(again[name], weight, atol=1e-3, rtol=0)
        disturb(loaded, seed=1)
        assert np.abs(loaded.encode(QUERIES) - trained.encode(QUERIES)).max() > 0.01

    def test_truncated_weights(self, trained: TrainableQueryEncoder, tmp_path: Path) -> None:
        path = trained.save_pretrained(tmp_path / "adapter") / "model.safetensors"
        os.truncate(path, path.stat().st_size - 8)
        with pytest.raises(AdapterFormatError, match=r"model\.safetensors is damaged or was changed"):
            QueryEncoder.from_pretrained(path.parent)
        without_digests(path.parent)
        with pytest.raises(AdapterFormatError, match=r"model\.safetensors is truncated or damaged"):
            QueryEncoder.from_pretrained(path.parent)

    def test_missing_weights(self, trained: TrainableQueryEncoder, tmp_path: Path) -> None:
        folder = without_digests(trained.save_pretrained(tmp_path / "adapter"))
        (folder / "model.safetensors").unlink()
        with pytest.raises(AdapterFormatError, match=r"has no model\.safetensors"):
            QueryEncoder.from_pretrained(folder)

    def test_a_config_edited_to_another_map(self, trained: TrainableQueryEncoder, tmp_path: Path) -> None:
        folder = trained.save_pretrained(tmp_path / "adapter")
        described = trained.describe()
        other = {"linear": "mlp", "mlp": "linear"}[described["map"]]
        edit_config(folder, encoder={**described, "map": other})
        with pytest.raises(AdapterFormatError, match=r"(missing|unknown) \['map\.residual"):
            QueryEncoder.from_pretrained(folder)
        edit_config(folder, encoder={**described, "map": "cubic"})
        with pytest.raises(
            AdapterFormatError, match="holds a wrong value: map must be one of linear, mlp, got 'cubic'"
        ):
            QueryEncoder.from_pretrained(folder)
