"""Models of the tests as others publish them in ONNX: written by torch.onnx, with nothing of codequest."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any


def export_model(model: Path, folder: Path, *, pooled: bool = False, token_types: bool = False) -> Path:
    """Write a folder with ``onnx/model.onnx`` and every file of the model but its weights.

    Args:
        model: A sentence-transformers folder.
        folder: Where to.
        pooled: Whether the graph gives ``sentence_embedding``, unit vectors by mean pooling, besides the token states.
        token_types: Whether it wants ``token_type_ids`` as well.
    """
    import torch
    from torch.export import Dim
    from transformers import AutoModel

    class Published(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = AutoModel.from_pretrained(str(model)).eval()

        def forward(self, input_ids: Any, attention_mask: Any, token_type_ids: Any = None) -> Any:
            given = {} if token_type_ids is None else {"token_type_ids": token_type_ids}
            states = self.model(input_ids=input_ids, attention_mask=attention_mask, **given).last_hidden_state
            if not pooled:
                return states
            weights = attention_mask.unsqueeze(-1).float()
            mean = (states * weights).sum(1) / weights.sum(1)
            return states, torch.nn.functional.normalize(mean, dim=1)

    shutil.copytree(model, folder, ignore=shutil.ignore_patterns("*.safetensors"))
    (folder / "onnx").mkdir()
    names = ["input_ids", "attention_mask", *(["token_type_ids"] if token_types else [])]
    free = {0: Dim.AUTO, 1: Dim.AUTO}
    torch.onnx.export(
        Published().eval(),
        tuple(torch.ones(2, 5, dtype=torch.long) for _ in names),
        f=str(folder / "onnx" / "model.onnx"),
        dynamo=True,
        dynamic_shapes=dict.fromkeys(names, free),
        input_names=names,
        output_names=["last_hidden_state", *(["sentence_embedding"] if pooled else [])],
        external_data=False,
        verbose=False,
    )
    return folder
