"""A recipe is read strictly, and followed: trained, measured, saved, and not made twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from codequest.errors import InvalidInputError
from codequest.training import load_recipe, make_adapters
from codequest.training.recipes.recipe import Recipe
from tests.training.recipes.texts import RECIPE

pytestmark = pytest.mark.filterwarnings("ignore::codequest.training.DataWarning")

ASSISTANT = '[assistant]\nlosses = { infonce = 1.0, cosine = 1.0 }\nepochs = 1\nprecision = "fp32"\n'


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("seed = 3", "sead = 3", r"unknown sead\. Keys: teacher, queries"),
        ('teacher = "', 'tutor = "', "unknown tutor; missing teacher"),
        ('kind = "projection"', 'kind = "magic"', r"encoder small: unknown kind 'magic'\. Kinds: lora"),
        ('kind = "projection"', "", "encoder small: expected a kind"),
        ('kind = "projection"', 'kind = "lora"\nside = "both"', "small: side must be query or document, got 'both'"),
        (
            'kind = "projection"',
            'kind = "lora"\nside = "document"',
            "small, stage 1: .* trains on the documents of the",
        ),
        ('kind = "projection"', 'kind = "lora"\nqueries_by = "static"', "queries_by is for side = .document. alone"),
        ("epochs = 1", "epochs = 0", "encoder small, stage 1: epochs must be positive and finite"),
        ("epochs = 1", "epoches = 1", "encoder small, stage 1: unknown epoches"),
        ("pairs = true", "", r"stage 2: the losses \['cosine', 'infonce'\] need pairs = true"),
        ("{ pool = 100 }", "7", r"Expected `object`, got `int` - at `\$\.at_most`"),
        ("pool = 100", "pool = 0", r"at_most maps names of sources to positive whole numbers, got {'pool': 0}"),
        ("pool = 100", "pond = 100", r"at_most names pond\. Sources: pool, pairs:train"),
        ('"pairs:train" = 10', "pool = 10", r"hold_out names pool\. Sources: pairs:train"),
        ("seed = 3", "searches = { pool = 'go' }", r"searches names pool\. Sources: pairs:train"),
        ("seed = 3", "searches = { 'pairs:train' = 7 }", r"Expected `str`, got `int` - at `\$\.searches\[\.\.\.\]`"),
        (ASSISTANT, "", r"a stage has assistant = true\. Add a table \[assistant\]"),
        (
            "infonce = 1.0, cosine = 1.0 }\nepochs = 1\nprec",
            "kl = 1.0 }\nepochs = 1\nprec",
            r"1 set of pairs and the losses \['kl'\]",
        ),
        (
            "[assistant]\nlosses = {",
            "[assistant]\nlosses = 1 #{",
            r"assistant: losses maps names to positive, finite weights, such as .*, got 1",
        ),
        ("[assistant]", "assistant = 7\n[about2]", "unknown about2|assistant: expected a table, got 7"),
        ('queries = ["pool"]', 'queries = "pool"', r"Expected `array`, got `str` - at `\$\.queries`"),
        ('queries = ["pool"]', "queries = [1]", r"Expected `str`, got `int` - at `\$\.queries\[0\]`"),
        ("seed = 3", "seed = " + "3" * 5000, "cannot be read as a recipe: Exceeds the limit"),
        ("seed = 3", "seed = 3.5", r"Expected `int`, got `float` - at `\$\.seed`"),
        ("seed = 3", f"seed = 3\ndeep = {'[' * 5000}{']' * 5000}", "cannot be read as a recipe: .*recursion"),
        ("seed = 3", "seed = 3 #" + " " * 2**20, "cannot be read as a recipe: .*expected at most 1,048,576"),
        ("pairs = true", 'pairs = "yes"', r"stage 2 is malformed: Expected `bool`, got `str` - at `\$\.pairs`"),
        (
            "pairs = true",
            "pairs = true\ndocuments = -1",
            "queries must be at least 0 .* got 20 and -1",
        ),
        ("epochs = 1", 'epochs = "many"', "encoder small, stage 1: epochs must be positive and finite, got 'many'"),
        ('kind = "projection"', "kind = 7", r"encoder small is malformed: Expected `str`, got `int`"),
        ("seed = 3", "seed = ", "cannot be read as a recipe"),
        ('["pool"]', '["../pool"]', "'../pool' leads out of the folder of the data"),
        ('["pool"]', '["~/pool"]', "'~/pool' leads out"),
        ('["pool"]', '["/pool"]', "'/pool' leads out"),
        ("seed = 3", "seed = 3\nexclude = ['a/../../b']", "leads out"),
        ('validate = ["pairs:dev"]', 'validate = ["pairs:dev:../x"]', "'pairs:dev:../x' leads out"),
        ("encoders.small", "encoders.'../small'", r"encoder '\.\./small' cannot be the name of a folder"),
        ("encoders.small", "encoders.'/tmp/small'", "cannot be the name of a folder"),
        ("encoders.", "coders.", "unknown coders|has no encoder"),
        (
            'kind = "projection"',
            'kind = "quantized"',
            "a quantized encoder is made without training, from the teacher: ",
        ),
        ("seed = 3", "seed = 3\nstudy = { compact = ['int8'] }", "study, compact, names int8. Sources: small, deeper"),
        (
            "seed = 3",
            "seed = 3\nstudy = { cheap = ['small'] }",
            r"Invalid enum value 'cheap' - at `key` in `\$\.study`",
        ),
    ],
)
def test_a_wrong_recipe_is_refused(old: str, new: str, message: str, tmp_path: Path) -> None:
    file = tmp_path / "wrong.toml"
    file.write_text(RECIPE.format(base="base", teacher="teacher").replace(old, new))
    with pytest.raises(InvalidInputError, match=message):
        load_recipe(file)


def test_an_encoder_may_be_the_assistant_but_not_its_own(tmp_path: Path) -> None:
    text = RECIPE.format(base="base", teacher="teacher").replace(ASSISTANT, "")
    file = tmp_path / "recipe.toml"
    file.write_text(text.replace("seed = 3", 'seed = 3\nassistant = "deeper"'))
    assert load_recipe(file).assistant == "deeper"
    file.write_text(text.replace("seed = 3", 'seed = 3\nassistant = "small"'))
    with pytest.raises(InvalidInputError, match=r"small is the assistant, and one of its own stages has assistant"):
        load_recipe(file)
    file.write_text(text.replace("seed = 3", "seed = 3\nassistant = 7"))
    with pytest.raises(InvalidInputError, match=r"a table \[assistant\], or the name of an encoder, got 7"):
        load_recipe(file)


def test_a_missing_recipe_and_an_unknown_encoder_are_refused(recipe: Recipe, data: Path, tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"There is no recipe .*nowhere\.toml"):
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
