"""The table that a static encoder starts with: of rows that the queries decide, or of the rows of a trained one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from codequest.encoders.descent import Start, refuse_options
from codequest.encoders.maps import MapKind
from codequest.encoders.static.inherited import inherited_values
from codequest.encoders.static.lookup import RowLookup
from codequest.encoders.static.network import starting_values, with_new_map
from codequest.encoders.static.table import StaticTable, TablePrecision, table_shapes, table_sizes
from codequest.encoders.static.vocabulary import build_vocabulary
from codequest.errors import InvalidInputError, ModelFormatError, panics_raise
from codequest.progress import Progress
from codequest.space import EmbeddingSpace, TeacherLike, checked_teacher
from codequest.texts import checked_texts
from codequest.weights import locate

_TOKENIZER = "sentence-transformers/all-MiniLM-L6-v2"
DEFAULT_ROWS = 40_000
"""Most rows of a table that is made anew, unless another number is given."""

_GAVE_UP = "The tokenizer that the table begins with cannot read these queries ({}). Take that of another model."


@dataclass(frozen=True, slots=True)
class StartingTable:
    """A table with all that belongs to it.

    Attributes:
        space: What its map leads into.
        lookup: From texts to its rows.
        table: Rows, weights and map.
        tokenizer: Model whose tokenizer it began with.
    """

    space: EmbeddingSpace
    lookup: RowLookup
    table: StaticTable
    tokenizer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TableChoices:
    """What is chosen of a table; see `StaticQueryEncoder.create`."""

    tokenizer: str | None
    revision: str | None
    rows: int | None
    width: int | None
    map: MapKind
    precision: TablePrecision
    max_tokens: int | None
    code: bool
    seed: int

    def refuse_those_of(self, start: Start) -> None:
        """Refuse what a start decides.

        Raises:
            InvalidInputError: One of these is chosen.
        """
        if self.code:
            refuse_options(start, width=self.width)
            return
        own = {"tokenizer": self.tokenizer, "revision": self.revision, "rows": self.rows}
        refuse_options(start, **own, width=self.width, max_tokens=self.max_tokens)

    def begin(
        self, teacher: TeacherLike, queries: Sequence[str], trained: StartingTable | None, progress: Progress
    ) -> StartingTable:
        """The table of an untrained encoder.

        Raises:
            InvalidInputError, WeightsNotFoundError, ModelFormatError: As `StaticQueryEncoder.create`.
        """
        checked_teacher(teacher)
        if trained is None or self.code:
            with panics_raise(ModelFormatError, _GAVE_UP):
                return self._new_rows(teacher, queries, trained, progress)
        values = with_new_map(trained.table.values(), teacher.space, self.map, self.seed)
        return replace(trained, space=teacher.space, table=StaticTable.rounded(values, self.precision))

    def _new_rows(
        self, teacher: TeacherLike, queries: Sequence[str], trained: StartingTable | None, progress: Progress
    ) -> StartingTable:
        space, rows = teacher.space, DEFAULT_ROWS if self.rows is None else self.rows
        width, max_tokens = table_sizes(space, rows=rows, width=self.width, max_tokens=self.max_tokens)
        table_shapes(rows=rows, bigrams=0, width=width, dim=space.dim, map=self.map, precision=self.precision)
        texts = checked_texts(queries, name="queries")
        if not texts:
            raise InvalidInputError("queries is empty: the training queries decide which words have a row.")
        source = locate(self.tokenizer or _TOKENIZER, revision=self.revision)
        chosen = build_vocabulary(
            source.folder, texts, rows=rows, max_tokens=max_tokens, code=self.code, progress=progress
        )
        if trained is None:
            values = starting_values(teacher, chosen, width=width, map=self.map, seed=self.seed, progress=progress)
        else:
            values = inherited_values(chosen.lookup, trained.lookup, trained.table.values())
            values = values if trained.space == space else with_new_map(values, space, self.map, self.seed)
        return StartingTable(space, chosen.lookup, StaticTable.rounded(values, self.precision), source.model_id)
