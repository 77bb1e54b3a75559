"""Tables of evaluations, as commands print them."""

from __future__ import annotations

import io

from codequest.cli.printing.reports import overview_table
from codequest.cli.printing.screen import VisibleConsole


def test_an_overview_has_a_table_for_every_four_encoders() -> None:
    kept = {"retention": 1.011, "retention_low": 0.982, "retention_high": 1.042}
    measured = {f"encoder{number}": {"cosqa": kept} for number in range(5)}
    file = io.StringIO()
    VisibleConsole(file=file, width=200).print(overview_table(measured))
    shown = file.getvalue()
    first, second = shown.split("Retention of nDCG@10, % with 95% interval")[1:]
    assert all(f"encoder{number}" in first for number in range(4))
    assert "encoder4" not in first
    assert "encoder4" in second
    assert shown.count("101.1 [98.2, 104.2]") == 5
