"""The code that static encoders bring."""

from __future__ import annotations

import pytest
import torch

from tests.encoders.conftest import STATIC_KINDS

pytest.importorskip("sentence_transformers")
from tests.encoders.sentence_transformers.folders import Exported

pytestmark = pytest.mark.usefixtures("modules_of_folders")


def test_only_static_encoders_bring_code(exported: Exported) -> None:
    code = {name: [path.name for path in folder.rglob("*.py")] for name, folder in exported.folders.items()}
    assert code == {name: ["codequest_static.py"] * name.startswith("static") for name in exported.folders}


def test_a_static_table_keeps_its_number_format(exported: Exported) -> None:
    from safetensors.torch import load_file

    kept = {name: load_file(exported.folders[name] / "0_StaticRows" / "model.safetensors") for name in STATIC_KINDS}
    assert [kept[name]["rows"].dtype for name in STATIC_KINDS] == [torch.int8, torch.float16]
