"""Repositories as a stranger could craft them: each runs a program, or leads out of its folder, where git follows it.

Every one is made in a folder of its own, next to a folder ``outside`` that nobody has given to anyone.
"""

from __future__ import annotations

import atexit
import functools
import hashlib
import json
import os
import pty
import shutil
import socket
import struct
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

SECRET = "outside_unicorn"
"""A word that is only in files outside of the crafted repository, and in their names and commits."""

_AUTHOR = ("-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false")


@dataclass(frozen=True)
class Place:
    """Where a repository is crafted.

    Attributes:
        root: The repository.
        outside: A folder with a file and a repository of somebody else.
        canary: A program that writes the file ``ran``.
    """

    root: Path
    outside: Path
    canary: Path

    @classmethod
    def make(cls, folder: Path) -> Place:
        """A repository that is still harmless."""
        shutil.copytree(_template(), folder, dirs_exist_ok=True)
        place = cls.at(folder)
        place.canary.write_text(f"#!/bin/sh\ntouch '{place.ran}'\nexit 1\n", encoding="utf-8")
        return place

    @classmethod
    def at(cls, folder: Path) -> Place:
        return cls(folder / "root", folder / "outside", folder / "canary.sh")

    @classmethod
    def write(cls, folder: Path) -> None:
        place = cls.at(folder)
        write(place.root, {"a.py": "def inside():\n    return 1\n", "src/b.py": "def inner():\n    return 2\n"})
        write(place.outside, {f"{SECRET}.py": f"def {SECRET}():\n    return 3\n", ".gitignore": f"# {SECRET}\n"})
        place.canary.touch(0o700)
        git(place.outside, "init", "-q")
        git(place.outside, "add", ".")
        git(place.outside, "commit", "-qm", f"explain the {SECRET} of the private parser")
        git(place.root, "init", "-q")
        git(place.root, "add", ".")
        git(place.root, "commit", "-qm", "read the configuration of every parser")

    @property
    def ran(self) -> Path:
        return self.canary.parent / "ran"

    def config(self, **values: str) -> None:
        """Set settings of the repository; ``__`` stands for a dot."""
        for name, value in values.items():
            git(self.root, "config", name.replace("__", "."), value)

    def partial(self, **remote: str) -> None:
        """Say that missing objects come from a remote."""
        self.config(core__repositoryformatversion="1", extensions__partialClone="origin")
        self.config(remote__origin__promisor="true", **remote)

    def forget(self, name: str) -> None:
        """Remove an object from the repository."""
        found = git(self.root, "rev-parse", name).strip()
        (self.root / ".git" / "objects" / found[:2] / found[2:]).unlink()


