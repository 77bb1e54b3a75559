"""A recipe is read strictly, and followed: trained, measured, saved, and not made twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from codequest.errors import InvalidInputError
from codequest.training import load_recipe, make_adapters
from codequest.training.recipe import Recipe
from tests.training.recipes import RECIPE

pytestmark = pytest.mark.filterwarnings("ignore::codequest.training.DataWarning")

ASSISTANT = '[assistant]\nlosses = { infonce = 1.0, cosine = 1.0 }\nepochs = 1\nprecision = "fp32"\n'


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("seed = 3", "sead = 3", r"unknown sead\. Keys: teacher, queries"),
        ('teacher = "', 'tutor = "', "unknown tutor; missing teacher"),
        ('kind = "projection"', 'kind = "magic"', r"encoder small: unknown kind 'magic'\. Kinds: lora"),
        ('kind = "projection"', "", "encoder small: expected a kind"),
        ('kind = "lora"', 'kind = "static"', "both only for a lora that starts from a projection"),
        ("epochs = 1", "epochs = 0", "encoder small, stage 1: epochs must be positive and finite"),
        ("epochs = 1", "epoches = 1", "encoder small, stage 1: unknown epoches"),
        ("pairs = true", "", r"stage 2: the losses \['cosine', 'infonce'\] need pairs = true"),
        ("{ pool = 100 }", "7", "at_most maps names of sources to positive whole numbers, got 7"),
        ("pool = 100", "pool = 0", r"at_most maps names of sources to positive whole numbers, got {'pool': 0}"),
        ("pool = 100", "pond = 100", r"at_most names pond\. Sources: pool, pairs:train"),
        ('"pairs:train" = 10', "pool = 10", r"hold_out names pool\. Sources: pairs:train"),
        ("seed = 3", "searches = { pool = 'go' }", r"searches names pool\. Sources: pairs:train"),
        ("seed = 3", "searches = { 'pairs:train' = 7 }", "searches maps names of pairs to languages, got"),
        (ASSISTANT, "", r"a stage has assistant = true\. Add a table \[assistant\]"),
        (
            "infonce = 1.0, cosine = 1.0 }\nepochs = 1\nprec",
            "kl = 1.0 }\nepochs = 1\nprec",
            r"1 sets of pairs and the losses \['kl'\]",
        ),
        ("[assistant]\nlosses = {", "[assistant]\nlosses = 1 #{", "assistant: "),
        ("seed = 3", "seed = ", "cannot be read as a recipe"),
        ("encoders.", "coders.", "unknown coders|has no encoder"),
    ],
)
def test_a_wrong_recipe_is_refused(old: str, new: str, message: str, tmp_path: Path) -> None:
    file = tmp_path / "wrong.toml"
    file.write_text(RECIPE.format(base="base", teacher="teacher").replace(old, new))
    with pytest.raises(InvalidInputError, match=message):
        load_recipe(file)


def test_a_missing_recipe_and_an_unknown_encoder_are_refused(recipe: Recipe, data: Path, tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"nowhere\.toml cannot be read as a recipe"):
        load_recipe(tmp_path / "nowhere.toml")
    with pytest.raises(InvalidInputError, match=r"The recipe has no encoder 'large'\. It has small, deeper, further\."):
        make_adapters(recipe, data=data, out=tmp_path / "out", only=["large"])


def test_a_wrong_option_of_an_encoder_is_refused(
    tiny_base: Path, tiny_teacher: Path, data: Path, tmp_path: Path
) -> None:
    file = tmp_path / "wrong.toml"
    text = RECIPE.format(base=tiny_base, teacher=tiny_teacher)
    file.write_text(text.replace('precision = "fp16"', "rank = 4"))
    with pytest.raises(InvalidInputError, match=r"The projection encoder cannot be made with .*rank"):
        make_adapters(load_recipe(file), data=data, out=tmp_path / "out", only=["small"])
