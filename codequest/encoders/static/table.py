"""StaticTable: rows, weights and map of a static encoder, as numpy computes with them."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
import numpy.typing as npt

from codequest.adapters.tensors import check_names
from codequest.encoders.cost import EncoderCost
from codequest.errors import AdapterFormatError, InvalidInputError
from codequest.space import EmbeddingSpace, Vectors

if TYPE_CHECKING:
    from codequest.encoders.maps import MapKind

TablePrecision = Literal["int8", "fp16"]

_MAPS = ("linear", "mlp")
_NUMBERS: Mapping[str, npt.DTypeLike] = {"int8": np.int8, "fp16": np.float16}
_LEAST_SCALE = np.float16(2.0**-14)  # the smallest that fp16 keeps in full precision
_LEAST_LENGTH = 1e-12
_MAP = "map."
_MOST_TOKENS = 512
_WIDTH = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class StaticSettings:
    """Contents of ``encoder`` in config.json of a static encoder."""

    rows: int
    bigrams: int
    width: int
    map: Any  # of `MapKind` and
    precision: Any  # of `TablePrecision`; a wrong one is answered with those that there are
    max_tokens: int
    tokenizer: str = "None"
    code: bool = False


class StaticTable:
    """A row and a weight for everything that has one, and the map into the space.

    int8 rows have a scale each, so that the largest component of a row is 127. The map is kept in fp16 and computed
    with in fp32. What is encoded with is what is stored.

    Args:
        tensors: As they are stored, see `table_shapes`.

    Attributes:
        precision: Of the rows: ``"int8"`` or ``"fp16"``.
    """

    def __init__(self, tensors: Mapping[str, npt.NDArray[Any]]) -> None:
        self.tensors = dict(tensors)
        self.precision: TablePrecision = "int8" if "scales" in tensors else "fp16"
        self._rows = tensors["rows"]
        scales = tensors["scales"].astype(np.float32) if "scales" in tensors else np.float32(1)
        self._factors = tensors["weights"] * scales  # (rows,)
        maps = {name: tensor.astype(np.float32) for name, tensor in tensors.items() if name.startswith(_MAP)}
        self._layers = {
            part: (np.ascontiguousarray(maps[f"{_MAP}{part}.weight"].T), maps[f"{_MAP}{part}.bias"])
            for part in ("linear", "residual.0", "residual.2")
            if f"{_MAP}{part}.weight" in maps
        }

    @classmethod
    def rounded(cls, values: Mapping[str, npt.NDArray[np.float32]], precision: TablePrecision) -> StaticTable:
        """The table nearest to these values: ``rows``, ``weights`` and the map's."""
        tensors: dict[str, npt.NDArray[Any]] = {"weights": values["weights"].astype(np.float32)}
        with np.errstate(invalid="ignore", over="ignore"):  # what is not finite shows in the vectors
            if precision == "int8":
                tensors["rows"], tensors["scales"] = quantized_rows(values["rows"])
            else:
                tensors["rows"] = values["rows"].astype(np.float16)
            tensors |= {name: value.astype(np.float16) for name, value in values.items() if name.startswith(_MAP)}
        return cls(tensors)

    def values(self) -> dict[str, npt.NDArray[np.float32]]:
        """Values for which `rounded` gives this very table: ``rows``, ``weights`` and the map's in fp32."""
        rows = self._rows.astype(np.float32)
        if "scales" in self.tensors:
            rows *= self.tensors["scales"].astype(np.float32)[:, None]
        maps = {name: tensor.astype(np.float32) for name, tensor in self.tensors.items() if name.startswith(_MAP)}
        return {"rows": rows, "weights": self.tensors["weights"], **maps}

    @property
    def map(self) -> MapKind:
        """Kind of its map."""
        return "mlp" if "residual.0" in self._layers else "linear"

    def embed(self, rows: npt.NDArray[np.int64], starts: npt.NDArray[np.int64]) -> Vectors:
        """Unit vectors.

        Args:
            rows: (total,), the rows of all texts, one text after the other.
            starts: (batch,), where each text begins; each has at least one row.

        Returns:
            float32 (batch, dim).
        """
        taken = self._rows.take(rows, axis=0).astype(np.float32)  # (total, width)
        factors = self._factors.take(rows)
        pooled = np.empty((len(starts), taken.shape[1]), dtype=np.float32)  # (batch, width)
        bounds = [*starts.tolist(), len(rows)]
        for text, (start, stop) in enumerate(itertools.pairwise(bounds)):  # several times as fast as np.add.reduceat
            summed = factors[start:stop] @ taken[start:stop]
            pooled[text] = summed / max(math.sqrt(summed @ summed), _LEAST_LENGTH)
        mapped = self._layer("linear", pooled)  # (batch, dim)
        if "residual.0" in self._layers:
            mapped += self._layer("residual.2", gelu(self._layer("residual.0", pooled)))
        return _unit(mapped)

    def _layer(self, name: str, inputs: Vectors) -> Vectors:
        weight, bias = self._layers[name]
        outputs: Vectors = inputs @ weight
        outputs += bias
        return outputs

    @property
    def row_bytes(self) -> int:
        """Bytes that are read for one row: itself and its factor."""
        return int(self._rows.shape[1] * self._rows.itemsize + self._factors.itemsize)

    @property
    def map_weights(self) -> tuple[int, int]:
        """Number of weights that the map multiplies with, and number that it adds."""
        layers = self._layers.values()
        return sum(weight.size for weight, _ in layers), sum(bias.size for _, bias in layers)

    def cost(self, tokens: int, *, bigrams: bool, row_bytes: int) -> EncoderCost:
        """Cost of a query of so many tokens, when a row takes so many bytes, and each pair of tokens may have one."""
        width = self._rows.shape[1]
        summed = tokens + (tokens - 1 if bigrams else 0)
        multiplied, added = self.map_weights
        return EncoderCost(
            parameters=len(self._rows) * (width + 1) + multiplied + added,
            active_bytes=summed * row_bytes + 4 * (multiplied + added),
            flops=2 * summed * width + 2 * multiplied,
            tokens=tokens,
        )


