"""Saves that end before a step of their own: killed, or refused by the system; each in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]

_SAVES = """
import errno, json, os, signal, sys
from pathlib import Path
from codequest.files import make_folder, put_back, replace_file, replace_folder
from tests.files.steps import content, names

os.fsync = lambda handle: None  # for power cuts; a killed process loses nothing that it wrote
kind, folder, exchanging, ending, pairs = json.loads(sys.argv[1])
SAVES = {"replace_folder": replace_folder, "make_folder": make_folder}
STEPS = {"open", "os.chmod", "os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.scandir", "ctypes.dlsym"}

def save(final, text):
    def fill(folder):
        for name in ("a.txt", "b.txt"):
            (folder / name).write_text(text, encoding="utf-8")
    replace_file(final, text.encode()) if kind == "replace_file" else SAVES[kind](final, fill)

def cut_short(final, text, step):
    "How a save in a process of its own ended that was to end before a step; None if it has no such step."
    child = os.fork()
    if child:
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        return {0: None, 3: "failed", 4: "succeeded", -signal.SIGKILL: "killed"}[code]
    left = step

    def at_every_step(event, arguments):
        nonlocal left
        if event == "ctypes.dlsym" and not exchanging:
            raise AttributeError("as in an old C library")
        left -= event in STEPS
        if left == 0 and event in STEPS:
            if ending == "killed":
                os.kill(os.getpid(), signal.SIGKILL)
            raise OSError(errno.EDQUOT, "Disk quota exceeded")

    sys.addaudithook(at_every_step)
    try:
        save(final, text)
    except OSError as error:
        os._exit(3 if error.errno == errno.EDQUOT else 1)
    os._exit(4 if left <= 0 else 0)

ends, step, second = [], 1, 1
while True:
    final = Path(folder) / f"{step}-{second}" / "final"
    if kind != "make_folder":
        save(final, "old")
    ended = cut_short(final, "new", step)
    if ended is None:
        break
    if pairs and cut_short(final, "newer", second):
        second += 1
    else:
        step, second = step + 1, 1
    missing = not final.exists()
    put_back(final)
    found = content(final) if final.exists() else None
    save(final, "next")
    after = {"next": content(final), "names": names(final.parent)}
    ends.append({"ended": ended, "missing": missing, "found": found, **after})
print(json.dumps(ends))
"""


def ends(
    folder: Path, kind: str, *, ending: str = "killed", exchanging: bool = True, pairs: bool = False
) -> list[dict[str, Any]]:
    """State after each of the saves that replace "old" by "new" and end before the first step, the second, and so on.

    Args:
        folder: Where to save.
        kind: Name of a function of `codequest.files`.
        ending: ``"killed"``, or ``"refused"``, which is an error of the system at this step.
        exchanging: Whether the system can exchange two names.
        pairs: Let the save after it, of "newer", end before each of its steps as well.

    Returns:
        How the save ended, whether the final name was missing, what was found after `put_back`, what a whole save of
        "next" made of it, and the names in the folder after that.
    """
    process = subprocess.run(
        [sys.executable, "-c", _SAVES, json.dumps([kind, str(folder), exchanging, ending, pairs])],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=500,
    )
    assert process.returncode == 0, process.stderr
    found: list[dict[str, Any]] = json.loads(process.stdout)
    return found


def content(final: Path) -> str:
    """The text of a file, or of both files of a folder, which holds no other."""
    if final.is_file():
        return final.read_text(encoding="utf-8")
    read = {path.name: path.read_text(encoding="utf-8") for path in final.iterdir()}
    assert sorted(read) == ["a.txt", "b.txt"], read
    assert read["a.txt"] == read["b.txt"]
    return read["a.txt"]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())
