"""What comes out of a small codebase, and what is refused."""

from __future__ import annotations

import gzip
import json
import shutil
import subprocess
from pathlib import Path

import pytest

from codequest.data import load_queries
from codequest.errors import DatasetError, InvalidInputError
from codequest.mining import DerivedQuery, derive_queries

PYTHON = '''"""Tools for reading the dates of HTTP headers. More."""
# Copyright 2020 by somebody
# All rights reserved


class HttpClient:
    """Sends requests to a server and waits."""

    def parse_http_date(self, text):
        """Parse a date as HTTP writes it.

        Args:
            text: It.
        """
        # the header may be missing in old answers
        self.count += 1
        # x = parse(text)
        if not text:
            # TODO: this is not done yet
            raise ValueError(f"the date {text!r} has no year, expected {self.form}")
        return split(text)  # noqa: E501

    def send(self):
        pass


def test_that_empty_dates_are_refused():
    pass
'''
JAVASCRIPT = """
// counts what is left in the queue
function leftInQueue() { throw new Error(`cannot read the queue of ${name}`); }

describe("the queue of requests", () => {
  it("drops what is too old", () => {});
});
"""
MARKDOWN = """# Date tools

## Installation

```
# not a heading of this
```

## Parse a date in [HTTP](http://x)
### Options
## License
"""


@pytest.fixture
def code(tmp_path: Path) -> Path:
    folder = tmp_path / "code"
    folder.mkdir()
    (folder / "a.py").write_text(PYTHON, encoding="utf-8")
    (folder / "b.js").write_text(JAVASCRIPT, encoding="utf-8")
    (folder / "README.md").write_text(MARKDOWN, encoding="utf-8")
    (folder / "CHANGELOG.md").write_text("# A heading of the past\n", encoding="utf-8")
    return folder


def test_every_form_is_found_with_its_source(code: Path) -> None:
    found = derive_queries([code], weights={"identifiers": 4 / 22, "names": 4 / 22})
    root = code.as_posix()
    assert [(query.origin, query.text, query.source.removeprefix(root)) for query in found.queries] == [
        ("docs", "Sends requests to a server and waits", "/a.py:7"),
        ("docs", "Parse a date as HTTP writes it", "/a.py:10"),
        ("docs", "Tools for reading the dates of HTTP headers", "/a.py:1"),
        ("comments", "the header may be missing in old answers", "/a.py:15"),
        ("comments", "counts what is left in the queue", "/b.js:2"),
        ("names", "http client", "/a.py:6"),
        ("names", "parse http date", "/a.py:9"),
        ("names", "http client send", "/a.py:23"),
        ("names", "left in queue", "/b.js:3"),
        ("tests", "that empty dates are refused", "/a.py:27"),
        ("tests", "the queue of requests", "/b.js:5"),
        ("tests", "drops what is too old", "/b.js:6"),
        ("errors", "the date has no year", "/a.py:20"),
        ("errors", "cannot read the queue", "/b.js:3"),
        ("headings", "Date tools", "/README.md:1"),
        ("headings", "Date tools installation", "/README.md:3"),
        ("headings", "Parse a date in HTTP", "/README.md:9"),
        ("headings", "Parse a date in HTTP options", "/README.md:10"),
        ("identifiers", "HttpClient", "/a.py:6"),
        ("identifiers", "parse_http_date", "/a.py:9"),
        ("identifiers", "HttpClient.send", "/a.py:23"),
        ("identifiers", "leftInQueue", "/b.js:3"),
    ]
    assert (found.files, found.duplicates, found.excluded) == (4, 0, 0)


def test_weights_are_shares(code: Path) -> None:
    assert derive_queries([code], weights={"names": 0.5, "docs": 0.5}).counts == {"docs": 3, "names": 3}
    assert "names" not in derive_queries([code], weights={"names": 0}).counts


def test_the_limit_is_drawn_by_the_seed(code: Path) -> None:
    first, again, other = (derive_queries([code], limit=5, seed=seed).texts for seed in (1, 1, 2))
    assert len(first) == 5
    assert first == again != other


