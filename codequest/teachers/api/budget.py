"""Cost of an API run: known before, counted while it runs, and limited."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock

from codequest.errors import TeacherError


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiEstimate:
    """Cost of embedding some texts, before a request is made.

    Attributes:
        texts: Number of texts.
        tokens: Number of tokens of all texts; estimated from their length, rather too many than too few.
        requests: Number of requests if none has to be repeated.
        dollars: Price in US dollars; None where the price of the model is not known to codequest.
    """

    texts: int
    tokens: int
    requests: int
    dollars: float | None


class TokenBudget:
    """Counts tokens over several threads and refuses a request that may exceed the limit.

    Args:
        limit: Largest number of tokens; None for no limit.

    Attributes:
        spent: Number of tokens used so far, as the API reported them; estimated where it did not.
    """

    def __init__(self, limit: int | None) -> None:
        self.limit = limit
        self.spent = 0
        self._reserved = 0
        self._lock = Lock()

    def reserve(self, tokens: int) -> None:
        """Set tokens aside for a request that is about to be made.

        Raises:
            TeacherError: Together with the requests under way it may exceed the limit.
        """
        with self._lock:
            if self.limit is not None and self.spent + self._reserved + tokens > self.limit:
                raise TeacherError(
                    f"The limit of {self.limit:,} tokens is reached: {self.spent:,} are spent, {self._reserved:,} are "
                    f"under way and the next request may take {tokens:,}. Raise max_tokens_total, or embed fewer "
                    "texts; vectors already in a cache are kept and not paid for again."
                )
            self._reserved += tokens

    def settle(self, reserved: int, spent: int) -> None:
        """Replace the tokens that were reserved for a request by those that it took."""
        with self._lock:
            self._reserved -= reserved
            self.spent += spent
