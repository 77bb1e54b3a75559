"""Numbers as HTML."""

from codequest.report.complexity import Point, trade_off
from codequest.report.page.number_tables import fit_table, table


def test_rows_become_a_table() -> None:
    assert table([{"a": "1", "b": "x"}, {"a": "2", "b": "y"}]) == (
        '<div class="scroll"><table><tr><th>a</th><th>b</th></tr>'
        "<tr><td>1</td><td>x</td></tr><tr><td>2</td><td>y</td></tr></table></div>"
    )


def test_a_front_names_its_encoders_escaped() -> None:
    points = [Point("teacher", "teacher", 100.0, 1.0), Point("a<b", "internal", 10.0, 0.9)]
    written = fit_table([trade_off("flops", "R<10", points, ceiling=1.0)])
    assert written.startswith("<p>No line was fitted")
    assert "<p>Pareto front of R&lt;10: a&lt;b, teacher.</p>" in written
