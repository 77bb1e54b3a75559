"""OwnVectors: the encoder's vectors of two texts in its config.json, by which a load notices that it is another one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from codequest.errors import AdapterFormatError
from codequest.space import Vectors, normalized
from codequest.texts import counted

_TEXTS = ("sort a dictionary by value", "Wie liest man CSV-Dateien? read_csv(path, sep=';')")
_DIMS = 64  # of a vector, at most: enough to see a cosine of 0.999, and short in a file that people read


@dataclass(frozen=True, slots=True)
class OwnVectors:
    """Texts, and the first components of the vectors that the encoder gave for them when it was saved.

    Attributes:
        texts: n texts.
        vectors: fp16 (n, dim) in bytes, of at most 64 dimensions; base64 in the file.
    """

    texts: tuple[str, ...]
    vectors: bytes

    @classmethod
    def of(cls, encode: Callable[[Sequence[str]], Vectors]) -> OwnVectors:
        """Those of an encoder."""
        return cls(_TEXTS, encode(_TEXTS)[:, :_DIMS].astype("<f2").tobytes())

    def check(self, encode: Callable[[Sequence[str]], Vectors], *, dim: int, least: float, folder: Path) -> None:
        """Refuse an encoder that gives other vectors.

        Args:
            encode: What was loaded.
            dim: Of its space.
            least: The least cosine of two vectors of one text; lower precision moves vectors with the CPU.
            folder: It was loaded from there.

        Raises:
            AdapterFormatError: It gives other vectors, or the ones here are damaged.
        """
        kept: npt.NDArray[np.float16] = np.frombuffer(self.vectors[: len(self.vectors) // 2 * 2], dtype="<f2")
        shape = (len(self.texts), min(dim, _DIMS))
        if not self.texts or len(self.texts) > len(_TEXTS) or len(self.vectors) != 2 * shape[0] * shape[1]:
            raise AdapterFormatError(
                f"own_vectors in the config.json of {folder} are {len(self.vectors)} bytes for "
                f"{counted(len(self.texts), 'text')}, which is no row for each. Save or download the adapter again."
            )
        found = normalized(encode(self.texts)[:, :_DIMS])
        cosines = np.einsum("nd,nd->n", normalized(kept.reshape(shape).astype(np.float32)), found)
        if not cosines.min() >= least:  # NaN compares as False
            raise AdapterFormatError(
                f"What {folder} holds gives other vectors here than where it was saved: cosine {cosines.min():.4f}, "
                f"expected at least {least}. Was a file of it replaced? An int8 graph made on a CPU of other abilities "
                "may saturate on this one: export it here, or in fp32. Otherwise save or download it again."
            )

    def to_dict(self) -> dict[str, object]:
        """What `config.json` holds."""
        from base64 import b64encode

        return {"texts": list(self.texts), "vectors": b64encode(self.vectors).decode()}
