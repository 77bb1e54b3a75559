"""``codequest train``: a recipe's adapters, made once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from codequest import QueryEncoder
from codequest.errors import InvalidInputError, SpaceMismatchError
from tests.cli.commands import VERBS, beir, run

RECIPE = """
teacher = "{teacher}"
queries = ["pool.txt"]
evaluate = ["pairs:dev"]

[encoders.tiny]
kind = "projection"
base = "{base}"

[[encoders.tiny.stages]]
epochs = 1
precision = "fp32"
"""


@pytest.fixture
def command(tmp_path: Path, tiny_base: Path, tiny_teacher: Path) -> tuple[object, ...]:
    """Trains the adapter tiny of a recipe into tmp_path / "out"."""
    data = tmp_path / "data"
    beir(data / "pairs", ["sort the dict", "read the file"], ["sort(dict)", "read(file)"])
    (data / "pool.txt").write_text("\n".join(f"{verb} number {n}" for verb in VERBS for n in range(9)))
    recipe = tmp_path / "recipe.toml"
    recipe.write_text(RECIPE.format(base=tiny_base, teacher=tiny_teacher))
    return ("train", recipe, "--data", data, "--out", tmp_path / "out")


def test_train_makes_measures_and_does_not_repeat(tmp_path: Path, command: tuple[object, ...]) -> None:
    first, again = run(*command), run(*command)
    assert "pairs/dev" in first
    assert "Recall@10" in first
    assert "Recall@10" not in again  # the second run measures nothing
    encoder = QueryEncoder.from_pretrained(tmp_path / "out" / "tiny")
    assert f"  {encoder.metrics['pairs/dev']['nDCG@10']:.4f}"[:6] in first
    kept = f"{encoder.metrics['pairs/dev']['retention']:.1%}".rstrip("%")
    assert f"{kept} [" in again.split("Retention of nDCG@10")[1]
    assert encoder.training["sources"].keys() == {"pool.txt"}


def test_another_teacher_follows_the_same_recipe(
    tmp_path: Path, command: tuple[object, ...], tiny_base: Path, tiny_teacher: Path
) -> None:
    run(*command)
    first = QueryEncoder.from_pretrained(tmp_path / "out" / "tiny")
    with pytest.raises(SpaceMismatchError, match=r"tiny holds an adapter for another teacher.*another --out"):
        run(*command, "--teacher", tiny_base)
    run(*command[:-1], tmp_path / "second", "--teacher", tiny_base)
    second = QueryEncoder.from_pretrained(tmp_path / "second" / "tiny")
    assert (first.space.teacher, first.space.dim) == (tiny_teacher.name, 48)
    assert (second.space.teacher, second.space.dim) == (tiny_base.name, 32)
    assert second.training["stages"][0]["config"] == first.training["stages"][0]["config"]


def test_train_names_a_recipe_it_cannot_read(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"There is no recipe .*none\.toml"):
        run("train", tmp_path / "none.toml", "--data", tmp_path, "--out", tmp_path / "out")


COMPARED = """
[study]
compact = ["low", "small"]
external = ["tiny", "narrow"]

[[stages]]
epochs = 1
precision = "fp32"

[encoders.narrow]
kind = "projection"
base = "{base}"
map = "linear"

[encoders.low]
kind = "quantized"
precision = "int8"
runtime = "onnx"

[encoders.small]
kind = "exported"
start = "tiny"
runtime = "onnx"
precision = "fp32"
"""


def test_a_recipe_with_a_study_compares_its_encoders(
    tmp_path: Path, command: tuple[object, ...], tiny_base: Path
) -> None:
    recipe = tmp_path / "recipe.toml"
    recipe.write_text(recipe.read_text() + COMPARED.format(base=tiny_base))
    run(*command)
    study = json.loads((tmp_path / "out" / "study" / "study.json").read_text())
    points = {point["name"]: point for point in study["tradeoffs"][0]["points"]}
    assert {name: point["adaptation"] for name, point in points.items()} == {
        "teacher": "teacher", "low": "compact", "small": "compact", "tiny": "external", "narrow": "external",
    }  # fmt: skip
    for name in ("low", "small", "tiny", "narrow"):
        metrics = QueryEncoder.from_pretrained(tmp_path / "out" / name).metrics["pairs/dev"]
        assert points[name]["quality"] == pytest.approx(metrics["retention"], abs=1e-3)
    assert (tmp_path / "out" / "study" / "study-dark.png").read_bytes().startswith(b"\x89PNG")
    table = (tmp_path / "out" / "study" / "study.md").read_text()
    assert f"| compact | `small` | {100 * points['small']['quality']:.1f}% [" in table
