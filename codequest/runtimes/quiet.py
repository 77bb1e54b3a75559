"""Keeps the tools that write graphs from writing to the screen."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from io import StringIO


@contextmanager
def quiet_tools() -> Iterator[None]:
    """Neither bars nor warnings nor logs below an error; and the root logger is left as it was.

    torch.onnx, onnxscript and nncf report every step, and the quantizer of ONNX Runtime configures the root logger
    when it is imported.
    """
    root = logging.getLogger()
    handlers, level, disabled = list(root.handlers), root.level, logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings(), redirect_stdout(StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(disabled)
        root.handlers[:] = handlers
        root.setLevel(level)
