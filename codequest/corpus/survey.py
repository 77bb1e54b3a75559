"""The first pass over a corpus: how much there is, and whether it can be embedded at all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256

from codequest.corpus.repeats import Repeats, hash_of
from codequest.corpus.sources.source import Corpus, Record
from codequest.data.dataset import examples
from codequest.errors import DatasetError
from codequest.files import scratch_folder
from codequest.progress import Progress, silent
from codequest.texts import counted


@dataclass(frozen=True, slots=True)
class Survey:
    """What a pass over a corpus has found.

    Attributes:
        texts: Number of texts, empty ones included.
        digest: Digest of ids and texts, in their order.
    """

    texts: int
    digest: str


class RunningDigest:
    """The digest of records, as they go by.

    Attributes:
        count: Number of records so far.
    """

    def __init__(self) -> None:
        self.count = 0
        self._digest = sha256()

    def add(self, record: Record) -> None:
        """Take a record in."""
        name, text = record.id.encode(), record.text.encode()
        self._digest.update(b"%d,%d," % (len(name), len(text)))
        self._digest.update(name)
        self._digest.update(text)
        self.count += 1

    def through(self, records: Iterable[Record]) -> Iterator[Record]:
        """The records, each taken in before it is given on."""
        for record in records:
            self.add(record)
            yield record

    def value(self) -> bytes:
        """The digest of the records so far."""
        return self._digest.digest()

    def survey(self) -> Survey:
        """What there was."""
        return Survey(self.count, self.value().hex())


def survey(corpus: Corpus, progress: Progress = silent) -> Survey:
    """Read a corpus once, so that what is wrong with it is said before hours of embedding.

    Args:
        corpus: The corpus.
        progress: Told how much is read.

    Raises:
        DatasetError: It cannot be read, a record is malformed, an id comes twice, or there is no text in it.
    """
    digest, words = RunningDigest(), False
    try:
        with scratch_folder() as folder:
            repeats = Repeats(folder)
            for record in digest.through(corpus.records(progress)):
                repeats.add(record.id)
                words = words or bool(record.text.strip())
            suspected = repeats.hashes()
    except OSError as error:
        raise DatasetError(f"{', '.join(corpus.names)} cannot be looked through: {error.strerror}.") from error
    if suspected:
        _refuse_repeated(corpus, suspected)
    if not words:
        what = f"{counted(digest.count, 'text')}, all of them empty" if digest.count else "no text"
        reasons = ", ".join(f"{count} × {reason}" for reason, count in corpus.skipped.items())
        raise DatasetError(
            f"{', '.join(corpus.names)} holds {what}. {f'Not read: {reasons}.' if reasons else 'Name another source.'}"
        )
    return digest.survey()


def _refuse_repeated(corpus: Corpus, suspected: set[int]) -> None:
    """Look again at ids whose hashes came twice.

    Raises:
        DatasetError: One of them came twice.
    """
    counts = Counter(record.id for record in corpus.records() if hash_of(record.id) in suspected)
    twice = [name for name, count in counts.items() if count > 1]
    if twice:
        raise DatasetError(
            f"{', '.join(corpus.names)} has {counted(len(twice), 'id')} more than once: {examples(twice)}. Every id "
            "must occur once: remove or rename the repeated records, or choose another column with --id."
        )
