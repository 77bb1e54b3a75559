"""The teacher's pass over an index that can be searched already: done, stopped, overtaken, failed."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from codequest.errors import WeightsNotFoundError
from codequest.search import CodeIndex, IndexRun
from codequest.search.home import IndexHome
from codequest.search.teaching.teacher_pass import FolderGoneError, teach_index
from tests.search.conftest import counts, held, snapshot_of, write

Build = Callable[..., IndexRun]
MANY = {f"f{number}.py": f"def function_{number}(a):\n    return a + {number}\n" for number in range(150)}


@pytest.fixture
def lightly(build: Build, tiny_light: Path) -> Build:
    """Index a folder with light vectors alone."""
    return lambda root, **options: build(root, light=True, light_encoder=tiny_light, **options)


def taught(root: Path) -> tuple[int, int]:
    """Chunks that the teacher has embedded, and all: as the index says, which its vectors must bear out."""
    stats = CodeIndex.open(root, encoder=None).stats
    assert snapshot_of(root).taught == stats.taught
    return stats.taught, stats.chunks


def cosines(root: Path) -> dict[str, float]:
    """Cosine of every chunk to one vector, by its text."""
    snapshot = snapshot_of(root)
    found = snapshot.cosines(np.eye(48, dtype=np.float32)[0]).of(np.arange(len(snapshot)))
    return dict(zip(snapshot.texts(range(len(snapshot))), found.tolist(), strict=True))


def test_a_light_index_is_searched_at_once_and_ends_as_the_teachers_own(
    project: Path, build: Build, lightly: Build, tmp_path: Path, tiny_light: Path
) -> None:
    report = lightly(project)
    assert (counts(report), report.taught, report.embedded) == ((5, 0, 0, 0), 0, 6)
    assert report.searchable <= report.seconds
    index = CodeIndex.open(project, encoder="teacher")
    assert index.search("load entry")[0].symbol == "Cache.load_entry"
    assert (index.stats.light, taught(project)) == (str(tiny_light), (0, 6))
    light = cosines(project)
    CodeIndex.teach(project)
    assert taught(project) == (6, 6)
    assert index.stats.taught == 6
    other = write(tmp_path / "other", {path: (project / path).read_text("utf-8") for path in index.paths})
    assert build(other).taught == 6  # the tiny teacher's space has no light encoder of its own
    expected = cosines(other)
    assert cosines(project) == pytest.approx(expected, abs=1e-5)
    assert light != pytest.approx(expected, abs=1e-2)


def test_what_the_cache_knows_has_the_teachers_vectors_at_once(project: Path, build: Build, lightly: Build) -> None:
    lightly(project)
    CodeIndex.teach(project)
    write(project, {"new.txt": "something new\n", "moved.txt": (project / "notes.txt").read_text("utf-8")})
    assert lightly(project).taught == 7
    assert taught(project) == (7, 8)
    assert build(project, teacher=None).taught == 8


def test_a_stopped_pass_keeps_what_it_has_done(tmp_path: Path, lightly: Build) -> None:
    root = write(tmp_path / "many", MANY)
    lightly(root)
    reported = []

    def stop(what: str, done: int, total: int) -> None:
        if what == "Embedding chunks":
            reported.append(done)
            if done >= 80:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        CodeIndex.teach(root, progress=stop)
    assert reported[-1] <= taught(root)[0] < 150
    before = taught(root)[0]
    assert CodeIndex.open(root, encoder="teacher").search("function 7", limit=5)
    seen: list[tuple[int, int]] = []
    CodeIndex.teach(root, progress=lambda what, done, total: seen.append((done, total)) if "chunks" in what else None)
    assert {total for _, total in seen} == {150 - before}
    assert taught(root) == (150, 150)


def once(action: Callable[[], object], *, at: int) -> Callable[[str, int, int], None]:
    """A progress that does something when so many chunks are embedded."""
    left = [action]

    def progress(what: str, done: int, total: int) -> None:
        if left and what == "Embedding chunks" and done >= at:
            left.pop()()

    return progress


def test_other_runs_go_on_meanwhile(tmp_path: Path, lightly: Build) -> None:
    root = write(tmp_path / "many", MANY)
    lightly(root)

    def change() -> None:
        (root / "f149.py").unlink()
        changed = lightly(write(root, {"f3.py": "def other(b):\n    return b\n", "new.py": "def new():\n    pass\n"}))
        assert counts(changed) == (1, 1, 1, 148)
        index = CodeIndex.open(root, encoder=None)
        assert index.search("new", mode="lexical")[0].path == "new.py"

    CodeIndex.teach(root, progress=once(change, at=70))
    assert taught(root) == (150, 150)
    assert {path for path, _, _ in held(root)} == (MANY.keys() - {"f149.py"}) | {"new.py"}


def test_an_index_that_is_made_anew_meanwhile_is_being_taught_as_well(tmp_path: Path, lightly: Build) -> None:
    root = write(tmp_path / "many", MANY)
    lightly(root)
    CodeIndex.teach(root, progress=once(lambda: lightly(root, rebuild=True), at=70))
    assert taught(root) == (150, 150)


def test_a_folder_that_is_removed_ends_the_pass_and_stays_removed(tmp_path: Path, lightly: Build) -> None:
    root = write(tmp_path / "many", MANY)
    lightly(root)
    with pytest.raises(FolderGoneError, match=r"many, or the index in .*, was removed meanwhile"):
        CodeIndex.teach(root, progress=once(lambda: shutil.rmtree(root), at=70))
    assert not root.exists()


def test_a_teacher_that_cannot_be_loaded_leaves_the_light_index(
    project: Path, lightly: Build, tiny_teacher: Path, tmp_path: Path
) -> None:
    teacher = shutil.copytree(tiny_teacher, tmp_path / tiny_teacher.name)
    lightly(project, teacher=str(teacher))
    shutil.rmtree(teacher)
    with pytest.raises(WeightsNotFoundError, match="teacher"):
        teach_index(IndexHome.find(project))
    assert CodeIndex.open(project, encoder=None).search("load entry", mode="lexical")
    assert taught(project) == (0, 6)
    assert IndexHome.find(project).is_being_taught() is False
