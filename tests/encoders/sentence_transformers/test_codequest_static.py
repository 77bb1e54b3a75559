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


def test_a_text_of_megabytes_is_cut_before_it_is_tokenized(exported: Exported) -> None:
    from sentence_transformers import SentenceTransformer

    folder = next(folder for name, folder in exported.folders.items() if name.startswith("static"))
    rows = SentenceTransformer(str(folder), device="cpu", trust_remote_code=True)[0]
    read: list[int] = []
    tokenizer = rows.tokenizer

    class Counting:
        def encode_batch_fast(self, texts: list[str], **options: object) -> object:
            read.extend(map(len, texts))
            return tokenizer.encode_batch_fast(texts, **options)

    rows.tokenizer = Counting()
    long, short = (rows.preprocess([text])["input_ids"] for text in ("word " * 1_000_000, "word " * 60_000))
    assert read == [1 << 16, 1 << 16]
    assert torch.equal(long, short)
