"""Adapters of a recipe: trained, measured, saved, and not made twice."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from codequest.encoders import LoRAQueryEncoder, QueryEncoder
from codequest.encoders.index_check import check_teacher
from codequest.teachers import CachedTeacher
from codequest.training import make_adapters
from codequest.training.recipes.making import Maker
from codequest.training.recipes.recipe import EncoderRecipe, Recipe
from tests.training.conftest import TEXTS, mean_cosine
from tests.training.recipes.texts import write_lines

pytestmark = pytest.mark.filterwarnings("ignore::codequest.training.DataWarning")


def test_a_recipe_is_followed(recipe: Recipe, data: Path, tmp_path: Path, teacher: CachedTeacher) -> None:
    made = make_adapters(recipe, data=data, out=tmp_path / "out")
    assert list(made) == ["small", "deeper", "further"]
    names = [report.dataset for report in made["small"].reports]
    assert names == ["pairs/dev", "pairs/train, held out"]
    assert [report.queries for report in made["small"].reports] == [20, 7]  # a tenth of 70 is held out
    encoder = QueryEncoder.from_pretrained(made["small"].folder, device="cpu")
    assert encoder.metrics["pairs/dev"]["nDCG@10"] == made["small"].reports[0].encoders[0].summary()["nDCG@10"]
    first, second = encoder.training["stages"]
    assert (first["pairs"], second["pairs"]) == (0, 63)
    assert first["assistant"] is None
    assert second["assistant"] == Maker(recipe, data=data, out=tmp_path / "out").assistant.variant
    assert encoder.training["seed"] == 3
    counted, about = encoder.training["sources"]["pool"].split("; ")
    assert counted.startswith("100 queries, sha256 ")
    assert about == "made for tests, public domain"
    assert encoder.training["sources"]["pairs:train"].startswith("70 queries with labels, sha256 ")
    deeper = QueryEncoder.from_pretrained(made["deeper"].folder, device="cpu")
    assert (deeper.kind, deeper.describe()["rank"], len(deeper.training["stages"])) == ("lora", 2, 3)
    further = QueryEncoder.from_pretrained(made["further"].folder, device="cpu")
    assert len(further.training["stages"]) == 3
    assert not np.allclose(further.encode(TEXTS[:5]), encoder.encode(TEXTS[:5]), atol=1e-4)
    for adapter in (encoder, deeper, further):
        check_teacher(adapter, teacher)  # each carries vectors of the teacher, whatever the assistant taught it


def test_what_is_made_is_not_made_again_unless_the_recipe_changed(recipe: Recipe, data: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    first = make_adapters(recipe, data=data, out=out, only=["small"])["small"]
    before = (first.folder / "model.safetensors").stat().st_mtime_ns
    again = make_adapters(recipe, data=data, out=out, only=["small"])["small"]
    assert not again.reports
    assert (first.folder / "model.safetensors").stat().st_mtime_ns == before
    encoder = QueryEncoder.from_pretrained(first.folder)
    encoder.metrics = {}
    encoder.save_pretrained(first.folder)  # as one whose measuring was interrupted
    measured = make_adapters(recipe, data=data, out=out, only=["small"])["small"]
    assert [report.encoders[0].measures for report in measured.reports] == [
        report.encoders[0].measures for report in first.reports
    ]
    assert QueryEncoder.from_pretrained(first.folder).metrics["one query"]["MFLOP"] > 0
    write_lines(data / "pool" / "queries.jsonl.gz", [{"text": text} for text in TEXTS[:140]])
    assert make_adapters(recipe, data=data, out=out, only=["small"])["small"].reports


def test_excluded_queries_are_never_trained_on(recipe: Recipe, data: Path, tmp_path: Path) -> None:
    (data / "never.txt").write_text("\n".join(text.upper() for text in TEXTS[:50]))
    maker = Maker(replace(recipe, exclude=("never.txt",)), data=data, out=tmp_path / "out")
    (first, _) = QueryEncoder.from_pretrained(maker.make("small").folder).training["stages"]
    kept = (
        set(maker.data.queries[:60])
        - set(TEXTS[:50])
        - {text for test in maker.data.tests for text in test.queries.values()}
    )
    assert first["queries"] == len(kept) < 50


def test_the_digest_depends_on_the_searches(recipe: Recipe, data: Path, tmp_path: Path) -> None:
    maker = Maker(replace(recipe, searches={"pairs:train": "rust"}), data=data, out=tmp_path / "out")
    plain = Maker(recipe, data=data, out=tmp_path / "out")
    small = recipe.encoders["small"]
    assert maker.recipe_digest(small) != plain.recipe_digest(small)


def test_an_encoder_of_the_recipe_assists_another(recipe: Recipe, data: Path, tmp_path: Path) -> None:
    small, deeper = recipe.encoders["small"], recipe.encoders["further"]
    first = replace(small, stages=small.stages[:1])
    second = replace(deeper, stages=(replace(deeper.stages[0], assistant=True),))
    encoders = {"small": first, "further": second}
    assisted = Maker(replace(recipe, assistant="small", encoders=encoders), data=data, out=tmp_path / "out")
    stages = QueryEncoder.from_pretrained(assisted.make("further").folder).training["stages"]
    assert [stage["assistant"] for stage in stages] == [None, assisted.assistant.variant]
    other = Maker(replace(recipe, assistant="static", encoders=encoders), data=data, out=tmp_path / "out")
    assert assisted.recipe_digest(first) == other.recipe_digest(first)
    assert assisted.recipe_digest(second) != other.recipe_digest(second)


def test_an_adapter_of_another_space_is_a_start(
    recipe: Recipe, data: Path, tmp_path: Path, tiny_base: Path, teacher: CachedTeacher
) -> None:
    old = LoRAQueryEncoder.create(str(tiny_base), space=replace(teacher.space, teacher="old", dim=9), rank=2)
    old.training = {"stages": [{"steps": 1}], "sources": {"log": "7 queries"}}
    place = str(old.save_pretrained(tmp_path / "old"))
    moved = replace(recipe.encoders["further"], start=place, options={"precision": "fp16"})
    transfers = replace(recipe, encoders={"moved": moved})
    made = make_adapters(transfers, data=data, out=tmp_path / "out")["moved"]
    encoder = QueryEncoder.from_pretrained(made.folder, device="cpu")
    assert (encoder.kind, encoder.space, encoder.describe()["precision"]) == ("lora", teacher.space, "fp16")
    assert len(encoder.training["stages"]) == 1
    start = encoder.training["start"]
    assert (start["adapter"], start["dim"], start["sources"]) == ("old", 9, {"log": "7 queries"})
    assert mean_cosine(encoder, teacher, TEXTS[:20]) > 0.5


def test_a_start_of_the_encoders_own_name_is_the_adapter_to_go_on_from(
    recipe: Recipe, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    make_adapters(recipe, data=data, out=tmp_path, only=["small"])
    again = replace(recipe, encoders={"small": recipe.encoders["further"]})
    assert again.encoders["small"].start == "small"
    made = make_adapters(again, data=data, out=tmp_path / "out")["small"]
    before, after = (QueryEncoder.from_pretrained(place, device="cpu") for place in (tmp_path / "small", made.folder))
    assert (len(before.training["stages"]), len(after.training["stages"])) == (2, 3)
    assert after.training["stages"][:2] == before.training["stages"]


def test_an_encoder_of_documents_is_trained_for_the_queries_of_another(
    recipe: Recipe, data: Path, tmp_path: Path, tiny_base: Path
) -> None:
    small, further = recipe.encoders["small"], recipe.encoders["further"]
    stage = replace(further.stages[0], queries=None, pairs=True, config=replace(small.stages[1].config, epochs=2))
    light = EncoderRecipe(
        kind="static",
        side="document",
        queries_by="small",
        options={"base": str(tiny_base), "rows": 300, "width": 16, "code": True},
        stages=(stage,),
    )
    chosen = replace(recipe, hold_out={}, encoders={"small": replace(small, stages=small.stages[:1]), "light": light})
    maker = Maker(chosen, data=data, out=tmp_path / "out")
    made = maker.make("light")
    encoder = QueryEncoder.from_pretrained(made.folder)
    assert encoder.documents
    [run] = encoder.training["stages"]
    assert (run["side"], run["queries"], run["pairs"]) == ("document", 0, 66)  # a twentieth of 70 validates
    assert run["assistant"] == maker.assistant_of(light).variant
    measured = made.reports[0]
    assert [row.name for row in measured.encoders] == ["small"]
    assert encoder.metrics["pairs/dev"]["retention"] == round(measured.encoders[0].retention or 0, 4)
    assert maker.recipe_digest(light) != maker.recipe_digest(replace(light, queries_by=""))
