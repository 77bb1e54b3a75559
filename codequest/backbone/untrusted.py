"""What a model's files may ask for: data and no code, whoever wrote them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from codequest.backbone.settings import read_json
from codequest.errors import ModelFormatError

_WEIGHTS = (".safetensors", ".safetensors.index.json")


def refuse_code(folder: Path) -> None:
    """Refuse a transformer's files that would have transformers fetch or run code, or open a pickle.

    Code in the folder itself is refused by transformers, unless the caller trusts it.

    Args:
        folder: With config.json and the weights.

    Raises:
        ModelFormatError: They name code or other weights than safetensors, or hold an adapter of peft.
    """
    if (folder / "adapter_config.json").exists():
        raise ModelFormatError(
            f"{folder} holds an adapter of peft, which may load modules and weights from elsewhere. Merge it into the "
            "model with merge_and_unload(), and save that."
        )
    config = read_json(folder / "config.json")
    for key, value in _entries(config):
        if key.endswith("_implementation") and "/" in str(value):
            raise ModelFormatError(
                f"{folder / 'config.json'} asks for code from the hub: {key} is {value!r}. Take the line out."
            )
    shards = (read_json(path).get("weight_map") for path in folder.glob("*.safetensors.index.json"))
    named = [name for shard in shards if isinstance(shard, dict) for name in shard.values()]
    for name in {str(name) for name in [*named, config.get("transformers_weights") or _WEIGHTS[0]]}:
        if not name.endswith(_WEIGHTS) or "/" in name or "\\" in name:
            raise ModelFormatError(
                f"{folder} names the weights {name!r}. Only .safetensors files of the folder are read: others can run "
                "code when opened. Convert the model with save_pretrained()."
            )


def _entries(values: Any) -> Iterator[tuple[str, Any]]:
    """Every entry of a table and of the tables in it."""
    left = [values]
    while left:
        for key, value in left.pop().items():
            if isinstance(value, dict):
                left.append(value)
            yield key, value
