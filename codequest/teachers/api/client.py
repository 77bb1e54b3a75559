"""ApiClient: JSON over HTTP, with retries."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from threading import Event
from typing import TYPE_CHECKING, Any

from codequest.errors import TeacherError
from codequest.teachers.api.access import ApiAccess
from codequest.teachers.api.budget import TokenBudget

if TYPE_CHECKING:
    from httpx2 import Response

_ATTEMPTS = 8
_FIRST_WAIT = 0.5  # seconds; doubled every time
_LONGEST_WAIT = 60.0  # seconds
_PATIENCE = 300.0  # seconds: the user should know of a longer wait
_ANSWER_SECONDS = 120.0
_TRY_AGAIN = {408, 409, 429, *range(500, 600)}
_OUT_OF_CREDIT = "insufficient_quota"  # OpenAI's 429 that no waiting ends


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outcome:
    """Outcome of one request.

    Attributes:
        body: The JSON object; None after a failure.
        problem: Description of the failure.
        status: HTTP status of the answer; None if there was none.
        again: Whether another attempt may help.
        wait: Seconds that the server asked to wait.
        billed: Whether tokens may have been billed.
    """

    body: dict[str, Any] | None = None
    problem: str = ""
    status: int | None = None
    again: bool = False
    wait: float | None = None
    billed: bool = False


class ApiClient:
    """Posts JSON to one address, from several threads.

    Args:
        access: The address and its key.
        budget: Asked before every request.
        billed: Reads the tokens that an answer says were billed; None if it does not say.
    """

    def __init__(
        self,
        access: ApiAccess,
        *,
        budget: TokenBudget,
        billed: Callable[[Mapping[str, Any]], int | None],
    ) -> None:
        self.stopped = Event()
        self._access = access
        self._budget = budget
        self._billed = billed
        self._answered = False
        self._http = access.client(answer_seconds=_ANSWER_SECONDS)

    def post(self, body: Mapping[str, Any], *, tokens: int) -> dict[str, Any]:
        """Send a request, with further attempts where they may help.

        Args:
            body: The request.
            tokens: Estimated number of tokens of the request.

        Returns:
            The JSON object of the answer.

        Raises:
            TeacherError: The server refuses, answers nonsense or cannot be reached; or the budget is spent.
        """
        for attempt in range(_ATTEMPTS):
            self._budget.reserve(tokens)
            outcome, spent = _Outcome(billed=True), 0
            try:
                outcome = self._once(body)
                spent = (self._billed(outcome.body) if outcome.body is not None else None) or tokens
            finally:
                self._budget.settle(tokens, spent if outcome.billed else 0)
            if outcome.body is not None:
                return outcome.body
            last = attempt == _ATTEMPTS - 1 or (outcome.wait or 0) > _PATIENCE
            if last or not outcome.again or self.stopped.wait(pause(attempt, outcome.wait)):
                break
        raise TeacherError(self._explained(outcome, attempt + 1))

    def _once(self, body: Mapping[str, Any]) -> _Outcome:
        try:
            response: Response = self._http.post(self._access.url, json=body)
        except self._access.errors as error:
            # An address that never answered is probably a wrong one: the user is told at once.
            hopeless = isinstance(error, self._access.unreachable) and not self._answered
            problem = self._access.redacted(f"{type(error).__name__}: {error}")
            return _Outcome(problem=problem, again=not hopeless, billed=not isinstance(error, self._access.unreachable))
        self._answered = True
        status = response.status_code
        if not response.is_success:
            problem = f"HTTP {status}: {self._access.excerpt(response.text)}"
            again = status in _TRY_AGAIN and _OUT_OF_CREDIT not in response.text
            return _Outcome(problem=problem, status=status, again=again, wait=_asked_to_wait(response))
        try:
            parsed = json.loads(self._access.redacted(response.text))  # messages quote what an answer holds
        except ValueError:
            parsed = None
        if not isinstance(parsed, dict):
            problem = f"HTTP {status} without a JSON object: {self._access.excerpt(response.text)}"
            return _Outcome(problem=problem, status=status, again=True, billed=True)
        return _Outcome(body=parsed, status=status, billed=True)

    def _explained(self, outcome: _Outcome, attempts: int) -> str:
        tried = f" after {attempts} attempts" if attempts > 1 else ""
        return f"{self._access.name} at {self._access.url} failed{tried}: {outcome.problem} {self._remedy(outcome)}"

    def _remedy(self, outcome: _Outcome) -> str:
        if outcome.status in {401, 403}:
            if self._access.key_variable is None:
                return (
                    "No key was sent: to send one to an address of your own, say which environment variable holds it "
                    "with key_variable."
                )
            return f"Expected a valid key with access to this model in {self._access.key_variable}."
        if outcome.status == 404:
            return "Check the name of the model and base_url, which ends before /embed or /embeddings."
        if outcome.wait is not None and outcome.wait > _PATIENCE:
            return f"It asks to wait {outcome.wait:.0f} seconds: run again then. What a cache received is kept."
        if outcome.status is not None and not outcome.again:
            return "Check the model, its dimensions, and the number (max_texts) and length of the texts."
        return "Check base_url and the service, then run again. What a cache received is kept."


def pause(attempt: int, asked: float | None) -> float:
    """Seconds before the next attempt: as the server asked, otherwise exponential, both with jitter.

    Threads that failed together should not come back together.
    """
    if asked is not None:
        return asked + random.uniform(0, _FIRST_WAIT)
    longest: float = min(_LONGEST_WAIT, _FIRST_WAIT * 2**attempt)
    return random.uniform(longest / 2, longest)


def _asked_to_wait(response: Response) -> float | None:
    """Seconds in Retry-After, which holds a number or a date (RFC 9110, 10.2.3)."""
    value = response.headers.get("Retry-After", "").strip()
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
    return max(0.0, (moment - datetime.now(timezone.utc)).total_seconds())
