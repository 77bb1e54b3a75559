"""Nothing is reported about users: OpenVINO and nncf would, over the network, at import and at every conversion."""

import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("nncf")
import logging

from codequest.runtimes.quiet import quiet_tools

PROGRAM = """
import os, sys
import openvino_telemetry
from openvino_telemetry.backend.backend_ga4 import GA4Backend

sent = []
GA4Backend.send = lambda self, message: sent.append(message)
from codequest import QueryEncoder

encoder = QueryEncoder.from_pretrained(sys.argv[1])
encoder.export(sys.argv[2], runtime="openvino", precision="int8")
print(len(sent), os.environ.get("CI"))
os.environ["CI"] = "false"
encoder.export(sys.argv[2], runtime="openvino", precision="int8")
openvino_telemetry.Telemetry().force_shutdown(1)
print(len(sent), os.environ.get("CI"))
"""


def test_an_export_reports_nothing(tmp_path: Path, tiny_base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from codequest import ProjectionQueryEncoder
    from codequest.teachers import LocalTeacher

    space = LocalTeacher(str(tiny_base), device="cpu").space
    adapter = ProjectionQueryEncoder.create(str(tiny_base), space=space, map="linear").save_pretrained(tmp_path / "a")
    monkeypatch.delenv("CI", raising=False)
    command = [sys.executable, "-c", PROGRAM, str(adapter), str(tmp_path / "out")]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.stdout.split() == ["0", "None", "0", "false"], result.stderr


def test_tools_are_quiet_and_leave_the_root_logger_alone(capsys: pytest.CaptureFixture[str]) -> None:
    root = logging.getLogger()
    before = (list(root.handlers), root.level, root.manager.disable)
    with quiet_tools():
        logging.basicConfig(level=logging.DEBUG, force=True)
        logging.getLogger("torch.onnx").warning("a step")
        sys.stdout.write("a bar")
    assert (list(root.handlers), root.level, root.manager.disable) == before
    assert capsys.readouterr().out == ""
