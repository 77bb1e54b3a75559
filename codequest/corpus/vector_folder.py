"""The folder that a corpus is embedded into: what belongs to it, and what may go on in it."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from codequest.adapters.reference_vectors import REFERENCE_FILE, ReferenceVectors
from codequest.corpus.shard import ShardPlan, shard_key
from codequest.corpus.sources.source import Record
from codequest.errors import CorpusError, SpaceMismatchError, TeacherError
from codequest.files import followed, put_back, readable_json, replace_file, take_lock, tidy
from codequest.space import EmbeddingSpace, match_rows
from codequest.teachers.stored.files import FILES_OF
from codequest.teachers.stored.shards import MANIFEST_FILE, Manifest, shard_facts
from codequest.teachers.stored.teacher import SPACE_FILE
from codequest.texts import counted

FAILED_FILE = "failed.jsonl"
"""Ids of texts that have no vector, each with the reason; there if there are any."""

_LOCK, _JOURNALS = "lock", "unfinished"
_MOST_SHOWN = 20  # texts that failed


@contextmanager
def kept_on_error(folder: Path) -> Iterator[None]:
    """Make of a disk or memory that is full an error that says what is kept.

    Raises:
        CorpusError: There was one.
    """
    kept = f"The shards that are finished in {folder} are kept"
    try:
        yield
    except OSError as error:
        raise CorpusError(
            f"The vectors cannot be written to {folder}: {error.strerror or error}. {kept}: make room or allow "
            "writing, and run the same again."
        ) from error
    except MemoryError as error:
        raise CorpusError(
            f"Out of memory. {kept}: run the same again where there is more, or with less else."
        ) from error


@dataclass(frozen=True, slots=True)
class VectorFolder:
    """A folder of shards that is being filled.

    Attributes:
        path: The folder, absolute.
        manifest: What it says of itself.
    """

    path: Path
    manifest: Manifest

    @property
    def plan(self) -> ShardPlan:
        """How its shards are made."""
        return ShardPlan(
            folder=self.path / FILES_OF[self.manifest.side],
            journals=self.path / _JOURNALS,
            side=self.manifest.side,
            dtype=self.manifest.dtype,
            keeps_text=self.manifest.keeps_text,
        )

    def begin(self, reference: ReferenceVectors | None) -> None:
        """Write what a new folder says of itself, or make sure that the one that is there says the same.

        Raises:
            CorpusError: Another corpus, or other settings, are embedded there; or it holds something else.
            SpaceMismatchError: Vectors of another space, or of a teacher that gives others now, are there.
            OSError: It cannot be written.
        """
        tidy(self.path)
        if (self.path / MANIFEST_FILE).exists():
            self._refuse_other()
            self._refuse_changed(reference)
        else:
            self._refuse_foreign()
            replace_file(self.path / SPACE_FILE, readable_json(self.manifest.space).encode())
            if reference is not None:
                replace_file(self.path / REFERENCE_FILE, reference.to_bytes())
            self._write(self.manifest)
        for folder in (self.plan.folder, self.plan.journals):
            folder.mkdir(exist_ok=True)
        tidy(self.plan.folder)

    def is_finished(self, number: int, records: Sequence[Record]) -> bool:
        """Tell whether a shard of these records is there, whole."""
        path = self.plan.path(number)
        facts = shard_facts(path) if path.exists() else None
        fingerprint = EmbeddingSpace.from_dict(self.manifest.space).fingerprint
        return facts is not None and facts["key"] == shard_key(fingerprint, records, self.plan).hex()

    def finish(self) -> tuple[Manifest, dict[str, str]]:
        """Declare the folder complete: its manifest, and the texts that have no vector, ids with the first reasons.

        Raises:
            OSError: It cannot be written.
        """
        vectors, failed, shown = 0, 0, dict[str, str]()
        lines = []
        for number in range(self.manifest.shards):
            facts = shard_facts(self.plan.path(number))
            if facts is None:
                raise CorpusError(f"{self.plan.path(number)} was damaged meanwhile. Run the same again.")
            vectors += facts["rows"]
            failed += len(facts["failed"])
            lines += [json.dumps({"id": name, "why": why}, ensure_ascii=False) for name, why in facts["failed"].items()]
            shown |= facts["failed"] if len(shown) < _MOST_SHOWN else {}
        if lines:
            replace_file(self.path / FAILED_FILE, ("\n".join(lines) + "\n").encode())
        manifest = replace(self.manifest, complete=True, vectors=vectors, failed=failed)
        self._write(manifest)
        shutil.rmtree(self.plan.journals)  # one may be left of a run that was killed when its shard was finished
        return manifest, shown

    def _write(self, manifest: Manifest) -> None:
        replace_file(self.path / MANIFEST_FILE, readable_json(asdict(manifest)).encode())

    def _refuse_foreign(self) -> None:
        others = sorted(set(os.listdir(self.path)) - {_LOCK, SPACE_FILE, REFERENCE_FILE})
        if others:
            raise CorpusError(
                f"{self.path} is not empty ({', '.join(others[:3])}, …) and holds no vectors of a corpus. Choose "
                "another folder."
            )

    def _refuse_other(self) -> None:
        try:
            before = Manifest.read(self.path)
        except TeacherError as error:
            raise CorpusError(str(error)) from error
        now = self.manifest
        there, here = (EmbeddingSpace.from_dict(manifest.space) for manifest in (before, now))
        there.check(here, context=f"{self.path} holds vectors of another space")
        names = ("light", "side", "dtype", "keeps_text", "shard_size", *(("embedder",) if now.light else ()))
        pairs = [(name, getattr(before, name), getattr(now, name)) for name in names]
        other = [f"{name} {old!r} there and {new!r} here" for name, old, new in pairs if old != new]
        if (before.source_digest, before.texts) != (now.source_digest, now.texts):
            other.append(
                f"{counted(before.texts, 'text')} of {', '.join(before.sources)} there, which are not the "
                f"{now.texts:,} of {', '.join(now.sources)} as they are now"
            )
        if other:
            raise CorpusError(
                f"{self.path} holds another corpus, or one that was embedded otherwise: {'; '.join(other)}. What is "
                "there is kept. Choose another folder, or give what was given then."
            )

    def _refuse_changed(self, reference: ReferenceVectors | None) -> None:
        stored = ReferenceVectors.read(self.path)
        if stored is None or reference is None:
            return
        for old, new in ((stored.queries, reference.queries), (stored.documents, reference.documents)):
            match = match_rows(old.astype(np.float32), new.astype(np.float32))
            if not match.same:
                raise SpaceMismatchError(
                    f"{self.path} was embedded by what gave other vectors than {self.manifest.embedder} gives now "
                    f"(least cosine {match.worst:.3f} of {counted(len(old), 'text')}). What is there is kept. Choose "
                    "another folder, or load what embedded it then."
                )


@contextmanager
def sole_writer(path: str | Path) -> Iterator[Path]:
    """The folder, made if it does not exist, held against every other run.

    Raises:
        CorpusError: Another process embeds into it.
        OSError: It cannot be written.
    """
    folder = followed(path)
    put_back(folder)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / _LOCK).open("ab") as lock:
        if take_lock(lock) == "taken":
            raise CorpusError(f"Another process embeds into {folder}. Wait for it, or choose another folder.")
        yield folder
