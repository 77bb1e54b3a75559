from __future__ import annotations

from pathlib import Path

import pytest

from codequest import ProjectionQueryEncoder, load_teacher
from codequest.bench.result import BenchResult, BenchRow


@pytest.fixture
def result() -> BenchResult:
    """Three rounds; in the second the machine is half as fast for everyone."""
    rows = {"teacher": (60, 120, 60), "encoder": (4, 8, 5), "encoder, bare": (4, 7.6, 4)}
    throughput = {"teacher": 20, "encoder": 160, "encoder, bare": 200}
    return BenchResult(
        rows=tuple(
            BenchRow(
                name=name,
                rounds=tuple({"single p50 ms": p50, "batch texts/s": throughput[name], "disk MB": 8} for p50 in p50s),
                bare_of="encoder" if name == "encoder, bare" else None,
                reference="teacher" if name == "encoder" else None,
                cosine=0.99912 if name == "encoder" else None,
                ndcg=0.5,
                retention=1.0 if name == "teacher" else 0.984,
                retention_low=0.9,
                retention_high=1.1,
                versions={"torch": "2"} if name == "teacher" else {"numpy": "2"},
            )
            for name, p50s in rows.items()
        ),
        threads=2,
        texts=151,
        dataset="cosqa/dev",
        not_run={"peer": "no wheel"},
        machine={"cpu": "fast"},
    )


@pytest.fixture(scope="module")
def adapter(tiny_base: Path, tiny_teacher: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    space = load_teacher(str(tiny_teacher)).space
    encoder = ProjectionQueryEncoder.create(str(tiny_base), space=space, map="linear", device="cpu")
    return encoder.save_pretrained(tmp_path_factory.mktemp("adapters") / "light")
