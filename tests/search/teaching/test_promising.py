"""What the teacher embeds first."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

from codequest.search.teaching.promising import changes, most_promising
from tests.search.conftest import write

CHUNKS = [
    (1, "tests/test_a.py", "function"),
    (2, "src/a.py", "window"),
    (3, "src/a.py", "function"),
    (4, "src/b.py", "class"),
    (5, "third_party/c.py", "function"),
    (6, "src/b.py", "function"),
]


def test_definitions_come_first_and_tests_last_and_what_is_new_before_what_is_old() -> None:
    assert most_promising(CHUNKS, {}) == [3, 4, 6, 2, 1, 5]
    assert most_promising(CHUNKS, {"src/b.py": 9.0, "src/a.py": 8.0, "third_party/c.py": 10.0}) == [4, 6, 3, 2, 5, 1]


def test_commits_order_what_a_checkout_has_made_new_at_once(tmp_path: Path) -> None:
    git = ["git", "-C", str(tmp_path), "-c", "user.name=a", "-c", "user.email=a@b"]
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    for number, name in enumerate(("old.py", "new.py", "later.py"), start=1):
        write(tmp_path, {name: "x = 1\n"})
        when = {"GIT_AUTHOR_DATE": f"@{number} +0000", "GIT_COMMITTER_DATE": f"@{number} +0000"}
        subprocess.run([*git, "add", "."], check=True)
        subprocess.run([*git, "commit", "-qm", name], check=True, env={**os.environ, **when})
    now = time.time_ns()
    written = {"old.py": now, "new.py": now + 1, "later.py": now - 1, "unknown.py": now}
    assert changes(tmp_path, written) == {"old.py": 1.0, "new.py": 2.0, "later.py": 3.0}
    edited = {f"f{number}.py": now - 10**14 for number in range(20)} | {"old.py": 0, "new.py": now - 10**14}
    found = changes(tmp_path, edited)
    assert max(found, key=found.__getitem__) == "old.py"  # 0 is what was written just now
    assert set(found) == {"old.py", "new.py", "later.py"}


def test_without_git_what_was_written_long_after_the_rest_counts(tmp_path: Path) -> None:
    written = {f"f{number}.py": number for number in range(1, 20)} | {"new.py": 10**18}
    assert changes(tmp_path, written) == {"new.py": 1e9}
    assert changes(tmp_path, {}) == {}
