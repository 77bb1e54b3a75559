"""What the hub reads of a card."""

from __future__ import annotations

import pytest
from huggingface_hub import EvalResult

from codequest.adapters.card import render_card
from codequest.adapters.card_metadata import ONE_QUERY
from codequest.adapters.folder import AdapterConfig
from codequest.space import EmbeddingSpace
from tests.adapters.cards import BASE, TEACHER, metadata


def card(metrics: dict[str, dict[str, float]]) -> str:
    space = EmbeddingSpace(teacher="org/teacher", dim=4, normalized=True)
    return render_card(AdapterConfig(kind="lora", space=space, encoder={}, training={}, metrics=metrics))


def part(score: float, retention: float, half: float) -> dict[str, float]:
    return {
        "nDCG@10": score,
        "cosine": score / 2,
        "retention": retention,
        "retention_low": retention - half,
        "retention_high": retention + half,
    }


def test_parts_of_a_folder_have_a_mean_of_equal_weights() -> None:
    metrics = {"docs/go-dev": part(0.6, 1.2, 0.06), "docs/php-dev": part(0.4, 0.8, 0.08), ONE_QUERY: {"p50 ms": 3.0}}
    # the teacher has 0.5 on both: (0.6 + 0.4) / (0.5 + 0.5), and sqrt(0.06² + 0.08²) / 2 around it
    assert "| docs, mean of 2 | 100.0% | 95.0% to 105.0% | 0.25 | 0.5 |" in card(metrics)
    assert "| docs/go-dev | 120.0% | 114.0% to 126.0% | 0.3 | 0.6 |" in card(metrics)


@pytest.mark.parametrize("other", ["docs/train, held out", "other/dev", "alone"])
def test_one_part_has_no_mean(other: str) -> None:
    assert "mean of" not in card({"docs/go-dev": part(0.6, 1.2, 0.06), other: part(0.4, 0.8, 0.08)})


def test_a_part_without_retention_is_left_out() -> None:
    metrics = {"docs/go-dev": part(0.6, 1.2, 0.06), "docs/php-dev": {"nDCG@10": 0.4}}
    assert "mean of" not in card(metrics)
    assert "| docs/php-dev |  |  |  | 0.4 |" in card(metrics)


def test_the_hub_reads_the_metadata() -> None:
    sources = {"cosqa/queries.jsonl.gz": "7 queries", "cosqa:train": "3 queries", "mined/go:train": "9 queries"}
    measured = {"cosqa/dev": part(0.5, 0.9, 0.1) | {"MRR@10": 0.4}, ONE_QUERY: {"p50 ms": 3.0}}
    data = metadata(encoder={"base": BASE}, training={"sources": sources, "seed": 0}, metrics=measured)
    assert (data.base_model, data.license, data.library_name) == (BASE, "apache-2.0", "codequest")
    assert (data.pipeline_tag, data.teacher) == ("feature-extraction", TEACHER)
    assert data.datasets == ["cosqa", "mined"]
    assert data.tags == ["codequest", "code-search", "query-encoder"]
    assert data.model_name == f"lora query encoder for {TEACHER}"
    where = {"task_type": "information-retrieval", "dataset_type": "cosqa", "dataset_name": "cosqa/dev"}
    where |= {"dataset_split": "dev"}
    assert data.eval_results == [
        EvalResult(**where, metric_type=kind, metric_name=name, metric_value=value)
        for kind, name, value in (
            ("ndcg_at_10", "nDCG@10", 0.5),
            ("mrr_at_10", "MRR@10", 0.4),
            ("retention", "retention", 0.9),
        )
    ]
    assert [result.metric_value for result in data.eval_results] == [0.5, 0.4, 0.9]
