"""What a killed run finds again."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from codequest.adapt.ledger import Ledger
from codequest.errors import TrainingError


def test_decisions_and_time_are_found_again(tmp_path: Path) -> None:
    first = Ledger(tmp_path / "run")
    assert first.decided("plan") is None
    time.sleep(0.05)
    assert first.decide("plan", {"queries": 7}) == {"queries": 7}
    spent = first.spent
    again = Ledger(tmp_path / "run")
    assert again.decided("plan") == {"queries": 7}
    assert 0.05 <= again.spent < spent + 5
    time.sleep(0.02)
    again.write()
    assert Ledger(tmp_path / "run").spent >= 0.07
    again.restart()
    restarted = Ledger(tmp_path / "run")
    assert restarted.spent < 0.07 + 5
    assert restarted.decided("plan") == {"queries": 7}


def test_a_damaged_or_unwritable_ledger_is_said(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "adapt.json").write_text("{")
    with pytest.raises(TrainingError, match="Remove it to begin anew"):
        Ledger(tmp_path / "run")
    (tmp_path / "file").write_text("")
    with pytest.raises(TrainingError, match="cannot be kept in"):
        Ledger(tmp_path / "file" / "run")