@functools.cache
def _template() -> str:
    """One that is made once, and copied."""
    folder = tempfile.mkdtemp(prefix="codequest-crafted-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    Place.write(Path(folder))
    return folder


def write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")


def git(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), *_AUTHOR, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout


def plain_git(folder: Path, *arguments: str, typed: str = "") -> str:
    """What git prints by itself, in a terminal; a failure is not one of the test's."""
    master, slave = pty.openpty()
    process = subprocess.Popen(
        ["git", "-C", str(folder), *_AUTHOR, *arguments],
        stdin=subprocess.PIPE,
        stdout=slave,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env={**os.environ, "TERM": "xterm", "SSH_ASKPASS": ""},
    )
    os.close(slave)
    assert process.stdin is not None
    with suppress(BrokenPipeError):
        process.stdin.write(typed.encode())
        process.stdin.close()
    printed = b""
    with suppress(OSError):
        while part := os.read(master, 65536):
            printed += part
    os.close(master)
    process.wait(timeout=60)
    return printed.decode(errors="replace")


Craft = Callable[[Place], tuple[str, ...]]
"""Changes a repository; the arguments with which git itself runs the canary, or shows what is outside."""

PROGRAMS: dict[str, Craft] = {}
"""Repositories that have git run a program."""

BORROWED: dict[str, Craft] = {}
"""Repositories that have git show what is outside of them."""

PATHS: dict[str, Callable[[Place], object]] = {}
"""Repositories with a path that leads elsewhere, or to no file."""


def _in(table: dict[str, Craft]) -> Callable[[Craft], Craft]:
    def register(craft: Craft) -> Craft:
        table[craft.__name__.strip("_").replace("_", " ")] = craft
        return craft

    return register


def _path(craft: Callable[[Place], object]) -> Callable[[Place], object]:
    PATHS[craft.__name__.strip("_").replace("_", " ")] = craft
    return craft


@_in(PROGRAMS)
def _sparse_index_with_a_missing_tree(place: Place) -> tuple[str, ...]:
    write(place.root, {"kept/c.py": "c = 3\n"})
    git(place.root, "add", ".")
    git(place.root, "commit", "-qm", "more")
    git(place.root, "sparse-checkout", "set", "--cone", "--sparse-index", "kept")
    place.forget("HEAD:src")
    place.partial(remote__origin__url=str(place.outside), remote__origin__uploadpack=str(place.canary))
    return ("ls-files",)


@_in(PROGRAMS)
def _partial_clone_with_missing_history(place: Place) -> tuple[str, ...]:
    place.forget("HEAD^{tree}")
    place.partial(remote__origin__url=str(place.outside), remote__origin__uploadpack=str(place.canary))
    return ("log", "--", ".")


@_in(PROGRAMS)
def _partial_clone_by_ssh(place: Place) -> tuple[str, ...]:
    place.forget("HEAD^{tree}")
    place.partial(remote__origin__url="ssh://127.0.0.1/x", core__sshCommand=str(place.canary))
    return ("log", "--", ".")


@_in(PROGRAMS)
def _partial_clone_by_a_helper(place: Place) -> tuple[str, ...]:
    place.forget("HEAD^{tree}")
    place.partial(remote__origin__url=f"ext::{place.canary}", protocol__ext__allow="always")
    return ("log", "--", ".")


@_in(PROGRAMS)
def _partial_clone_through_a_proxy(place: Place) -> tuple[str, ...]:
    place.forget("HEAD^{tree}")
    place.partial(remote__origin__url="git://127.0.0.1/x", core__gitProxy=str(place.canary))
    return ("log", "--", ".")


@_in(PROGRAMS)
def _file_system_monitor(place: Place) -> tuple[str, ...]:
    place.config(core__fsmonitor=str(place.canary))
    return ("ls-files", "--others")


@_in(PROGRAMS)
def _settings_of_the_work_tree(place: Place) -> tuple[str, ...]:
    place.config(core__repositoryformatversion="1", extensions__worktreeConfig="true")
    git(place.root, "config", "--worktree", "core.fsmonitor", str(place.canary))
    return ("ls-files", "--others")


@_in(PROGRAMS)
def _included_settings(place: Place) -> tuple[str, ...]:
    write(place.root, {"settings": f"[core]\n\tfsmonitor = {place.canary}\n"})
    place.config(include__path="../settings")
    return ("ls-files", "--others")


@_in(PROGRAMS)
def _signatures(place: Place) -> tuple[str, ...]:
    commit = git(place.root, "cat-file", "commit", "HEAD").replace(
        "\n\n", "\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n iQ==\n -----END PGP SIGNATURE-----\n\n", 1
    )
    write(place.outside, {"commit": commit})
    signed = git(place.root, "hash-object", "-t", "commit", "-w", str(place.outside / "commit")).strip()
    (place.outside / "commit").unlink()
    git(place.root, "update-ref", "HEAD", signed)
    place.config(gpg__program=str(place.canary), log__showSignature="true")
    return ("log",)


@_in(PROGRAMS)
def _pager(place: Place) -> tuple[str, ...]:
    place.config(core__pager=str(place.canary), pager__log=str(place.canary))
    return ("log",)


@_in(PROGRAMS)
def _hook(place: Place) -> tuple[str, ...]:
    write(place.root, {"hooks/post-index-change": place.canary.read_text(encoding="utf-8")})
    (place.root / "hooks" / "post-index-change").chmod(0o700)
    place.config(core__hooksPath="hooks")
    os.utime(place.root / "a.py", (1, 1))
    return ("status",)


@_in(PROGRAMS)
def _external_diff(place: Place) -> tuple[str, ...]:
    write(place.root, {"a.py": "changed = 1\n"})
    place.config(diff__external=str(place.canary))
    return ("diff",)


@_in(PROGRAMS)
def _text_conversion(place: Place) -> tuple[str, ...]:
    write(place.root, {"a.py": "changed = 1\n", ".gitattributes": "*.py diff=x\n"})
    place.config(diff__x__textconv=str(place.canary))
    return ("diff",)


@_in(PROGRAMS)
def _clean_filter(place: Place) -> tuple[str, ...]:
    write(place.root, {"a.py": "changed = 1\n", ".gitattributes": "*.py filter=x\n"})
    place.config(filter__x__clean=str(place.canary), filter__x__smudge=str(place.canary))
    return ("diff",)


@_in(PROGRAMS)
def _filter_process(place: Place) -> tuple[str, ...]:
    write(place.root, {"a.py": "changed = 1\n", ".gitattributes": "*.py filter=x\n"})
    place.config(filter__x__process=str(place.canary))
    return ("diff",)


@_in(PROGRAMS)
def _credential_helper(place: Place) -> tuple[str, ...]:
    place.config(credential__helper=str(place.canary))
    return ("credential", "fill")


@_in(PROGRAMS)
def _password_prompt(place: Place) -> tuple[str, ...]:
    place.config(core__askPass=str(place.canary))
    return ("credential", "fill")


@_in(PROGRAMS)
def _editor(place: Place) -> tuple[str, ...]:
    place.config(core__editor=str(place.canary))
    return ("commit", "--allow-empty")


@_in(PROGRAMS)
def _alias(place: Place) -> tuple[str, ...]:
    for name in ("ls-files", "log", "check-ignore", "mine"):
        git(place.root, "config", f"alias.{name}", f"!{place.canary}")
    return ("mine",)


@_in(PROGRAMS)
def _submodule(place: Place) -> tuple[str, ...]:
    inner = place.root / "inner"
    write(inner, {"c.py": "c = 3\n"})
    git(inner, "init", "-q")
    git(inner, "add", ".")
    git(inner, "commit", "-qm", "inner")
    git(place.root, "add", "inner")
    git(inner, "config", "core.fsmonitor", str(place.canary))
    place.config(submodule__recurse="true")
    return ("status",)


@_in(PROGRAMS)
def _bare_repository(place: Place) -> tuple[str, ...]:
    """The folder looks like the inside of a .git: git takes it for one."""
    for name in ("HEAD", "objects", "refs", "config", "index"):
        (place.root / ".git" / name).rename(place.root / name)
    shutil.rmtree(place.root / ".git")
    settings = ["repositoryformatversion = 0", "bare = false", "worktree = .", f"fsmonitor = {place.canary}"]
    write(place.root, {"config": "\n\t".join(["[core]", *settings, ""])})
    return ("ls-files", "--others")


@_in(BORROWED)
def _git_file_to_another_repository(place: Place) -> tuple[str, ...]:
    shutil.rmtree(place.root / ".git")
    write(place.root, {".git": f"gitdir: {place.outside}/.git\n"})
    return ("log",)


@_in(BORROWED)
def _git_link_to_another_repository(place: Place) -> tuple[str, ...]:
    shutil.rmtree(place.root / ".git")
    (place.root / ".git").symlink_to(place.outside / ".git")
    return ("log",)


@_in(BORROWED)
def _work_tree_of_another_repository(place: Place) -> tuple[str, ...]:
    shutil.rmtree(place.root / ".git")
    write(
        place.root,
        {
            ".git": "gitdir: made/worktrees/x\n",
            "made/worktrees/x/HEAD": _head(place),
            "made/worktrees/x/gitdir": f"{place.root}/.git\n",
            "made/worktrees/x/commondir": f"{place.outside}/.git\n",
        },
    )
    return ("log",)


@_in(BORROWED)
def _common_folder_of_another_repository(place: Place) -> tuple[str, ...]:
    write(place.root, {".git/commondir": f"{place.outside}/.git\n", ".git/HEAD": _head(place)})
    return ("log",)


@_in(BORROWED)
def _objects_of_another_repository(place: Place) -> tuple[str, ...]:
    head = git(place.outside, "rev-parse", "HEAD")
    write(place.root, {".git/HEAD": head, ".git/objects/info/alternates": f"{place.outside}/.git/objects\n"})
    return ("log",)


@_in(BORROWED)
def _linked_objects_and_branches(place: Place) -> tuple[str, ...]:
    for name in ("objects", "refs"):
        shutil.rmtree(place.root / ".git" / name)
        (place.root / ".git" / name).symlink_to(place.outside / ".git" / name)
    write(place.root, {".git/HEAD": _head(place)})
    return ("log",)


@_in(BORROWED)
def _linked_branch_by_a_linked_folder(place: Place) -> tuple[str, ...]:
    refs = place.root / ".git" / "refs"
    shutil.rmtree(place.root / ".git" / "objects")
    (place.root / ".git" / "objects").symlink_to("spare")
    (place.root / ".git" / "spare").symlink_to(place.outside / ".git" / "objects")
    shutil.rmtree(refs / "heads")
    (refs / "heads").symlink_to("../spare-heads")
    (place.root / ".git" / "spare-heads").symlink_to(place.outside / ".git" / "refs" / "heads")
    write(place.root, {".git/HEAD": _head(place)})
    return ("log",)


@_in(BORROWED)
def _linked_index(place: Place) -> tuple[str, ...]:
    (place.root / ".git" / "index").unlink()
    (place.root / ".git" / "index").symlink_to(place.outside / ".git" / "index")
    return ("ls-files",)


@_in(BORROWED)
def _work_tree_elsewhere(place: Place) -> tuple[str, ...]:
    write(place.outside, {f"{SECRET}_untracked.py": "a = 1\n"})
    place.config(core__worktree=str(place.outside))
    return ("ls-files", "--others")


def _head(place: Place) -> str:
    return (place.outside / ".git" / "HEAD").read_text(encoding="utf-8")


@_path
def _parent_that_became_a_link(place: Place) -> None:
    shutil.copy(place.root / "src" / "b.py", place.outside / "b.py")
    write(place.outside, {"b.py": f"def {SECRET}_b():\n    return 4\n"})
    shutil.rmtree(place.root / "src")
    (place.root / "src").symlink_to(place.outside)


@_path
def _file_that_became_a_link(place: Place) -> None:
    (place.root / "a.py").unlink()
    (place.root / "a.py").symlink_to(place.outside / f"{SECRET}.py")


@_path
def _index_with_a_path_above(place: Place) -> None:
    write_index(place.root, [f"../outside/{SECRET}.py", "src/b.py"])


@_path
def _index_with_a_path_above_inside(place: Place) -> None:
    write_index(place.root, ["src/b.py", f"src/../../outside/{SECRET}.py"])


@_path
def _index_with_an_absolute_path(place: Place) -> None:
    write_index(place.root, [str(place.outside / f"{SECRET}.py"), "src/b.py"])


@_path
def _index_with_the_inside_of_git(place: Place) -> None:
    write(place.root, {".git/hidden.py": f"def {SECRET}():\n    return 1\n"})
    write_index(place.root, [".GIT/hidden.py", ".git/hidden.py", "src/b.py"])


@_path
def _index_with_dots(place: Place) -> None:
    write_index(place.root, ["./a.py", "src//b.py", "src/./b.py"])


@_path
def _link_to_proc(place: Place) -> None:
    (place.root / "proc").symlink_to("/proc/self/root")
    write_index(place.root, ["a.py", f"proc{place.outside}/{SECRET}.py"])


@_path
def _pipe_in_place_of_a_file(place: Place) -> None:
    (place.root / "a.py").unlink()
    os.mkfifo(place.root / "a.py")


@_path
def _socket_in_place_of_a_file(place: Place) -> None:
    (place.root / "a.py").unlink()
    bound = socket.socket(socket.AF_UNIX)
    here = os.open(place.root, os.O_RDONLY)
    try:  # a socket's path may have 107 bytes
        bound.bind(f"/proc/self/fd/{here}/a.py")
    finally:
        os.close(here)
        bound.close()


@_path
def _link_to_a_device(place: Place) -> None:
    (place.root / "a.py").unlink()
    (place.root / "a.py").symlink_to("/dev/zero")


@_path
def _ignore_rules_that_are_a_link(place: Place) -> None:
    shutil.rmtree(place.root / ".git")
    (place.root / ".gitignore").symlink_to(place.outside / ".gitignore")


@_path
def _ignore_rules_that_are_a_pipe(place: Place) -> None:
    shutil.rmtree(place.root / ".git")
    os.mkfifo(place.root / "src" / ".gitignore")


@_path
def _index_folder_that_is_a_link(place: Place) -> None:
    (place.root / ".codequest").symlink_to(place.outside)


@_path
def _index_folder_that_is_a_link_to_nowhere(place: Place) -> None:
    (place.root / ".codequest").symlink_to(place.outside / "new")


@_path
def _lock_that_is_a_link(place: Place) -> None:
    _link_in_index(place, "lock", f"{SECRET}.py")


@_path
def _lock_that_is_a_pipe(place: Place) -> None:
    (place.root / ".codequest").mkdir()
    os.mkfifo(place.root / ".codequest" / "lock")


@_path
def _index_rules_that_are_a_link(place: Place) -> None:
    _link_in_index(place, ".gitignore", "made")


@_path
def _index_description_that_is_a_link(place: Place) -> None:
    _link_in_index(place, "index.json", f"{SECRET}.py")


@_path
def _index_description_that_is_a_pipe(place: Place) -> None:
    (place.root / ".codequest").mkdir()
    os.mkfifo(place.root / ".codequest" / "index.json")


@_path
def _index_description_that_is_a_folder(place: Place) -> None:
    (place.root / ".codequest" / "index.json").mkdir(parents=True)
    _link_in_index(place, "index.json/link", ".")


@_path
def _tables_that_are_a_link(place: Place) -> None:
    _link_in_index(place, "store", ".")


@_path
def _table_that_is_a_link(place: Place) -> None:
    _link_in_index(place, "store/1/words", ".")
    _link_in_index(place, "store/2", "new")


@_path
def _tables_that_are_a_file(place: Place) -> None:
    write(place.root, {".codequest/store": "none"})


@_path
def _index_of_a_stranger(place: Place) -> None:
    stats = {"files": 1, "chunks": 1, "languages": {}, "kinds": {}, "teacher": "x", "updated": "2026-01-01"}
    values = {"format_version": 2, "stats": stats, "versions": {"store": 1, "generation": 1}, "token": "0" * 32}
    write(place.root, {".codequest/index.json": json.dumps(values), ".codequest/store/x": "x"})


def _link_in_index(place: Place, name: str, target: str) -> None:
    link = place.root / ".codequest" / name
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(place.outside / target)


def write_index(root: Path, names: list[str]) -> None:
    """Write a .git/index with these names, as `git add` would never do (format: git help index-format)."""
    content = struct.pack(">4sII", b"DIRC", 2, len(names))
    blob = bytes.fromhex(git(root, "rev-parse", "HEAD:a.py").strip())
    for name in sorted(name.encode() for name in names):
        entry = struct.pack(">10I", 0, 0, 0, 0, 0, 0, 0o100644, 0, 0, 0) + blob + struct.pack(">H", len(name)) + name
        content += entry + b"\0" * (8 - len(entry) % 8)
    (root / ".git" / "index").write_bytes(content + hashlib.sha1(content).digest())


@contextmanager
def deep_folders(place: Path, count: int) -> Iterator[None]:
    """So many folders, each in the one before, while this lasts: no path of a system leads to the last one."""
    handle = os.open(place, os.O_RDONLY)
    for _ in range(count):
        os.mkdir("a", dir_fd=handle)
        inner = os.open("a", os.O_RDONLY, dir_fd=handle)
        os.close(handle)
        handle = inner
    os.close(handle)
    try:
        yield
    finally:
        subprocess.run(["rm", "-rf", str(place / "a")], check=True)  # Python would recurse
