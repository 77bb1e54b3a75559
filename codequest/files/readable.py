"""JSON for files that people read."""

from __future__ import annotations

import json
from typing import Any


def readable_json(values: Any) -> str:
    """JSON for files that people read and compare: the same values always give the same text.

    Raises:
        ValueError: A number is infinite or not a number, which JSON has no word for.
    """
    return json.dumps(values, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n"
