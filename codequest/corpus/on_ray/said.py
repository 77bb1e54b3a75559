"""What a process of Ray says of a shard: that it is done, or an error, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from codequest import errors
from codequest.corpus.vector_folder import kept_on_error


@dataclass(frozen=True, slots=True)
class Said:
    """What became of a shard.

    Attributes:
        number: Its number; -1 for an error that is of no shard.
        count: Number of its texts.
        new: Whether it was embedded now.
        error: Name of the class of an error, or an empty text.
        message: Its message.
    """

    number: int
    count: int
    new: bool = False
    error: str = ""
    message: str = ""

    def check(self) -> None:
        """Raise the error, if it is one.

        Raises:
            CodequestError: It is.
        """
        if self.error:
            known = getattr(errors, self.error, errors.CorpusError)
            raise known(self.message)


def said_of(error: Exception, folder: Path, number: int = -1) -> Said:
    """An error as plain values, which every process can read.

    Args:
        error: The error.
        folder: Where the shards go.
        number: The shard that it is of.
    """
    try:
        with kept_on_error(folder):
            raise error
    except errors.CodequestError as explained:
        return Said(number, 0, False, type(explained).__name__, str(explained))
    except Exception as other:
        return Said(number, 0, False, errors.CorpusError.__name__, f"{type(other).__name__}: {other}")
