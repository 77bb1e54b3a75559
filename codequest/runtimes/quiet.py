"""Keeps the tools that write graphs from writing to the screen, and from reporting on their users."""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from io import StringIO
from types import ModuleType

from codequest.errors import require

# OpenVINO's converter and nncf report their use over the network, unless this says that nobody is there to be asked.
# They do so by a fork from a thread, after which the process may hang in its next matrix product.
_NO_TELEMETRY = ("CI", "true")


def import_openvino() -> ModuleType:
    """OpenVINO, which reports already that it was imported.

    Raises:
        MissingDependencyError: It is not installed.
    """
    with _no_telemetry():
        return require("openvino", extra="openvino")


@contextmanager
def quiet_tools() -> Iterator[None]:
    """Neither bars nor warnings nor logs below an error, and no telemetry; and the root logger is left as it was.

    torch.onnx, onnxscript and nncf report every step, and the quantizer of ONNX Runtime configures the root logger
    when it is imported.
    """
    root = logging.getLogger()
    handlers, level, disabled = list(root.handlers), root.level, logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings(), redirect_stdout(StringIO()), _no_telemetry():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(disabled)
        root.handlers[:] = handlers
        root.setLevel(level)


@contextmanager
def _no_telemetry() -> Iterator[None]:
    name, value = _NO_TELEMETRY
    before = os.environ.get(name)
    os.environ[name] = value
    try:
        yield
    finally:
        os.environ.pop(name)
        if before is not None:
            os.environ[name] = before
