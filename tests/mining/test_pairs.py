import gzip
import json
from pathlib import Path

import pytest

from codequest.data import load_beir
from codequest.errors import DatasetError
from codequest.mining import mine_pairs


def function(name: str, description: str, *body: str) -> str:
    return "\n".join([f"def {name}(x):", f'    """{description}."""', *(f"    {line}" for line in body), ""])


TWO = ("y = x + 1", "return y * 2")


@pytest.fixture
def code(tmp_path: Path) -> Path:
    folder = tmp_path / "code"
    folder.mkdir()
    sources = [
        function("first", "Double what comes after", *TWO),
        function("second", "double  WHAT comes after", "y = x + 3", "return y"),
        function("third", "Read the first line", "y = open(x)", "return y"),
        function("third", "Get the opening line", "Y = open( x )", "return y"),
        *(function(f"same{number}", "Say the same thing", f"y = {number}", "return y") for number in range(6)),
    ]
    (folder / "a.py").write_text("\n".join(sources), encoding="utf-8")
    (folder / "b.go").write_text(
        "package b\n\n// Add adds two numbers\nfunc Add() {\n\ta()\n\tb()\n}\n", encoding="utf-8"
    )
    return folder


def test_equal_codes_are_one_document_and_equal_descriptions_one_query(code: Path) -> None:
    pairs = mine_pairs([code])
    assert pairs.languages == {"python": 9, "go": 1}
    dataset = pairs.dataset("name")
    by_text = {text: sorted(dataset.qrels[key]) for key, text in dataset.queries.items()}
    a = f"{code.as_posix()}/a.py"
    assert by_text == {
        "Double what comes after": [f"{a}:1", f"{a}:6"],
        "Read the first line": [f"{a}:11"],
        "Get the opening line": [f"{a}:11"],
        "adds two numbers": [f"{code.as_posix()}/b.go:4"],
    }  # six functions that say the same thing have no query, and stay as documents
    assert dataset.documents[f"{a}:11"] == "def third(x):\n    y = open(x)\n    return y"
    assert dataset.name == "name"


def test_long_functions_are_cut_after_a_line(code: Path) -> None:
    assert mine_pairs([code], max_characters=30).dataset().documents[f"{code.as_posix()}/a.py:1"] == (
        "def first(x):\n    y = x + 1"
    )
    whole = "def first(x):\n    y = x + 1\n    return y * 2"
    assert mine_pairs([code], max_characters=len(whole)).functions[0].code == whole
    assert mine_pairs([code], max_characters=None).functions[0].code == whole


def test_excluded_queries_do_not_come_out_in_other_words_either(code: Path) -> None:
    found = mine_pairs([code], exclude=["how do I read the first line?", "DOUBLE what comes after"])
    assert sorted(found.queries) == ["Get the opening line", "adds two numbers"]


def test_the_folder_is_in_beir_layout(code: Path, tmp_path: Path) -> None:
    pairs = mine_pairs([code])
    folder = pairs.save(tmp_path / "out" / "pairs")
    loaded, dataset = load_beir(folder, split="train"), pairs.dataset()
    assert (loaded.queries, loaded.documents, loaded.qrels) == (dataset.queries, dataset.documents, dataset.qrels)
    with gzip.open(folder / "corpus.jsonl.gz", "rt", encoding="utf-8") as file:
        records = [json.loads(line) for line in file]
    assert records[-1] == {
        "_id": f"{code.as_posix()}/b.go:4",
        "text": "func Add() {\n\ta()\n\tb()\n}",
        "metadata": {"path": f"{code.as_posix()}/b.go", "line": 4, "language": "go", "name": "Add"},
    }
    assert sorted(path.name for path in folder.parent.iterdir()) == ["pairs"]
    assert mine_pairs([code / "b.go"]).save(folder) == folder
    assert list(load_beir(folder, split="train").queries.values()) == ["adds two numbers"]


def test_a_failing_replace_keeps_the_pairs_that_were_there(
    code: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = mine_pairs([code]).save(tmp_path / "pairs")
    before = load_beir(folder, split="train")

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(gzip, "open", full)
    with pytest.raises(DatasetError, match=r"cannot be written to .*: No space left on device\. Nothing was changed"):
        mine_pairs([code / "b.go"]).save(folder)
    monkeypatch.undo()
    assert load_beir(folder, split="train").queries == before.queries
    assert [path.name for path in tmp_path.iterdir() if path != code] == ["pairs"]


def test_another_folder_is_not_replaced(code: Path, tmp_path: Path) -> None:
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.tex").write_text("years", encoding="utf-8")
    with pytest.raises(DatasetError, match=r"thesis exists and is not a BEIR folder, so it is not replaced"):
        mine_pairs([code]).save(tmp_path / "thesis")
    with pytest.raises(DatasetError, match=r"cannot be written to .*: File exists"):
        mine_pairs([code]).save(code / "a.py" / "pairs")


def test_nothing_documented_says_what_was_looked_for(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("def f():\n    return 1\n", encoding="utf-8")
    (tmp_path / "b.py").write_bytes(b"# caf\xe9")
    with pytest.raises(
        DatasetError, match=r"in 2 source files \(passed over: 1 not UTF-8\).*python, javascript, types"
    ):
        mine_pairs([tmp_path])
    with pytest.raises(DatasetError, match=r"There is no file or folder .*missing"):
        mine_pairs([tmp_path / "missing"])
