"""Files of a model in ONNX: its graph, its tokenizer, and what sentence-transformers says about it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from codequest.backbone.settings import EmbeddingSettings, read_json, read_settings
from codequest.digests import file_digest
from codequest.errors import ModelFormatError, WeightsNotFoundError
from codequest.runtimes.readers import TOKENIZER_FILE, TokenReader
from codequest.runtimes.tokenizer_file import read_tokenizer_file

_GRAPHS = ("model.onnx", "onnx/model.onnx")
_REMEDY = "Download the model again, with its tokenizer.json."
_LONGEST = 512  # tokens, where no file says
_UNLIMITED = 1_000_000  # tokenizers without a limit report a huge number


@dataclass(frozen=True, slots=True)
class OnnxFiles:
    """Places of the files.

    Attributes:
        folder: Of the model.
        graph: Its graph.
        tokenizer: Its tokenizer.json.
        settings: What its other files say.
    """

    folder: Path
    graph: Path
    tokenizer: Path
    settings: EmbeddingSettings

    def revision(self) -> str:
        """Name of these very files: ``sha256:…``."""
        said = [file_digest(self.graph), file_digest(self.tokenizer)]
        return f"sha256:{hashlib.sha256(' '.join(said).encode()).hexdigest()[:16]}"

    def reader(self, max_tokens: int | None) -> TokenReader:
        """The tokenizer, which truncates to this many tokens, or to as many as the files say, and pads.

        Raises:
            ModelFormatError: It is damaged, or a text could take far more time or memory than others do.
        """
        tokenizer = read_tokenizer_file(self.tokenizer, error=ModelFormatError, remedy=_REMEDY)
        config = self._config("tokenizer_config.json")
        longest = max_tokens or self.settings.max_tokens or self._length_limit(config)
        tokenizer.enable_truncation(longest, direction=config.get("truncation_side", "right"))
        token = (tokenizer.padding or {}).get("pad_token") or _text_of(config.get("pad_token")) or "[PAD]"
        number = tokenizer.token_to_id(token) or 0  # masked, whatever it is
        tokenizer.enable_padding(direction=config.get("padding_side", "right"), pad_id=number, pad_token=token)
        return TokenReader(tokenizer, prompt="", lower_case=self.settings.lower_case, max_tokens=longest)

    def _length_limit(self, config: dict[str, Any]) -> int:
        said = (config.get("model_max_length"), self._config("config.json").get("max_position_embeddings"))
        return min((int(limit) for limit in said if limit and limit < _UNLIMITED), default=_LONGEST)

    def _config(self, name: str) -> dict[str, Any]:
        """A file next to the tokenizer, or in the folder of the model."""
        places = (self.tokenizer.parent / name, self.folder / name)
        found = next((path for path in places if path.is_file()), places[0])
        read: dict[str, Any] = read_json(found, default={})
        return read


def find_files(name: str | Path) -> OnnxFiles:
    """The files of a model.

    Args:
        name: Its folder, with the graph as ``model.onnx`` or ``onnx/model.onnx``, or as the only one in it or its
            ``onnx``; or a graph.

    Raises:
        WeightsNotFoundError: There is no such folder or file, or no graph in it.
        ModelFormatError: There are several graphs, there is no tokenizer.json, or another file is malformed.
    """
    given = Path(name).expanduser()
    if not given.exists():
        raise WeightsNotFoundError(
            f"There is no folder or file {given}. onnx: wants the folder of a model, with the graph as .onnx and its "
            "tokenizer.json; `hf download REPOSITORY --local-dir FOLDER` makes one."
        )
    graph = _graph_of(given) if given.is_dir() else given
    folder = given if given.is_dir() else graph.parent.parent if graph.parent.name == "onnx" else graph.parent
    settings = read_settings(folder)
    places = [place / TOKENIZER_FILE for place in (graph.parent, folder, settings.transformer)]
    tokenizer = next((path for path in places if path.is_file()), None)
    if tokenizer is None:
        raise ModelFormatError(f"There is no {TOKENIZER_FILE} next to {graph} or in {folder}. {_REMEDY}")
    return OnnxFiles(folder.resolve(), graph, tokenizer, settings)


def _graph_of(folder: Path) -> Path:
    usual = next((folder / place for place in _GRAPHS if (folder / place).is_file()), None)
    found = [usual] if usual else sorted([*folder.glob("*.onnx"), *folder.glob("onnx/*.onnx")])
    if not found:
        raise WeightsNotFoundError(f"{folder} holds no graph: expected {' or '.join(_GRAPHS)}, or another .onnx file.")
    if len(found) > 1:
        names = ", ".join(path.relative_to(folder).as_posix() for path in found)
        raise ModelFormatError(f"{folder} holds several graphs: {names}. Name one: onnx:{found[0]}")
    return found[0]


def _text_of(token: Any) -> str | None:
    """A token of tokenizer_config.json, which may be a text or a table with its content."""
    content = token.get("content") if isinstance(token, dict) else token
    return content if isinstance(content, str) else None
