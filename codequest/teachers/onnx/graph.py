"""A graph that someone else exported: what it takes, what it gives, and one vector per text out of that."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from codequest.errors import ModelFormatError, TeacherError, require
from codequest.machine import threads
from codequest.runtimes.onnx_session import refuse_other_files
from codequest.runtimes.session import Tokens
from codequest.space import Pooling, Vectors

_TAKEN = ("input_ids", "attention_mask", "token_type_ids", "position_ids")
_INTEGERS = {"tensor(int64)": np.int64, "tensor(int32)": np.int32}
_STATES = ("last_hidden_state", "token_embeddings", "hidden_states")
_POOLED = ("sentence_embedding", "sentence_embeddings", "text_embeds", "embeddings", "embedding", "vectors")


class PooledGraph:
    """Token ids to one vector per text, whether the graph pools or not.

    Args:
        path: The graph, as one file.

    Attributes:
        pools: Whether the graph itself gives one vector per text.

    Raises:
        AdapterFormatError: ONNX Runtime cannot read it, or its weights lie in another file.
        ModelFormatError: It wants more than token ids, or gives no vectors of texts or tokens.
        MissingDependencyError: ONNX Runtime is not installed.
    """

    def __init__(self, path: Path) -> None:
        onnxruntime = require("onnxruntime", extra="onnx")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads()
        options.log_severity_level = 3  # errors only
        refuse_other_files(path)
        try:
            self._session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        except Exception as error:  # its exceptions share no base but this one
            raise ModelFormatError(f"ONNX Runtime cannot read {path}: {error}. Download it again.") from error
        self._path = path
        self._inputs = {port.name: port.type for port in self._session.get_inputs()}
        strange = [name for name, kind in self._inputs.items() if name not in _TAKEN or kind not in _INTEGERS]
        if strange or "input_ids" not in self._inputs:
            raise ModelFormatError(
                f"{path} takes {', '.join(self._inputs)}; expected whole numbers named {', '.join(_TAKEN)}. Is it an "
                "encoder of texts? One that generates cannot be a teacher."
            )
        self._output, self.pools = self._chosen_output()

    def _chosen_output(self) -> tuple[str, bool]:
        """Name of the output to use, and whether it has one vector per text."""
        ranks = {port.name: len(port.shape) for port in self._session.get_outputs()}
        pooled = [name for name in _POOLED if ranks.get(name) == 2]
        states = [name for name in _STATES if ranks.get(name) == 3]
        others = [name for name, rank in ranks.items() if rank == 3]
        if pooled or states or others:
            return (pooled or states or others)[0], bool(pooled)
        said = ", ".join(f"{name} of {rank} dimensions" for name, rank in ranks.items())
        raise ModelFormatError(
            f"{self._path} gives {said}; expected vectors of tokens, such as {_STATES[0]}, or of texts, such as "
            f"{_POOLED[0]}. Export the model for feature extraction."
        )

    def embed(self, input_ids: Tokens, attention_mask: Tokens, pooling: Pooling | None) -> Vectors:
        """Vectors, (batch, dim), of token ids and mask, each (batch, tokens).

        Raises:
            TeacherError: ONNX Runtime failed.
        """
        tokens = {
            "input_ids": input_ids,
            "attention_mask": attention_mask,
            "token_type_ids": np.zeros_like(input_ids),
            "position_ids": np.maximum(np.cumsum(attention_mask, axis=1) - 1, 0),
        }
        feeds = {name: tokens[name].astype(_INTEGERS[kind]) for name, kind in self._inputs.items()}
        try:
            [given] = self._session.run([self._output], feeds)
        except Exception as error:  # as above
            raise TeacherError(f"ONNX Runtime cannot run {self._path} on these texts: {error}") from error
        states = np.asarray(given, dtype=np.float32)
        return states if self.pools or pooling is None else pooled_states(states, attention_mask, pooling)


def pooled_states(states: Vectors, attention_mask: npt.NDArray[Any], pooling: Pooling) -> Vectors:
    """Token states as one vector per text, whichever side the padding is on; see `codequest.backbone.pooling.pool`.

    Args:
        states: (batch, tokens, hidden).
        attention_mask: (batch, tokens), 1 for tokens and 0 for padding.
        pooling: ``mean`` over the tokens, ``cls`` the first token, ``last`` the last one.

    Returns:
        (batch, hidden); zero where a text has no token.
    """
    weights = attention_mask[..., None].astype(np.float32)  # (batch, tokens, 1)
    if pooling == "mean":
        means: Vectors = (states * weights).sum(1) / np.maximum(weights.sum(1), np.float32(1e-9))
        return means
    ranks = np.arange(1, states.shape[1] + 1)
    chosen = (attention_mask * (ranks[::-1] if pooling == "cls" else ranks)).argmax(1)  # (batch,)
    found: Vectors = states[np.arange(len(states)), chosen] * attention_mask.any(1, keepdims=True)
    return found.astype(np.float32)
