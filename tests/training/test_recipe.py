"""A recipe is read strictly, and followed: trained, measured, saved, and not made twice."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from codequest.encoders import QueryEncoder
from codequest.encoders.index_check import check_teacher
from codequest.errors import InvalidInputError
from codequest.teachers import CachedTeacher
from codequest.training import load_recipe, make_adapters
from codequest.training.making import Maker
from codequest.training.recipe import Recipe
from tests.training.conftest import TEXTS

pytestmark = pytest.mark.filterwarnings("ignore::codequest.training.DataWarning")

RECIPE = """
teacher = "{teacher}"
queries = ["pool"]
pairs = ["pairs:train"]
evaluate = ["pairs:dev"]
validate = ["pairs:dev"]
seed = 3
at_most = {{ pool = 100 }}
hold_out = {{ "pairs:train" = 10 }}
about = {{ pool = "made for tests, public domain" }}

[assistant]
losses = {{ infonce = 1.0, cosine = 1.0 }}
epochs = 1
precision = "fp32"

[encoders.small]
kind = "projection"
base = "{base}"
precision = "fp16"

[[encoders.small.stages]]
queries = 60
losses = {{ cosine = 1.0 }}
epochs = 1
evaluations = 1
precision = "fp32"

[[encoders.small.stages]]
queries = 20
pairs = true
assistant = true
losses = {{ infonce = 1.0, cosine = 1.0 }}
epochs = 1
evaluations = 1
precision = "fp32"

[encoders.deeper]
kind = "lora"
start = "small"
rank = 2

[[encoders.deeper.stages]]
queries = 30
epochs = 1
evaluations = 1
precision = "fp32"

[encoders.further]
start = "small"

[[encoders.further.stages]]
queries = 30
epochs = 1
evaluations = 1
precision = "fp32"
"""


ASSISTANT = '[assistant]\nlosses = { infonce = 1.0, cosine = 1.0 }\nepochs = 1\nprecision = "fp32"\n'


def write_lines(path: Path, rows: list[dict[str, str]]) -> None:
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A pool of 160 queries; 90 labelled queries with a document each, 20 of them for development."""
    folder = tmp_path / "data"
    (folder / "pool").mkdir(parents=True)
    (folder / "pairs" / "qrels").mkdir(parents=True)
    write_lines(folder / "pool" / "queries.jsonl.gz", [{"text": text} for text in TEXTS[:160]])
    labelled = list(enumerate(TEXTS[150:240]))
    write_lines(folder / "pairs" / "queries.jsonl.gz", [{"_id": f"q{n}", "text": text} for n, text in labelled])
    code = [{"_id": f"d{n}", "text": f"def {text.replace(' ', '_')}(): ..."} for n, text in labelled]
    write_lines(folder / "pairs" / "corpus.jsonl.gz", code)
    for split, numbers in (("train", range(70)), ("dev", range(70, 90))):
        rows = "".join(f"q{n}\td{n}\t1\n" for n in numbers)
        (folder / "pairs" / "qrels" / f"{split}.tsv").write_text("query-id\tcorpus-id\tscore\n" + rows)
    return folder


@pytest.fixture
def recipe(tiny_base: Path, tiny_teacher: Path, tmp_path: Path) -> Recipe:
    file = tmp_path / "recipe.toml"
    file.write_text(RECIPE.format(base=tiny_base, teacher=tiny_teacher))
    return load_recipe(file)


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


def test_a_sample_of_a_source_keeps_its_own_documents_only(recipe: Recipe, data: Path, tmp_path: Path) -> None:
    sampled = Maker(replace(recipe, at_most={"pairs:train": 40}), data=data, out=tmp_path / "out")
    (kept,), (held,) = sampled._divided
    assert (len(kept.queries), len(held.queries), len(held.documents)) == (36, 4, 40)
    assert len(sampled.queries) == 160
    whole = Maker(recipe, data=data, out=tmp_path / "out")
    assert len(whole.queries) == 100
    assert set(kept.queries) | set(held.queries) < set(whole._divided[0][0].queries) | set(whole._divided[1][0].queries)


def test_nothing_that_is_measured_is_trained_on(recipe: Recipe, data: Path, tmp_path: Path) -> None:
    maker = Maker(recipe, data=data, out=tmp_path / "out")
    (kept,), (held,) = maker._divided
    assert len(kept.queries) == 63
    assert not set(kept.queries) & set(held.queries)
    assert not set(kept.documents) & {document for judged in held.qrels.values() for document in judged}
    assert set(kept.documents) == {document for judged in kept.qrels.values() for document in judged}
    assert len(held.documents) == 90  # searched among all


def test_excluded_queries_are_never_trained_on(recipe: Recipe, data: Path, tmp_path: Path) -> None:
    (data / "never.txt").write_text("\n".join(text.upper() for text in TEXTS[:50]))
    maker = Maker(replace(recipe, exclude=("never.txt",)), data=data, out=tmp_path / "out")
    (first, _) = QueryEncoder.from_pretrained(maker.make("small").folder).training["stages"]
    kept = set(maker.queries[:60]) - set(TEXTS[:50]) - {text for test in maker.tests for text in test.queries.values()}
    assert first["queries"] == len(kept) < 50


def test_searches_are_trained_on_beside_the_queries(recipe: Recipe, data: Path, tmp_path: Path) -> None:
    maker = Maker(replace(recipe, searches={"pairs:train": "rust"}), data=data, out=tmp_path / "out")
    (kept,), (held,) = maker._divided
    searches = {id: text for id, text in kept.queries.items() if id.startswith("search-")}
    assert (len(kept.queries), len(searches), len(held.queries)) == (126, 63, 7)
    assert sum("rust" in text for text in searches.values()) > 40
    assert all(kept.qrels[id] == kept.qrels[id.removeprefix("search-")] for id in searches)
    assert maker._digest(recipe.encoders["small"]) != Maker(recipe, data=data, out=tmp_path / "out")._digest(
        recipe.encoders["small"]
    )


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("seed = 3", "sead = 3", r"unknown sead\. Keys: teacher, queries"),
        ('teacher = "', 'tutor = "', "unknown tutor; missing teacher"),
        ('kind = "projection"', 'kind = "magic"', r"encoder small: unknown kind 'magic'\. Kinds: lora"),
        ('kind = "projection"', "", "encoder small: expected a kind"),
        ('kind = "lora"', 'kind = "static"', "both only for a lora that starts from a projection"),
        ("epochs = 1", "epochs = 0", "encoder small, stage 1: epochs must be positive"),
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
