"""The actor that holds a teacher, and embeds one shard after the other."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple

from codequest.corpus.embedder import Embedder
from codequest.corpus.on_ray.said import Said, said_of
from codequest.corpus.on_ray.shards import records_of
from codequest.corpus.shard import ShardPlan, embed_shard
from codequest.errors import CodequestError, CorpusError
from codequest.version import __version__

_TRIES = 4  # of a shard: a worker that runs out of memory is killed, and Ray begins it anew


class Begun(NamedTuple):
    """The run that a worker is of.

    Attributes:
        folder: Where it writes.
        fingerprint: That of its space.
        version: That of codequest where it was begun.
        run: Its name.
    """

    folder: Path
    fingerprint: str
    version: str
    run: str


class ShardWorker:
    """Embeds shards with a teacher that it loads once.

    An error is kept for the shards, which say it: an actor that cannot be made would be made again and again.

    Args:
        embedder: What embeds.
        plan: How shards are made.
        begun: The run.
    """

    def __init__(self, embedder: Embedder, plan: ShardPlan, begun: Begun) -> None:
        self._plan, self._begun = plan, begun
        self._error: Exception | None = None
        try:
            self._refuse_elsewhere()
            self._teacher = embedder.load()
            if self._teacher.space.fingerprint != begun.fingerprint:
                raise CorpusError(f"A worker loaded another teacher than the run began with: {self._teacher.space}.")
        except (CodequestError, MemoryError, OSError) as error:
            self._error = error

    def __call__(self, batch: Any) -> dict[str, list[Any]]:
        """What became of the shard of a batch, a table of one row."""
        [row] = batch.to_pylist()
        said = Said(row["number"], row["count"], row["new"], row["error"], row["message"])
        if said.new:
            said = self._embedded(row, said)
        return {name: [value] for name, value in asdict(said).items()}

    def _embedded(self, row: dict[str, Any], done: Said) -> Said:
        try:
            if self._error is not None:
                raise self._error
            self._refuse_deadly(row["number"])
            embed_shard(self._teacher, records_of(row), row["number"], self._plan)
        except Exception as error:
            return said_of(error, self._begun.folder, row["number"])
        return done

    def _refuse_deadly(self, number: int) -> None:
        tries = self._plan.journal(number).with_suffix(f".{self._begun.run}")
        with tries.open("ab") as file:
            file.write(b".")
        if tries.stat().st_size > _TRIES:
            raise CorpusError(
                f"Workers of Ray died {_TRIES} times while they embedded shard {number}. Did they run out of memory? "
                "Then take fewer workers, or machines with more. The finished shards are kept: run the same again."
            )

    def _refuse_elsewhere(self) -> None:
        if self._begun.version != __version__:
            raise CorpusError(
                f"A worker has codequest {__version__}, the run began with {self._begun.version}. Install the same."
            )
        if not self._plan.folder.is_dir():
            raise CorpusError(
                f"{self._begun.folder} is not there on a machine of the Ray cluster. Name a folder that all machines "
                "share."
            )
