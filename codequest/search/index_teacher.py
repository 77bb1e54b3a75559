"""The teacher of an index: by the name in it, or by the one that this user has said for the folder.

A stranger may have written an index. So a teacher that is not on this machine must have been said by the user, which is
kept in codequest's cache: no repository can bring it.
"""

from __future__ import annotations

import hashlib
import json
import warnings
from functools import partial
from pathlib import Path

from codequest.errors import CodeIndexError, CodequestWarning, InvalidInputError, SpaceMismatchError
from codequest.files import cache_root, replace_file
from codequest.json_files import read_json
from codequest.search.deferred import DeferredTeacher
from codequest.search.home import IndexHome
from codequest.search.light_documents import shipped_space
from codequest.search.meta import META_FILE, IndexMeta, IndexStats
from codequest.space import EmbeddingSpace
from codequest.teachers import Teacher, cached, load_teacher, teacher_named_in
from codequest.teachers.default import DEFAULT_TEACHER
from codequest.teachers.registry import describe_access, is_on_this_machine
from codequest.texts import shell_word


def teacher_for_run(home: IndexHome, old: IndexMeta | None, given: str | Teacher | None) -> tuple[str, Teacher]:
    """The teacher of an index run and its name; not loaded before it embeds, where its space is known.

    Args:
        home: The index.
        old: Its contents; None for a new one.
        given: What the caller has said.

    Raises:
        InvalidInputError: That is no teacher.
        SpaceMismatchError: It is another one than that of the index.
        TeacherError: It failed, or is not on this machine; and what `codequest.load_teacher` raises.
    """
    if given is not None and not isinstance(given, (str, Teacher)):
        raise InvalidInputError(f"teacher must be a name or a Teacher, got {type(given).__name__}.")
    if old is not None and not isinstance(given, Teacher) and given in (None, old.stats.teacher):
        load = partial(load_index_teacher, home, old.stats, said=given)
        return old.stats.teacher, cached(DeferredTeacher(old.stats.space, load))
    name = given.space.teacher if isinstance(given, Teacher) else given or DEFAULT_TEACHER
    space = None if isinstance(given, Teacher) else shipped_space(name)
    if isinstance(given, Teacher):
        teacher = given
    elif space is not None:
        teacher = DeferredTeacher(space, partial(_load_expected, name, space))
    else:
        teacher = load_teacher(name)
    if old is not None:
        refuse_other(home, old.stats, teacher)
        name = old.stats.teacher
    return name, cached(teacher)


def _load_expected(name: str, space: EmbeddingSpace) -> Teacher:
    teacher = load_teacher(name)
    if teacher.space != space:
        raise SpaceMismatchError(
            f"The teacher {name!r} on this machine embeds into {teacher.space}, but the adapters that come with "
            f"codequest, and light vectors, into {space}. Use its own revision, or say its folder: --teacher FOLDER "
            "--rebuild."
        )
    return teacher


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