def test_excluded_are_the_same_words_in_any_order_and_case(code: Path) -> None:
    found = derive_queries([code], exclude=["parse a DATE as http writes it", "reading of headers: HTTP dates, tools"])
    assert found.excluded == 2
    assert [query.text for query in found.queries if query.origin == "docs"] == ["Sends requests to a server and waits"]


def test_query_files_are_sources_and_repeat_nothing(code: Path, tmp_path: Path) -> None:
    log = tmp_path / "log.txt"
    log.write_text("How do I retry a request?\nparse a date as HTTP writes it\n")
    found = derive_queries([code, log])
    assert found.counts["given"] == 2
    assert found.duplicates == 1
    assert found.queries[0] == DerivedQuery("How do I retry a request?", "given", log.as_posix())


@pytest.mark.parametrize("name", ["queries.jsonl", "queries.jsonl.gz"])
def test_what_is_saved_is_what_training_reads(code: Path, tmp_path: Path, name: str) -> None:
    found = derive_queries([code])
    path = found.save(tmp_path / "new" / name)
    assert load_queries(path) == found.texts
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    first = json.loads(content.splitlines()[0])
    assert first["metadata"] == {"origin": found.queries[0].origin, "source": found.queries[0].source}
    assert [entry.name for entry in path.parent.iterdir()] == [name]


def git(folder: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_a_repository_gives_its_commits_and_hides_what_it_ignores(code: Path) -> None:
    (code / "secret").mkdir()
    (code / "secret" / "c.py").write_text('def hidden():\n    """Nobody sees this sentence here."""\n')
    (code / ".gitignore").write_text("secret/\n")
    git(code, "init", "--quiet")
    git(code, "add", ".")
    git(code, "commit", "--quiet", "-m", "feat(http): retry requests that time out (#12)")
    for subject in ("Bump version to 2.0", "Merge branch 'x'", "fix typo in readme"):
        git(code, "commit", "--quiet", "--allow-empty", "-m", subject)
    found = derive_queries([code])
    assert [query.text for query in found.queries if query.origin == "commits"] == ["retry requests that time out"]
    assert "Nobody sees this sentence here" not in found.texts


def test_what_cannot_be_is_refused(code: Path, tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="nowhere"):
        derive_queries([tmp_path / "nowhere"])
    with pytest.raises(InvalidInputError, match=r"no origin of queries 'nmaes' to weigh\. Origins: given, docs"):
        derive_queries([code], weights={"nmaes": 0.5})
    with pytest.raises(InvalidInputError, match=r"add up to 1\.2"):
        derive_queries([code], weights={"names": 0.6, "docs": 0.6})
    with pytest.raises(InvalidInputError, match=r"commits has the weight 0\.5, but no query of that origin was found"):
        derive_queries([code], weights={"commits": 0.5})
    with pytest.raises(InvalidInputError, match="The limit is 0"):
        derive_queries([code], limit=0)
    with pytest.raises(InvalidInputError, match=r"Cannot read the hub dataset 'hub:a:b:c:d'"):
        derive_queries(["hub:a:b:c:d"])
    (tmp_path / "picture.png").write_bytes(b"x")
    with pytest.raises(DatasetError, match=r"picture\.png is of a type codequest does not read"):
        derive_queries([tmp_path / "picture.png"])
    (tmp_path / "empty").mkdir()
    with pytest.raises(DatasetError, match=r"No query was found in .*Looked for given, queries of files"):
        derive_queries([tmp_path / "empty"])


def test_other_files_are_not_written_over(code: Path, tmp_path: Path) -> None:
    found = derive_queries([code])
    with pytest.raises(InvalidInputError, match=r"Give a name that ends in \.jsonl"):
        found.save(tmp_path / "queries.csv")
    (tmp_path / "data.jsonl").write_text('{"a": 1}\n')
    with pytest.raises(InvalidInputError, match="exists and is not a query file"):
        found.save(tmp_path / "data.jsonl")
    assert (tmp_path / "data.jsonl").read_text() == '{"a": 1}\n'
