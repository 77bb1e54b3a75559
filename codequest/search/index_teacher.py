"""The teacher of an index: by the name in it, or by the one that this user has said for the folder.

A stranger may have written an index. So a teacher that is not on this machine must have been said by the user, which is
kept in codequest's cache: no repository can bring it.
"""

from __future__ import annotations

import hashlib
import json
import warnings
from pathlib import Path

from codequest.errors import CodeIndexError, CodequestWarning, SpaceMismatchError
from codequest.files import cache_root, replace_file
from codequest.json_files import read_json
from codequest.search.home import IndexHome
from codequest.search.meta import META_FILE, IndexStats
from codequest.teachers import Teacher, load_teacher, teacher_named_in
from codequest.teachers.registry import describe_access, is_on_this_machine
from codequest.texts import shell_word


def load_index_teacher(home: IndexHome, stats: IndexStats, *, said: str | None = None) -> Teacher:
    """The teacher that made an index.

    Args:
        home: The index.
        stats: Its contents.
        said: Name that the caller has said; by default the one that this user has said for the folder before.

    Raises:
        TeacherError: It is not on this machine, and nobody said it; or it failed.
        SpaceMismatchError: It gives vectors of another space than the index has.

    Warns:
        CodequestWarning: Texts go where the user has said before; says where to.
    """
    teacher = _named(home, stats, said)
    refuse_other(home, stats, teacher)
    return teacher


def refuse_other(home: IndexHome, stats: IndexStats, teacher: Teacher) -> None:
    """Refuse a teacher of another space than an index.

    Raises:
        SpaceMismatchError: It is one.
    """
    if teacher.space != stats.space:
        raise SpaceMismatchError(
            f"The index of {home.root} lies in {stats.space}, and cannot be continued in {teacher.space}. Go on with "
            f"the teacher {stats.teacher!r}, or make it anew: codequest index {home.root} --rebuild --teacher …"
        )


def remember_teacher(root: Path, name: str) -> None:
    """Keep that this user has said a teacher for a folder; one on this machine needs no leave.

    Args:
        root: The indexed folder.
        name: Name of the teacher.

    Warns:
        CodequestWarning: From now on texts go there without being asked again; or that could not be kept.
    """
    if is_on_this_machine(name) or _remembered(root) == name:
        return
    file, says = _record(root), f"{name!r} {describe_access(name)}"
    try:
        if file is None:
            raise OSError(f"the cache folder {cache_root()} lies in it")
        replace_file(file, json.dumps({"root": str(root), "teacher": name}).encode())
    except OSError as error:
        _warn(f"{says}. That you said so for {root} cannot be kept: {error}. Say it again the next time.")
    else:
        _warn(f"{says}. It is kept in {file} that you said so for {root}: later runs use it without --teacher.")


def _named(home: IndexHome, stats: IndexStats, said: str | None) -> Teacher:
    if said is not None:
        return load_teacher(said)
    before = None if is_on_this_machine(stats.teacher) else _remembered(home.root)
    if before is None:
        remedy = f"say it once: codequest index {shell_word(str(home.root))} --teacher {shell_word(stats.teacher)}"
        return teacher_named_in(home.folder / META_FILE, stats.teacher, remedy=remedy)
    _warn(f"{before!r} {describe_access(before)}, as you said before for {home.root}.")
    return load_teacher(before)


def _remembered(root: Path) -> str | None:
    file = _record(root)
    if file is None:
        return None
    try:
        values = read_json(file, dict[str, str], error=CodeIndexError, remedy="")
    except CodeIndexError:  # nothing was said yet, or the file is damaged: it is asked for again
        return None
    return values.get("teacher") if values.get("root") == str(root) else None


def _record(root: Path) -> Path | None:
    """The file that keeps what was said; None where the folder itself could bring it."""
    cache = cache_root().resolve()
    if cache.is_relative_to(root):
        return None
    digest = hashlib.sha256(str(root).encode(errors="surrogateescape")).hexdigest()[:32]
    return cache / "teachers" / f"{digest}.json"


def _warn(message: str) -> None:
    warnings.warn(message, CodequestWarning, stacklevel=2)
