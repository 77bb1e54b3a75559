"""Ledger: the time that a run has spent and what it has decided, kept so that a killed run goes on where it was."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from codequest.errors import TrainingError
from codequest.files import replace_file
from codequest.json_files import read_json

_FILE = "adapt.json"
_BETWEEN_WRITES = 2.0  # seconds: what a kill takes off the clock at most


class Ledger:
    """Decisions by name, and a clock that stands still while nothing runs.

    Args:
        folder: Where it is kept; made if it does not exist.

    Raises:
        TrainingError: The file cannot be read or written.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / _FILE
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise TrainingError(f"The state of the run cannot be kept in {folder}: {error.strerror}.") from error
        remedy = "Remove it to begin anew; the teacher's vectors are kept elsewhere."
        known: dict[str, Any] = {}
        if self._path.exists():
            known = read_json(self._path, dict[str, Any], error=TrainingError, remedy=remedy, most_bytes=None)
        self._spent = float(known.pop("spent", 0.0))
        self._decided: dict[str, Any] = known
        self._began = self._wrote = time.monotonic()

    @property
    def spent(self) -> float:
        """Seconds of all runs of this work so far."""
        return self._spent + time.monotonic() - self._began

    def decided(self, name: str) -> Any:
        """What was decided under a name; None when nothing was."""
        return self._decided.get(name)

    def decide(self, name: str, value: Any) -> Any:
        """Keep a decision, which must be JSON-ready, and give it back."""
        self._decided[name] = value
        self.write()
        return value

    def restart(self) -> None:
        """Set the clock to zero; what was decided stays."""
        self._spent, self._began = 0.0, time.monotonic()
        self.write()

    def tick(self) -> None:
        """Keep the time, once every few seconds."""
        if time.monotonic() - self._wrote > _BETWEEN_WRITES:
            self.write()

    def write(self) -> None:
        """Keep everything now."""
        self._wrote = time.monotonic()
        content = json.dumps({**self._decided, "spent": self.spent})
        try:
            replace_file(self._path, content.encode("utf-8", "surrogatepass"))
        except OSError as error:
            raise TrainingError(f"The state of the run cannot be kept in {self._path}: {error.strerror}.") from error
