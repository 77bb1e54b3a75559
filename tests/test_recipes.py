"""The recipes in examples: readable, and the second teacher's is the first one's, unchanged."""

from __future__ import annotations

from pathlib import Path

from codequest.adapters import shipped_adapters
from codequest.training import load_recipe

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"


def test_what_is_shipped_has_a_recipe() -> None:
    assert set(shipped_adapters()) <= set(load_recipe(EXAMPLES / "pretrained.toml").encoders)


def test_the_second_teachers_recipe_differs_in_the_teacher_only() -> None:
    first, second = load_recipe(EXAMPLES / "pretrained.toml"), load_recipe(EXAMPLES / "second_teacher.toml")
    assert first.teacher != second.teacher
    for name in (
        "queries",
        "pairs",
        "evaluate",
        "validate",
        "exclude",
        "at_most",
        "searches",
        "hold_out",
        "seed",
        "assistant",
    ):
        assert getattr(first, name) == getattr(second, name)
    assert first.about == second.about
    for mine, others in (("l3-lora", "minilm-l3-lora"), ("static", "static")):
        assert second.encoders[mine] == first.encoders[others]
