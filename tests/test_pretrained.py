"""The adapters that come with codequest: small, described, and loaded by their name."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from huggingface_hub import ModelCard

from codequest import QueryEncoder, load_teacher
from codequest.adapters import find_adapter, shipped_adapters
from codequest.adapters.card import render_card
from codequest.adapters.card_metadata import ONE_QUERY
from codequest.adapters.folder import read_config
from codequest.adapters.reference_vectors import TEXTS
from codequest.encoders.index_check import check_teacher
from codequest.errors import AdapterFormatError

TEACHER = "sentence-transformers/all-mpnet-base-v2"
MINILM = "sentence-transformers/all-MiniLM-L6-v2"
KINDS = {
    "minilm-l3-lora": "lora",
    "minilm-lora": "lora",
    "minilm-projection": "projection",
    "mpnet-lora": "lora",
    "static": "static",
    "static-for-minilm": "static",
}
TEACHERS = dict.fromkeys(KINDS, TEACHER) | {"static-for-minilm": MINILM}
BASES = {name: TEACHERS[name] if name == "mpnet-lora" or kind == "static" else MINILM for name, kind in KINDS.items()}
STAGES = {"minilm-l3-lora": 3, "minilm-lora": 3, "minilm-projection": 2, "mpnet-lora": 1, "static": 2}
STAGES["static-for-minilm"] = 2
DOCUMENTS = "static-documents"
"""The one that embeds documents."""
ALL = sorted([*KINDS, DOCUMENTS])


def test_they_are_these_and_fit_into_the_wheel() -> None:
    assert shipped_adapters() == ALL
    sizes = {name: sum(path.stat().st_size for path in find_adapter(name).iterdir()) for name in ALL}
    assert sizes[DOCUMENTS] < 15e6
    assert sum(sizes.values()) < 40e6


@pytest.mark.parametrize("name", KINDS)
def test_each_says_how_it_was_made_and_what_it_keeps(name: str) -> None:
    folder = find_adapter(name)
    config = read_config(folder)
    assert config.kind == KINDS[name]
    assert (config.space.teacher, config.space.dim) == (TEACHERS[name], 768 if TEACHERS[name] == TEACHER else 384)
    assert config.training["seed"] == 0
    assert all("sha256" in what for what in config.training["sources"].values())
    assert len(config.training["stages"]) == STAGES[name]
    cheaper = config.metrics[ONE_QUERY]["MFLOP"] < config.metrics[ONE_QUERY]["teacher MFLOP"] / 5
    assert cheaper == (name != "mpnet-lora")
    for measured in (values for name, values in config.metrics.items() if name != ONE_QUERY):
        assert measured["retention_low"] < measured["retention"] < measured["retention_high"]
    assert (folder / "README.md").read_text(encoding="utf-8") == render_card(config)


@pytest.mark.parametrize("name", ALL)
def test_a_change_of_each_is_noticed(name: str, tmp_path: Path) -> None:
    folder = find_adapter(name)
    config = read_config(folder)
    assert config.own_vectors is not None
    assert {*config.files, "config.json", "README.md"} == {path.name for path in folder.iterdir()}
    for changed in config.files:
        copy = Path(shutil.copytree(folder, tmp_path / changed))
        content = bytearray((copy / changed).read_bytes())
        content[-1] ^= 1
        (copy / changed).write_bytes(content)
        with pytest.raises(AdapterFormatError, match=f"{re.escape(changed)} is damaged or was changed"):
            QueryEncoder.from_pretrained(copy)


@pytest.mark.parametrize("name", KINDS)
def test_each_carries_vectors_of_its_teacher(name: str) -> None:
    encoder = QueryEncoder.from_pretrained(name, device="cpu")
    assert encoder.reference_vectors is not None
    assert encoder.reference_vectors.texts == TEXTS
    cosines = np.sum(encoder.encode(TEXTS) * encoder.reference_vectors.queries.astype(np.float32), axis=1)
    assert cosines.min() > 0.4  # an encoder of this space; of another one they lie around 0
    assert np.linalg.norm(encoder.reference_vectors.documents.astype(np.float32), axis=1) == pytest.approx(1, abs=1e-3)


def test_the_one_for_documents_says_whose_queries_find_them_and_how_well() -> None:
    folder = find_adapter(DOCUMENTS)
    config = read_config(folder)
    assert (config.kind, config.documents, config.space.teacher) == ("static", True, TEACHER)
    assert config.training["stages"][-1]["side"] == "document"
    assert config.training["start"]["adapter"] == "static"
    assert all("sha256" in what for what in config.training["sources"].values())
    languages = [values for name, values in config.metrics.items() if name.startswith("csn_docs/")]
    assert len(languages) == 6
    ceilings = [values["nDCG@10"] / values["retention"] for values in languages]
    assert sum(values["nDCG@10"] for values in languages) / sum(ceilings) >= 0.9
    assert (folder / "README.md").read_text(encoding="utf-8") == render_card(config)


def test_queries_of_the_others_find_light_documents() -> None:
    light = QueryEncoder.from_pretrained(DOCUMENTS)
    documents = light.encode_documents(
        [
            "def ordered(items):\n    return dict(sorted(items.items(), key=lambda pair: pair[1]))",
            "public void connect(String host, int port) {\n    socket = new Socket(host, port);\n}",
            "func ReadLines(path string) ([]string, error) {\n\tfile, err := os.Open(path)\n}",
        ]
    )
    for name in (name for name in KINDS if TEACHERS[name] == TEACHER):
        queries = QueryEncoder.from_pretrained(name, device="cpu").encode(
            ["sort a dictionary by value", "open a connection to a host", "read all lines of a file"]
        )
        assert (queries @ documents.T).argmax(1).tolist() == [0, 1, 2]


@pytest.mark.slow
def test_their_teacher_is_the_one_whose_vectors_they_carry() -> None:
    loaded = {name: load_teacher(name) for name in (TEACHER, MINILM)}
    for name in ALL:
        teacher = loaded[TEACHERS.get(name, TEACHER)]
        encoder = QueryEncoder.from_pretrained(name, device="cpu")
        check_teacher(encoder, teacher)
        assert encoder.space == teacher.space


@pytest.mark.parametrize("name", KINDS)
def test_the_hub_reads_the_card_of_each(name: str) -> None:
    data = ModelCard.load(find_adapter(name) / "README.md").data
    config = read_config(find_adapter(name))
    assert (data.base_model, data.license, data.teacher) == (BASES[name], "apache-2.0", TEACHERS[name])
    assert {"cosqa", "csn_docs"} < set(data.datasets)
    found = {(one.dataset_name, one.metric_name): one.metric_value for one in data.eval_results}
    for dataset, values in config.metrics.items():
        if dataset != ONE_QUERY:
            assert found[dataset, "nDCG@10"] == values["nDCG@10"]
            assert found[dataset, "retention"] == values["retention"]


@pytest.mark.parametrize("name", KINDS)
def test_each_puts_a_query_near_a_paraphrase(name: str) -> None:
    encoder = QueryEncoder.from_pretrained(name, device="cpu")
    query, near, far = encoder.encode(
        ["sort a dictionary by its values", "order dict by value", "open a TCP connection with a timeout"]
    )
    assert np.linalg.norm(query) == pytest.approx(1, abs=1e-5)
    assert query @ near > query @ far + 0.2


def test_the_static_one_needs_no_torch() -> None:
    code = (
        "import sys; from codequest import QueryEncoder; "
        "QueryEncoder.from_pretrained('static').encode('sort a list'); "
        "print(sorted({'torch', 'transformers'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, timeout=120)
    assert done.stdout.strip() == "[]"


def test_they_come_before_a_folder_of_that_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "static").mkdir()
    assert QueryEncoder.from_pretrained("static").space.teacher == TEACHER
    with pytest.raises(AdapterFormatError, match=r"static is no adapter: it has no config\.json"):
        QueryEncoder.from_pretrained("./static")


def test_an_unknown_name_lists_them() -> None:
    with pytest.raises(
        AdapterFormatError,
        match=r"that come with codequest: minilm-l3-lora, minilm-lora, minilm-projection, mpnet-lora, static, s",
    ):
        QueryEncoder.from_pretrained("minilm-lorra")
