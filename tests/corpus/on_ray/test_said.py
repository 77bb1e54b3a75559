"""What processes say of shards, as plain values."""

from __future__ import annotations

from pathlib import Path

import pytest

from codequest.corpus.on_ray.said import Said, said_of
from codequest.errors import CorpusError, TeacherError


def test_a_shard_that_is_done_is_no_error() -> None:
    Said(3, 16, new=True).check()


def test_errors_are_raised_where_they_are_read(tmp_path: Path) -> None:
    with pytest.raises(TeacherError, match=r"^no vector$"):
        said_of(TeacherError("no vector"), tmp_path, 3).check()
    with pytest.raises(CorpusError, match=r"cannot be written to .*: No space left. The shards .* are kept"):
        said_of(OSError(28, "No space left"), tmp_path).check()
    with pytest.raises(CorpusError, match=r"^KeyError: 'x'$"):
        said_of(KeyError("x"), tmp_path).check()
