"""One row per kind; a kind can come from another package."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import codequest.encoders
from codequest.encoders import create_encoder
from codequest.encoders.kinds import adaptation, encoder_kinds, find_kind, refuse_without_torch, trainable_kinds
from codequest.encoders.trainable import TrainableQueryEncoder
from codequest.errors import AdapterFormatError, InvalidInputError, MissingDependencyError
from codequest.teachers import LocalTeacher
from tests.tiny import QUERIES

PACKAGE = Path(__file__).with_name("foreign_kind")

USE = """
import json, sys
from pathlib import Path
import numpy as np
from typer.testing import CliRunner
from codequest import QueryEncoder, evaluate, load_beir, load_teacher
from codequest.cli.app import build_app
from codequest.encoders.kinds import encoder_kinds

queries, data, base, teacher, out = sys.argv[1:]
given = ["distill", queries, "--out", f"{out}/adapter", "--teacher", teacher, "--base", base, "--epochs", "2",
         "--kind", "straight-map"]
result = CliRunner().invoke(build_app(), given)
assert result.exit_code == 0, result.output
encoder = QueryEncoder.from_pretrained(f"{out}/adapter")
report = evaluate(encoder, load_teacher(teacher), load_beir(data), latency_queries=0)
exported = QueryEncoder.from_pretrained(encoder.export(f"{out}/onnx", runtime="onnx"))
texts = ["sort the dict", "read the file"]
print(json.dumps({
    "kinds": list(encoder_kinds()),
    "class": type(encoder).__name__,
    "map": encoder.describe()["map"],
    "stages": len(encoder.training["stages"]),
    "kind": report.encoders[0].kind,
    "ndcg": report.encoders[0].measures["nDCG@10"],
    "apart": float(np.abs(exported.encode(texts) - encoder.encode(texts)).max()),
}))
"""


def test_every_kind_has_its_class() -> None:
    for name, row in encoder_kinds().items():
        chosen = row.load()
        assert chosen.kind == name
        assert getattr(codequest.encoders, chosen.__name__) is chosen
        assert issubclass(chosen, TrainableQueryEncoder) == row.trains
    assert list(encoder_kinds()) == ["exported", "lora", "projection", "quantized", "static"]
    assert trainable_kinds() == ["lora", "projection", "static"]


def test_every_kind_has_its_adaptation() -> None:
    found = {kind: adaptation(kind) for kind in (*encoder_kinds(), "teacher", "someone's own")}
    assert found == {
        "exported": "other",  # that has its source's
        "lora": "internal",
        "projection": "external",
        "quantized": "compact",
        "static": "static",
        "teacher": "teacher",
        "someone's own": "other",
    }


def test_what_cannot_be_created_is_refused(tiny_base: Path, tiny_teacher: Path) -> None:
    teacher = LocalTeacher(str(tiny_teacher), device="cpu")
    with pytest.raises(InvalidInputError, match=r"no kind 'quantized' to train\. Kinds: lora, projection, static"):
        create_encoder("quantized", teacher, queries=QUERIES, options={})
    with pytest.raises(InvalidInputError, match=r"The projection encoder cannot be made with .*'rank'"):
        create_encoder("projection", teacher, queries=QUERIES, options={"base": str(tiny_base), "rank": 4})


def test_an_encoder_is_created_for_its_queries(tiny_base: Path, tiny_teacher: Path) -> None:
    teacher = LocalTeacher(str(tiny_teacher), device="cpu")
    options = {"base": str(tiny_base), "rows": 200, "width": 8}
    few, many = (create_encoder("static", teacher, queries=texts, options=options) for texts in (["x"], QUERIES * 3))
    assert few.describe()["bigrams"] == 0 < many.describe()["bigrams"]
    assert few.space == many.space == teacher.space


def test_a_kind_that_cannot_be_imported_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    info = tmp_path / "broken-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: broken\nVersion: 1\n", encoding="utf-8")
    (info / "entry_points.txt").write_text("[codequest.encoders]\nbroken = nowhere:Nothing\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    row = find_kind("broken")
    assert row is not None
    with pytest.raises(AdapterFormatError, match=r"'broken' is installed as nowhere:Nothing, which cannot be imported"):
        row.load()


def test_a_kind_of_another_package_is_trained_saved_evaluated_and_exported(
    tmp_path: Path, tiny_base: Path, tiny_teacher: Path
) -> None:
    pytest.importorskip("onnxscript")
    pytest.importorskip("setuptools")
    site, source = tmp_path / "site", tmp_path / "source"
    shutil.copytree(PACKAGE, source)
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--no-build-isolation"]
    subprocess.run([*install, "--target", str(site), str(source)], check=True, capture_output=True, timeout=300)
    queries = tmp_path / "queries.txt"
    queries.write_text("\n".join(f"{verb} a {noun}" for verb in QUERIES[:9] for noun in ("dict", "file")), "utf-8")
    data = tmp_path / "data"
    (data / "qrels").mkdir(parents=True)
    for name, texts in (("queries", ["sort the dict", "read it"]), ("corpus", ["sort(dict)", "read(file)"])):
        lines = [json.dumps({"_id": f"{name[0]}{number}", "text": text}) for number, text in enumerate(texts)]
        (data / f"{name}.jsonl").write_text("\n".join(lines), encoding="utf-8")
    (data / "qrels" / "dev.tsv").write_text("query-id\tcorpus-id\tscore\nq0\tc0\t1\nq1\tc1\t1\n", encoding="utf-8")
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(site), *filter(None, [os.environ.get("PYTHONPATH")])]),
        "CODEQUEST_CACHE": str(tmp_path / "cache"),
    }
    given = [str(path) for path in (queries, data, tiny_base, tiny_teacher, tmp_path)]
    done = subprocess.run(
        [sys.executable, "-c", USE, *given], env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert found.pop("apart") < 1e-4
    assert 0 < found.pop("ndcg") <= 1
    assert found == {
        "kinds": ["exported", "lora", "projection", "quantized", "static", "straight-map"],
        "class": "StraightMapEncoder",
        "map": "linear",
        "stages": 1,
        "kind": "straight-map",
    }


def test_the_package_is_not_installed_here() -> None:
    assert find_kind("straight-map") is None
    assert np.all([row.where.startswith("codequest.") for row in encoder_kinds().values()])


def test_an_adapter_that_runs_in_torch_is_refused_where_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    refuse_without_torch("lora", "minilm-lora")
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(
        MissingDependencyError, match=r"codequest export user/adapter --precision int8 --out adapter-int8"
    ):
        refuse_without_torch("lora", "user/adapter")
    refuse_without_torch("static", "static")
    refuse_without_torch("exported", "folder")
    refuse_without_torch("of-somebody-else", "folder")
