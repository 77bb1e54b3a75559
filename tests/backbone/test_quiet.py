"""What other libraries write while a model is loaded."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

LOADING = """
import sys
from codequest import LoRAQueryEncoder
from codequest.teachers import LocalTeacher
from transformers.utils import logging
base = sys.argv[1]
LoRAQueryEncoder.create(base, space=LocalTeacher(base, device="cpu").space, rank=2, device="cpu")
print(logging.is_progress_bar_enabled())
"""


def test_loading_a_model_writes_nothing_and_leaves_bars_as_they_were(tiny_base: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "HF_HUB_DISABLE_PROGRESS_BARS"}
    result = subprocess.run(
        [sys.executable, "-c", LOADING, str(tiny_base)], capture_output=True, text=True, timeout=300, env=environment
    )
    assert (result.returncode, result.stdout, result.stderr) == (0, "True\n", "")
