"""Encoders in a process that was forked after its parent had used one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from codequest.encoders import QueryEncoder
from codequest.space import EmbeddingSpace
from tests.encoders.conftest import build_case

PROGRAM = """
import os, sys
import torch
from codequest import QueryEncoder
from codequest.errors import ForkError

torch.set_num_threads(2)
encoder = QueryEncoder.from_pretrained(sys.argv[1])
queries = ["load an entry", "parse a date"]
expected = encoder.encode(queries)
for threads in (2, 1):
    sys.stdout.flush()
    if child := os.fork():
        os.waitpid(child, 0)
        continue
    torch.set_num_threads(threads)
    try:
        print(threads, abs(encoder.encode(queries) - expected).max() < 1e-5)
    except ForkError as error:
        print(threads, error)
    sys.stdout.flush()
    os._exit(0)
"""

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there are no forks")


def said(encoder: QueryEncoder, folder: Path) -> list[str]:
    saved = encoder.save_pretrained(folder / "adapter")
    command = [sys.executable, "-W", "ignore", "-c", PROGRAM, str(saved)]
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, timeout=120).stdout.splitlines()


def test_threads_that_are_lost_are_refused_and_one_is_enough(
    tiny_base: Path, wide_teacher: Path, space: EmbeddingSpace, tmp_path: Path
) -> None:
    two, one = said(build_case("projection-linear", tiny_base, wide_teacher, space).encoder, tmp_path)
    assert two.startswith("2 This process was forked from one in which an encoder had embedded queries")
    assert "Load encoders after the fork (gunicorn without --preload)" in two
    assert one == "1 True"


def test_a_static_encoder_needs_no_threads(static: QueryEncoder, tmp_path: Path) -> None:
    assert said(static, tmp_path) == ["2 True", "1 True"]
