"""What other libraries write while a model is loaded."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

LOADING = """
import sys
from codequest import LoRAQueryEncoder
from codequest.teachers import LocalTeacher
from transformers.utils import logging
base = sys.argv[1]
logging.enable_progress_bar()  # which the tests around this one may have turned off
LoRAQueryEncoder.create(base, space=LocalTeacher(base, device="cpu").space, rank=2, device="cpu")
print(logging.is_progress_bar_enabled())
"""


def test_loading_a_model_writes_nothing_and_leaves_bars_as_they_were(tiny_base: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-c", LOADING, str(tiny_base)], capture_output=True, text=True, timeout=300
    )
    assert (result.returncode, result.stdout, result.stderr) == (0, "True\n", "")
