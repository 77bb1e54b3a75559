from pathlib import Path
from typing import Any

import numpy as np
import pytest

from codequest.errors import AdapterFormatError, PrecisionNotSupportedError
from codequest.runtimes import open_session, run_split


class Small:
    """A session with memory for so many rows; says so as the runtimes do."""

    def __init__(self, rows: int, error: Exception) -> None:
        self.rows, self.error, self.calls = rows, error, 0

    def run(self, input_ids: Any, attention_mask: Any) -> Any:
        self.calls += 1
        if len(input_ids) > self.rows:
            raise self.error
        return (input_ids * attention_mask).astype(np.float32)


IDS = np.arange(14).reshape(7, 2)


@pytest.mark.parametrize("error", [MemoryError(), RuntimeError("std::bad_alloc"), RuntimeError("Failed to allocate")])
def test_a_batch_that_does_not_fit_into_memory_is_split(error: Exception) -> None:
    session: Any = Small(2, error)
    np.testing.assert_array_equal(run_split(session, IDS, np.ones_like(IDS)), IDS)
    assert session.calls == 7  # 7 fails; 3 fails, 1, 2; 4 fails, 2, 2


def test_one_row_that_does_not_fit_and_other_errors_are_raised() -> None:
    with pytest.raises(MemoryError, match="one row"):
        run_split(Small(0, MemoryError("one row")), IDS[:1], IDS[:1])  # type: ignore[arg-type]
    broken: Any = Small(0, RuntimeError("shape mismatch"))
    with pytest.raises(RuntimeError, match="shape mismatch"):
        run_split(broken, IDS, IDS)
    assert broken.calls == 1


def test_vectors_that_are_not_there_are_an_error() -> None:
    """What OpenVINO returned for int8 graphs on a CPU without the instructions that their kernels need."""

    class Empty:
        def run(self, input_ids: Any, attention_mask: Any) -> Any:
            return np.zeros((0, 768), dtype=np.float32)

    tokens = np.ones((3, 5), dtype=np.int64)
    with pytest.raises(PrecisionNotSupportedError, match=r"shape \(0, 768\) for 3 texts: this CPU cannot run it"):
        run_split(Empty(), tokens, tokens)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("runtime", "name", "says"),
    [("onnx", "model.onnx", "ONNX Runtime"), ("openvino", "openvino_model.xml", "OpenVINO")],
)
def test_a_file_that_is_no_graph(runtime: Any, name: str, says: str, tmp_path: Path) -> None:
    pytest.importorskip({"onnx": "onnxruntime", "openvino": "openvino"}[runtime])
    (tmp_path / name).write_text("text", encoding="utf-8")
    with pytest.raises(AdapterFormatError, match=rf"{says} cannot read .*{name}"):
        open_session(tmp_path, runtime, "fp32")