def quantized_rows(rows: npt.NDArray[np.float32]) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.float16]]:
    """Rows as whole numbers from -127 to 127, each row with a scale of its own.

    Args:
        rows: (n, width).

    Returns:
        (n, width) and (n,): their product is at most half a scale away from the rows.
    """
    scales = np.maximum((np.abs(rows).max(axis=1) / 127).astype(np.float16), _LEAST_SCALE)  # (n,)
    codes = np.rint(rows / scales.astype(np.float32)[:, None])
    return np.nan_to_num(codes).clip(-127, 127).astype(np.int8), scales


def table_sizes(space: EmbeddingSpace, *, rows: int, width: int | None, max_tokens: int | None) -> tuple[int, int]:
    """Width and most tokens of an encoder for this space, checked together with the rows; by default what suits it."""
    width = min(space.dim, _WIDTH) if width is None else width
    max_tokens = min(space.max_tokens or _MOST_TOKENS, _MOST_TOKENS) if max_tokens is None else max_tokens
    check_numbers(rows=rows, width=width, max_tokens=max_tokens, most_width=space.dim)
    return width, max_tokens


def check_numbers(*, rows: int, width: int, max_tokens: int, most_width: int = 2**16) -> None:
    """Refuse sizes that a table cannot have.

    Raises:
        InvalidInputError: A number out of its range.
    """
    for name, value, most in (("rows", rows, 2**24), ("width", width, most_width), ("max_tokens", max_tokens, 2**16)):
        if type(value) is not int or not 1 <= value <= most:
            raise InvalidInputError(f"{name} must be a whole number from 1 to {most}, got {value!r}.")


def table_shapes(
    *, rows: int, bigrams: int, width: int, dim: int, map: Any, precision: Any
) -> dict[str, tuple[tuple[int, ...], npt.DTypeLike]]:
    """Shape and number format of every tensor of a folder, by name.

    Raises:
        InvalidInputError: An unknown map or precision.
    """
    if map not in _MAPS:
        raise InvalidInputError(f"map must be one of {', '.join(_MAPS)}, got {map!r}.")
    if precision not in get_args(TablePrecision):
        raise InvalidInputError(f"precision must be one of {', '.join(get_args(TablePrecision))}, got {precision!r}.")
    layers = {"linear": (dim, width)}
    if map == "mlp":
        layers |= {"residual.0": (2 * dim, width), "residual.2": (dim, 2 * dim)}
    shapes: dict[str, tuple[tuple[int, ...], npt.DTypeLike]] = {
        "rows": ((rows, width), _NUMBERS[precision]),
        "weights": ((rows,), np.float32),
        "bigrams": ((bigrams, 2), np.int32),
    }
    if precision == "int8":
        shapes["scales"] = ((rows,), np.float16)
    for name, shape in layers.items():
        shapes[f"{_MAP}{name}.weight"] = (shape, np.float16)
        shapes[f"{_MAP}{name}.bias"] = (shape[:1], np.float16)
    return shapes


def check_tensors(
    tensors: Mapping[str, npt.NDArray[Any]],
    expected: Mapping[str, tuple[tuple[int, ...], npt.DTypeLike]],
    folder: Path,
) -> None:
    """Refuse tensors that are not those of the configuration.

    Raises:
        AdapterFormatError: A tensor is missing, left over, or of another shape or number format.
    """
    check_names(tensors, expected, folder)
    for name, (shape, numbers) in expected.items():
        tensor = tensors[name]
        if tensor.shape != shape or tensor.dtype != numbers:
            raise AdapterFormatError(
                f"{name} in {folder} has shape {tensor.shape} of {tensor.dtype}, expected {shape} of "
                f"{np.dtype(numbers)}: the weights belong to another tokenizer.json, config.json or space."
            )


def _unit(vectors: Vectors) -> Vectors:
    lengths = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
    vectors /= np.maximum(lengths, np.float32(_LEAST_LENGTH))[:, None]
    return vectors


def gelu(values: Vectors) -> Vectors:
    """Each value times the normal distribution function of it, within 5e-7.

    numpy has no error function. Abramowitz and Stegun, "Handbook of Mathematical Functions", 1964, formula 7.1.26.
    """
    scaled = np.abs(values) * np.float32(0.5**0.5)
    t = 1 / (1 + np.float32(0.3275911) * scaled)
    series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
    error = np.copysign(1 - series * np.exp(-scaled * scaled), values)
    result: Vectors = 0.5 * values * (1 + error)
    return result
