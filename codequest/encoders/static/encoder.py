"""Static adaptation: a table of rows for tokens, words and token pairs; no transformer at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, cast

import numpy as np
import numpy.typing as npt

from codequest.adapters.folder import AdapterConfig
from codequest.adapters.tensors import read_arrays
from codequest.encoders.cost import EncoderCost
from codequest.encoders.descent import Start, load_start, record_descent
from codequest.encoders.static.lookup import RowLookup, RowReader, check_bigrams, joined, read_tokenizer
from codequest.encoders.static.table import (
    StaticSettings,
    StaticTable,
    TablePrecision,
    check_numbers,
    check_tensors,
    table_shapes,
)
from codequest.encoders.trainable import TrainableQueryEncoder
from codequest.errors import needs_torch
from codequest.progress import Progress, silent
from codequest.runtimes.readers import TOKENIZER_FILE
from codequest.space import EmbeddingSpace, TeacherLike, Vectors
from codequest.texts import checked_texts

if TYPE_CHECKING:
    import torch
    from torch import Tensor, nn

    from codequest.encoders.graph_source import GraphSource
    from codequest.encoders.maps import MapKind
    from codequest.encoders.static.network import StaticNetwork
    from codequest.runtimes import GraphPrecision

_CHUNK = 4096  # queries whose rows are looked up or summed at a time
_FITTED = 50_000  # examples are plenty for a linear map, and more would not fit into memory in fp64


class StaticQueryEncoder(TrainableQueryEncoder):
    """A weighted sum of table rows, and a map into the teacher's space.

    Every token has a row, and so do frequent words of the training queries and frequent pairs of adjacent tokens.
    Encodes with numpy and tokenizers alone; only creating and training need torch. Its folder needs no base model.
    While it is trained it computes in fp32; then the rows are rounded to `precision`, and so is all it encodes. Build
    one with `create`.
    """

    kind: ClassVar[str] = "static"
    uses_threads: ClassVar[bool] = False
    batch_characters: ClassVar[int] = 65_536  # nothing is padded, and a product with few rows costs a wait for threads

    def __init__(
        self, space: EmbeddingSpace, lookup: RowLookup, table: StaticTable, *, tokenizer: str, device: str | None
    ) -> None:
        super().__init__(space)
        self._lookup = lookup
        self._table = table
        self._tokenizer = tokenizer
        self._device = device
        self._training = False

    @classmethod
    def create(
        cls,
        teacher: TeacherLike,
        *,
        queries: Sequence[str],
        start: Start | None = None,
        tokenizer: str | None = None,
        revision: str | None = None,
        rows: int | None = None,
        width: int | None = None,
        map: MapKind = "linear",
        precision: TablePrecision = "int8",
        max_tokens: int | None = None,
        code: bool = False,
        device: str | None = None,
        seed: int = 0,
        progress: Progress = silent,
    ) -> StaticQueryEncoder:
        """An untrained encoder; `DistillationTrainer` trains it.

        Args:
            teacher: Embeds the text of every row once; its space is the encoder's.
            queries: The training queries: how often they have a word or a pair decides whether it has a row.
            start: A static adapter of any space: its rows and what they stand for are taken, its map is not, and
                tokenizer, revision, rows, width and max_tokens are its own. The teacher embeds nothing for it.
            tokenizer: Model with the WordPiece tokenizer to begin with: public id or folder; all-MiniLM-L6-v2 by
                default.
            revision: Commit, tag or branch of a public model.
            rows: Most rows of the table; 40,000 by default.
            width: Length of a row; by default 256, or the teacher's where that is less.
            map: ``"linear"``, or ``"mlp"`` for a residual multi-layer perceptron, which costs several times as much.
            precision: What the rows are kept in: ``"int8"`` or ``"fp16"``.
            max_tokens: Longer queries are truncated; by default what the teacher reads, at most 512.
            code: Whether the texts are code, as documents are: see `RowLookup`. A start then has other rows, and gives
                what it knows of them.
            device: Where it is trained: ``"cpu"``, ``"cuda"``, …; by default CUDA when there is one.
            seed: Of the random part of an mlp.
            progress: Called while queries are read and rows are embedded.

        Raises:
            MissingDependencyError: torch is not installed.
            WeightsNotFoundError: The tokenizer's model is not on this machine and cannot be fetched.
            ModelFormatError: Its tokenizer is no WordPiece tokenizer.
            InvalidInputError: No queries, an unknown map or precision, a number out of range, a start of another kind,
                or one whose rows are longer than the space's vectors.
        """
        with needs_torch():
            from codequest.encoders.static.starting import StartingTable, TableChoices

        chosen = TableChoices(
            tokenizer=tokenizer, revision=revision, rows=rows, width=width, map=map, precision=precision,
            max_tokens=max_tokens, code=code, seed=seed,
        )  # fmt: skip
        found: StaticQueryEncoder | None = None
        trained: StartingTable | None = None
        if start is not None:
            found = cast(StaticQueryEncoder, load_start(start, of=(cls.kind,), kind=cls.kind, device=device))
            chosen.refuse_those_of(start)
            trained = StartingTable(found.space, found._lookup, found._rounded_table(), found._tokenizer)
        begun = chosen.begin(teacher, queries, trained, progress)
        encoder = cls(begun.space, begun.lookup, begun.table, tokenizer=begun.tokenizer, device=device)
        if start is not None and found is not None:
            record_descent(encoder, start, found)
            if code and found.space == teacher.space:  # its map is fitted already, by these stages
                encoder.training["stages"] = list(found.training.get("stages", ()))
        return encoder

    @classmethod
    def create_for(
        cls, teacher: TeacherLike, *, queries: Sequence[str], options: Mapping[str, Any], progress: Progress = silent
    ) -> StaticQueryEncoder:
        """See `TrainableQueryEncoder.create_for`; of a base only the tokenizer is used."""
        chosen = dict(options)
        if "base" in chosen:
            chosen["tokenizer"] = chosen.pop("base")
        return cls.create(teacher, queries=queries, progress=progress, **chosen)

    @classmethod
    def most_texts_embedded(cls, options: Mapping[str, Any]) -> int:
        from codequest.encoders.static.starting import DEFAULT_ROWS

        return 0 if options.get("start") else int(options.get("rows") or DEFAULT_ROWS)

    def embed_batch(self, queries: Sequence[str]) -> Vectors:
        if self._training:
            return self._embed_as_trained(queries)
        found = self._lookup.rows(queries)
        return self._table.embed(*joined(found))

    def _embed_as_trained(self, queries: Sequence[str]) -> Vectors:
        import torch

        with torch.inference_mode():
            inputs = self.collate([{"rows": rows} for rows in self._lookup.rows(queries)])
            placed = {name: tensor.to(self.device) for name, tensor in inputs.items()}
            vectors: Vectors = self.network(**placed).float().cpu().numpy()
        return vectors

    @cached_property
    def network(self) -> StaticNetwork:  # type: ignore[override]
        from codequest.encoders.static.network import StaticNetwork

        return StaticNetwork(self._table.values()).to(self.device)

    @property
    def device(self) -> torch.device:
        from codequest.backbone import choose_device

        return choose_device(self._device)

    @property
    def max_tokens(self) -> int:
        return self._lookup.max_tokens

    def token_counts(self, queries: Sequence[str]) -> list[int]:
        return [len(ids) for ids in self._lookup.token_ids(queries)]

    def prepare(self, queries: Sequence[str], *, progress: Progress = silent) -> Sequence[Mapping[str, Any]]:
        texts = checked_texts(queries, name="queries")
        inputs: list[Mapping[str, Any]] = []
        for start in range(0, len(texts), _CHUNK):
            found = self._lookup.rows(texts[start : start + _CHUNK])
            inputs += [{"rows": rows.astype(np.int32)} for rows in found]
            progress("preparing queries", len(inputs), len(texts))
        return inputs

    def collate(self, inputs: Sequence[Mapping[str, Any]]) -> dict[str, Tensor]:
        import torch

        rows, starts = joined([row["rows"] for row in inputs])
        return {"rows": torch.from_numpy(rows.astype(np.int64)), "starts": torch.from_numpy(starts)}

    def initialize(
        self,
        inputs: Sequence[Mapping[str, Any]],
        query_vectors: Vectors,
        *,
        progress: Progress = silent,
    ) -> None:
        import torch

        chosen = np.linspace(0, len(inputs) - 1, min(len(inputs), _FITTED)).astype(np.int64)
        pooled = []
        with torch.no_grad():
            for start in range(0, len(chosen), _CHUNK):
                batch = self.collate([inputs[position] for position in chosen[start : start + _CHUNK]])
                placed = {name: tensor.to(self.device) for name, tensor in batch.items()}
                pooled.append(self.network.pooled(**placed).cpu())
                progress("summing rows", min(start + _CHUNK, len(chosen)), len(chosen))
        self.network.map.fit(torch.cat(pooled), torch.from_numpy(query_vectors[chosen]))

    def begin_training(self) -> None:
        self._training = True

    def end_training(self) -> None:
        """Rounds the rows: from here on the encoder is what its folder would hold."""
        self._table = StaticTable.rounded(self.network.values(), self._table.precision)
        self.__dict__.pop("network")
        self._training = False

    def cost(self, *, tokens: int = 12) -> EncoderCost:
        return self._cost(tokens, self._table.row_bytes)

    def _cost(self, tokens: int, row_bytes: int) -> EncoderCost:
        return self._table.cost(
            min(tokens, self.max_tokens), bigrams=len(self._lookup.bigrams) > 0, row_bytes=row_bytes
        )

    def graph_source(self, precision: GraphPrecision) -> GraphSource:
        from codequest.encoders.graph_source import GraphSource, StaticGraph

        table = self._rounded_table()
        width = int(table.tensors["rows"].shape[1])
        kept: GraphPrecision = "int8" if precision == "int8" else "fp32"
        return GraphSource(
            module=StaticGraph(table, kept).eval(),
            reader=RowReader(self._lookup),
            embed=self.encode,
            cost=lambda tokens: self._cost(tokens, 4 * (width + 1)),
            precision=kept,
        )

    def sentence_modules(self) -> list[nn.Module]:
        from codequest.encoders.sentence_transformers.modules import static_modules

        return static_modules(self._lookup, self._rounded_table())

    def _rounded_table(self) -> StaticTable:
        return StaticTable.rounded(self.network.values(), self._table.precision) if self._training else self._table

    def describe(self) -> dict[str, Any]:
        return {
            "tokenizer": self._tokenizer,
            "rows": len(self._lookup),
            "bigrams": len(self._lookup.bigrams),
            "width": int(self._table.tensors["rows"].shape[1]),
            "map": self._table.map,
            "precision": self._table.precision,
            "max_tokens": self.max_tokens,
            **({"code": True} if self._lookup.code else {}),
        }

    def trained_tensors(self) -> dict[str, Tensor]:
        return dict(self.network.named_parameters())

    def saved_tensors(self) -> dict[str, npt.NDArray[Any]]:
        return {**self._rounded_table().tensors, "bigrams": self._lookup.bigrams}

    def saved_files(self) -> dict[str, bytes]:
        return {TOKENIZER_FILE: self._lookup.tokenizer.to_str().encode()}

    @classmethod
    def rebuild(cls, config: AdapterConfig, folder: Path, *, device: str | None) -> StaticQueryEncoder:
        known, dim = config.settings(StaticSettings, folder), config.space.dim
        check_numbers(rows=known.rows, width=known.width, max_tokens=known.max_tokens)
        tensors, tokenizer = read_arrays(folder), read_tokenizer(folder)
        bigrams, sizes = known.rows - tokenizer.get_vocab_size(), {"rows": known.rows, "width": known.width, "dim": dim}
        shapes = table_shapes(**sizes, bigrams=bigrams, map=known.map, precision=known.precision)
        check_tensors(tensors, shapes, folder)
        pairs = tensors.pop("bigrams")
        check_bigrams(pairs, tokenizer, folder)
        table, lookup = StaticTable(tensors), RowLookup(tokenizer, pairs, known.max_tokens, code=known.code)
        return cls(config.space, lookup, table, tokenizer=known.tokenizer, device=device)
