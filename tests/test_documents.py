"""What README, docs and examples tell people to run, run."""

from __future__ import annotations

import json
import re
import runpy
import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import codequest
from codequest import LoRAQueryEncoder, ProjectionQueryEncoder, QueryEncoder
from codequest.bench import BenchResult
from codequest.bench.result import BenchRow
from codequest.bench.tables import to_markdown
from codequest.cli.app import build_app
from codequest.teachers import LocalTeacher
from tests.cli.commands import COMMANDS
from tests.search.answers.chat_server import MODEL, ChatServer, answered

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BENCHMARKS = ROOT / "examples" / "benchmarks"
BASE = "sentence-transformers/all-MiniLM-L6-v2"


def blocks(document: Path, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", document.read_text(encoding="utf-8"), re.DOTALL)


CODE = '''def read_table(path):
    """Read a table from a file."""
    with open(path) as file:
        lines = file.readlines()
    return [line.split(",") for line in lines]
'''
PRINTED = {
    "ask.md": [
        "tables.py:1-5",
        "It splits every line at commas [tables.py:5].",
        "tables.py:5",
        "",
    ],
    "queries.md": ["Counter({'docs': 1})", ""],
    "search.md": ["tables.py:1 read_table", ""],
    "teachers-local.md": ["mean 384 256", ""],
}
RUN_ELSEWHERE = {"integrations.md"}
"""Pages whose code needs more than one library: tests of those run it."""
PYTHON_BLOCKS = [
    (document, code)
    for document in DOCUMENTS
    if document.name not in RUN_ELSEWHERE
    for code in blocks(document, "python")
]


@pytest.fixture
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with an adapter, an index in its teacher's space, one in the space of those that come with codequest,
    and some code; and a language model, as the documents assume."""
    teacher = LocalTeacher(BASE)
    encoder = ProjectionQueryEncoder.create(BASE, space=teacher.space, map="linear")
    encoder.save_pretrained(tmp_path / "adapter")
    texts = ["def sort_by_value(mapping): ...", "def read_csv(path): ...", "def open_socket(host): ..."]
    np.save(tmp_path / "small.npy", teacher.encode_documents(texts))
    wide = np.random.default_rng(0).standard_normal((3, 768)).astype(np.float32)
    np.save(tmp_path / "index.npy", wide / np.linalg.norm(wide, axis=1, keepdims=True))
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "tables.py").write_text(CODE, encoding="utf-8")
    (tmp_path / "texts.txt").write_text("\n".join(texts), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    with ChatServer().running() as model:
        model.reply = answered("It splits every line at commas ", "[tables.py:5].")
        monkeypatch.setenv("OPENAI_BASE_URL", model.url)
        monkeypatch.setenv("OPENAI_MODEL", MODEL)
        yield tmp_path


@pytest.mark.parametrize(("document", "code"), PYTHON_BLOCKS, ids=[path.name for path, _ in PYTHON_BLOCKS])
def test_python_in_documents_runs(
    document: Path, code: str, workplace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    exec(compile(code, str(document), "exec"), {})
    printed = capsys.readouterr().out.split("\n")
    if document.name == "README.md":
        scores = np.load("index.npy") @ QueryEncoder.from_pretrained("minilm-lora").encode("sort a dictionary by value")
        assert [line.split()[1] for line in printed if line] == [str(position) for position in np.argsort(-scores)]
    else:
        assert printed == (PRINTED[document.name] if "print(" in code else [""])


def test_options_in_documents_exist() -> None:
    known = {}
    for command in COMMANDS:
        known[command] = CliRunner().invoke(build_app(), [command, "--help"], env={"COLUMNS": "200"}).stdout
    used = [
        (match.group(1), option)
        for document in DOCUMENTS
        for code in blocks(document, "bash")
        for match in re.finditer(r"codequest (\w+)((?:[^\n]|\\\n)*)", code)
        for option in re.findall(r"--[a-z-]+", match.group(2))
    ]
    assert used
    assert [(command, option) for command, option in used if f"{option} " not in known[command]] == []


def test_what_documents_install_is_a_checkout() -> None:
    installed = [
        (path.name, line)
        for path in DOCUMENTS
        for code in blocks(path, "bash")
        for line in code.splitlines()
        if line.startswith("pip install")
    ]
    assert installed
    assert [(page, line) for page, line in installed if not re.match(r"pip install '?\./?", line)] == []


def test_make_targets_in_documents_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    used = {name for path in DOCUMENTS for code in blocks(path, "bash") for name in re.findall(r"make ([a-z-]+)", code)}
    assert {"demo", "test"} <= used <= targets


def test_links_in_documents_lead_somewhere() -> None:
    links = [
        (document.name, target)
        for document in [*DOCUMENTS, BENCHMARKS / "README.md"]
        for target in re.findall(r"\]\(([^)#]+)#?[^)]*\)", document.read_text(encoding="utf-8"))
        if "://" not in target and not (document.parent / target).exists()
    ]
    assert links == []


def test_the_python_reference_covers_every_public_name() -> None:
    covered = re.findall(
        r"^::: codequest\.(\w+)$", (ROOT / "docs" / "api.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert covered == codequest.__all__


def test_the_site_has_every_page() -> None:
    nav = (ROOT / ".mkdocs.yml").read_text(encoding="utf-8").partition("nav:")[2]
    pages = {path.name for path in DOCUMENTS if path.parent.name == "docs"} | {"cli.md"}
    assert set(re.findall(r"(\S+\.md)", nav)) == pages


def test_the_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 150


def run_example(name: str, *arguments: object, cwd: Path) -> str:
    """What an example prints; run here, where torch is imported already."""
    program, printed = str(ROOT / "examples" / name), StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(printed):
        patch.setattr(sys, "argv", [program, *map(str, arguments)])
        patch.setattr(sys, "path", [str(Path(program).parent), *sys.path])
        patch.chdir(cwd)
        runpy.run_path(program, run_name="__main__")
    return printed.getvalue()


def test_examples_are_short() -> None:
    scripts = [*(ROOT / "examples").glob("*.py"), *BENCHMARKS.glob("*.py")]
    lengths = {path.name: len(path.read_text(encoding="utf-8").splitlines()) for path in scripts}
    assert lengths["train_lora.py"] < 30
    assert max(lengths.values()) < 60


def test_search_existing_index(workplace: Path) -> None:
    printed = run_example(
        "search_existing_index.py", "adapter", "small.npy", "texts.txt", "sort by value", cwd=workplace
    ).splitlines()
    scores = np.load("small.npy") @ QueryEncoder.from_pretrained("adapter").encode("sort by value")
    assert float(printed[0].split()[0]) == pytest.approx(float(scores.max()), abs=1e-3)
    assert len(printed) == 3


def test_every_benchmark_has_its_row() -> None:
    rows = re.findall(r"^\| `([^`]+)` \|", (BENCHMARKS / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    scripts = {path.relative_to(BENCHMARKS).as_posix() for kind in ("*.py", "*/*.sh") for path in BENCHMARKS.glob(kind)}
    assert set(rows) == scripts | {"ablations.toml"}


def test_fill_benchmarks_writes_each_table_in_its_place_and_replaces_it(tmp_path: Path) -> None:
    row = BenchRow(name="teacher", rounds=({"single p50 ms": 61.25, "disk MB": 438.0},))
    result = BenchResult(rows=(row,), threads=2, texts=32)
    result.save(tmp_path / "bench.json")
    page = tmp_path / "page.md"
    page.write_text("Before.\n<!-- bench.json -->\n<!-- end -->\nAfter.\n", encoding="utf-8")
    for _ in range(2):
        run_example("benchmarks/fill_benchmarks.py", "page.md", "bench.json", cwd=tmp_path)
        expected = f"Before.\n<!-- bench.json -->\n\n{to_markdown(result)}\n<!-- end -->\nAfter.\n"
        assert page.read_text(encoding="utf-8") == expected


def test_the_benchmark_page_has_a_place_for_every_table() -> None:
    page = (ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8")
    places = re.findall(r"<!-- (\w+)\.json -->\n.*?<!-- end -->", page, re.DOTALL)
    assert places == ["bench", "transformer", "static", "corpus"]
    assert set(re.findall(r"compare_speed\.py (\w+) environments", page)) == {"transformer", "static", "corpus"}


@pytest.mark.slow
def test_compare_speed_names_the_peers_that_have_no_environment(tmp_path: Path) -> None:
    printed = run_example(
        "benchmarks/compare_speed.py", "static", tmp_path / "none", tmp_path / "peers", 1, "none", cwd=tmp_path
    )
    assert "| codequest static |" in printed
    for peer in ("model2vec", "pynife"):
        for dim in (256, 768):
            assert f"- Not run: {peer}, {dim}-d table: lacks its environment: run environments.sh\n" in printed
    assert (tmp_path / "peers" / "static.json").is_file()


@pytest.mark.slow
def test_train_lora(tmp_path: Path) -> None:
    """The real teacher and base on fifty queries: the adapter is trained, measured and saved."""
    verbs, nouns = ["sort", "copy", "delete", "print", "parse"], [f"{n} items of a list" for n in range(10)]
    queries = [f"{verb} {noun}" for verb in verbs for noun in nouns]
    (tmp_path / "queries.txt").write_text("\n".join(queries), encoding="utf-8")
    (tmp_path / "qrels").mkdir()
    (tmp_path / "qrels" / "dev.tsv").write_text("query-id\tcorpus-id\tscore\nq\td\t1\n", encoding="utf-8")
    for name, record in (("queries", {"_id": "q", "text": "sort"}), ("corpus", {"_id": "d", "text": "sorted(x)"})):
        (tmp_path / f"{name}.jsonl").write_text(json.dumps(record), encoding="utf-8")
    printed = run_example("train_lora.py", "queries.txt", tmp_path, "adapter", 40, cwd=tmp_path)
    assert "nDCG@10" in printed
    encoder = LoRAQueryEncoder.from_pretrained(tmp_path / "adapter")
    assert encoder.training["stages"][0]["queries"] == 39
