"""The recipes in examples."""

from __future__ import annotations

from pathlib import Path

from codequest.adapters import shipped_adapters
from codequest.training import load_recipe

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"


def test_what_is_shipped_has_a_recipe() -> None:
    names = ("pretrained.toml", "teacher_lora.toml", "light_documents.toml", "minilm.toml")
    recipes = [load_recipe(EXAMPLES / name) for name in names]
    assert set(shipped_adapters()) <= {name for recipe in recipes for name in recipe.encoders}


def test_no_two_ablations_are_the_same() -> None:
    ablations = load_recipe(EXAMPLES / "benchmarks" / "ablations.toml").encoders
    assert "baseline" in ablations
    for name, encoder in ablations.items():
        others = [other for other in ablations if ablations[other] == encoder]
        assert others == [name]
