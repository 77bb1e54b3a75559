"""What a recipe holds once it was read."""

from __future__ import annotations

from pathlib import Path

from codequest.training import load_recipe
from tests.training.recipes.texts import RECIPE


def test_stages_of_the_recipe_are_those_of_encoders_without_their_own(tmp_path: Path) -> None:
    file = tmp_path / "recipe.toml"
    text = RECIPE.format(base="base", teacher="teacher")
    shared = (
        '[[stages]]\nqueries = 7\nepochs = 2\n\n[encoders.plain]\nkind = "lora"\n\n[encoders.low]\nkind = "quantized"\n'
    )
    file.write_text(text.replace("[encoders.small]", f"{shared}\n[encoders.small]"))
    encoders = load_recipe(file).encoders
    assert [(stage.queries, stage.config.epochs) for stage in encoders["plain"].stages] == [(7, 2)]
    assert [stage.queries for stage in encoders["small"].stages] == [60, 20]
    assert encoders["low"].stages == ()
