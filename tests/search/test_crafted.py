"""Crafted repositories, indexed and mined: nothing is read or written outside, no process but git, no connection."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.code.crafted import BORROWED, PATHS, PROGRAMS, SECRET, Place

pytestmark = pytest.mark.skipif(shutil.which("git") is None or os.name == "nt", reason="git, links and pipes")

CRAFTED = {**PROGRAMS, **BORROWED, **PATHS}

_WATCHED = """
import json, os, sys, warnings
from pathlib import Path

from codequest.errors import CodequestError
from codequest.mining import derive_queries
from codequest.search import CodeIndex
from tests.teachers.counting import CountingTeacher

EVENTS = ("open", "subprocess.Popen", "os.exec", "os.posix_spawn", "os.system", "os.fork", "os.remove", "os.rename",
          "os.rmdir", "os.mkdir", "os.symlink", "os.truncate", "os.chmod", "os.utime", "os.link", "os.scandir",
          "os.listdir", "socket.connect", "socket.getaddrinfo", "socket.bind")
seen = []

def place(value, event):
    text = os.fsdecode(value)
    if not os.path.isabs(text):
        return text
    if event in ("os.remove", "os.rename", "os.symlink", "os.rmdir"):  # a link itself
        return os.path.join(os.path.realpath(os.path.dirname(text)), os.path.basename(text))
    return os.path.realpath(text)

def hook(event, arguments):
    if event in EVENTS:
        named = [place(each, event) for each in arguments if isinstance(each, (str, bytes, os.PathLike))]
        seen.append((event, named, arguments[-1] if event == "open" else repr(arguments)[:300]))

def results(folder):
    warnings.simplefilter("ignore")
    root, found, refused = Path(folder) / "root", [], []
    try:
        run = CodeIndex.build(root, teacher=CountingTeacher())
        index = CodeIndex.open(root, encoder=None)
        for word in ("inside", "inner", sys.argv[1]):
            found += [(hit.path, hit.text) for hit in index.search(word, mode="lexical")]
        found += [(path, "") for path in index.paths] + [(reason, "") for reason in run.skipped]
    except CodequestError as error:
        refused.append(f"{type(error).__name__}: {error}")
    try:
        found += [(query.source, query.text) for query in derive_queries([root]).queries]
    except CodequestError as error:
        refused.append(f"{type(error).__name__}: {error}")
    return found, refused

results(sys.argv[2])  # an ordinary one first: what is imported then is not what a repository does
sys.addaudithook(hook)
os.chdir(sys.argv[3])
for folder in sys.argv[4:]:
    seen.clear()
    found, refused = results(folder)
    print(json.dumps({"folder": folder, "found": found, "refused": refused, "events": list(seen)}))
"""


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What one process did with every crafted repository, by its name."""
    folder = tmp_path_factory.mktemp("crafted")
    (folder / "empty").mkdir()
    ordinary = Place.make(folder / "ordinary")
    places = {name: Place.make(folder / name.replace(" ", "-")) for name in CRAFTED}
    for name, craft in CRAFTED.items():
        craft(places[name])
    folders = [str(place.root.parent) for place in (ordinary, *places.values())]
    before = {name: _contents(place.outside) for name, place in places.items()}
    environment = {**os.environ, "CODEQUEST_CACHE": str(folder / "cache")}
    command = [sys.executable, "-c", _WATCHED, SECRET, folders[0], str(folder / "empty"), *folders[1:]]
    result = subprocess.run(command, check=True, capture_output=True, text=True, env=environment, timeout=300)
    printed = [json.loads(line) for line in result.stdout.splitlines()]
    return {
        name: {**said, "place": place, "unchanged": _contents(place.outside) == before[name]}
        for (name, place), said in zip(places.items(), printed, strict=True)
    }


def _contents(folder: Path) -> dict[str, tuple[int, int, bytes]]:
    """Mode, time and content of everything in a folder."""
    paths = {path: path.lstat() for path in sorted(folder.rglob("*"))}
    return {
        str(path): (status.st_mode, status.st_mtime_ns, path.read_bytes() if path.is_file() else b"")
        for path, status in paths.items()
    }


@pytest.mark.parametrize("name", CRAFTED)
def test_nothing_is_read_outside(name: str, watched: dict[str, dict[str, Any]]) -> None:
    said = watched[name]
    place: Place = said["place"]
    assert SECRET not in json.dumps([said["found"], said["refused"]])
    touched = [path for _, paths, _ in said["events"] for path in paths]
    assert [path for path in touched if Path(path).is_relative_to(place.outside)] == []
    relative = [path for path in touched if not os.path.isabs(path)]
    assert [path for path in relative if "/" in path or path == ".."] == []  # a name in an open folder


@pytest.mark.parametrize("name", CRAFTED)
def test_nothing_outside_is_changed(name: str, watched: dict[str, dict[str, Any]]) -> None:
    assert watched[name]["unchanged"]


@pytest.mark.parametrize("name", CRAFTED)
def test_no_program_but_git_is_started_and_nothing_connected(name: str, watched: dict[str, dict[str, Any]]) -> None:
    said = watched[name]
    assert not said["place"].ran.exists()
    begun = {paths[0] for event, paths, _ in said["events"] if event == "subprocess.Popen"}
    assert begun <= {os.path.realpath(str(shutil.which("git")))}
    kinds = {event for event, _, _ in said["events"]}
    assert kinds & {"os.exec", "os.posix_spawn", "os.system", "socket.connect", "socket.getaddrinfo"} == set()
    assert "open" in kinds


def test_what_is_inside_is_found(watched: dict[str, dict[str, Any]]) -> None:
    for name in ("parent that became a link", "file that became a link", "index with a path above", "link to proc"):
        found = {path for path, _ in watched[name]["found"]}
        assert found & {"a.py", "src/b.py"}, name
    skipped = {name: {path for path, text in said["found"] if not text} for name, said in watched.items()}
    assert "symbolic link" in skipped["parent that became a link"]
    assert "path that leads out of the folder" in skipped["index with a path above"]
    assert "not a regular file" in skipped["pipe in place of a file"]


def test_an_index_that_was_brought_is_made_anew_where_it_may_be(watched: dict[str, dict[str, Any]]) -> None:
    brought = [name for name in PATHS if name.startswith(("index of", "index desc", "index rules", "lock", "table"))]
    assert len(brought) == 10
    for name in brought:
        root = watched[name]["place"].root
        assert watched[name]["refused"] == [], name
        assert not [path for path in (root / ".codequest").rglob("*") if path.is_symlink()]
        assert (root / ".codequest" / ".gitignore").read_text(encoding="utf-8") == "*\n"
        assert json.loads((root / ".codequest" / "index.json").read_text(encoding="utf-8"))["stats"]["chunks"] > 0
    for name in ("index folder that is a link", "index folder that is a link to nowhere"):  # it lies in the cache
        place = watched[name]["place"]
        assert watched[name]["refused"] == [], name
        assert (place.root / ".codequest").is_symlink()
        assert {"a.py", "src/b.py"} <= {path for path, _ in watched[name]["found"]}
