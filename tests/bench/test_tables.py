"""A result as tables, every figure computed by hand."""

from __future__ import annotations

from dataclasses import replace

from codequest.bench.result import BenchResult
from codequest.bench.tables import bench_tables, notes, to_markdown


def test_tables_show_every_figure_with_its_ratio_and_what_is_kept(result: BenchResult) -> None:
    tables = bench_tables(result)
    assert list(tables) == [
        "One query of 8 to 12 words", "The process", "What is kept", "encode() compared with graph and tokenizer alone"
    ]  # fmt: skip
    assert tables["One query of 8 to 12 words"] == [
        {"": "teacher", "p50 ms": "60.0", "retention": "100.0%"},
        {"": "encoder", "p50 ms": "5.00, 15.0× [12.0–15.0]", "retention": "98.4%"},
    ]
    assert tables["The process"][1] == {"": "encoder", "disk MB": "8.00, 1.00×", "retention": "98.4%"}
    assert tables["What is kept"][1] == {
        "": "encoder", "nDCG@10": "0.500", "retention": "98.4% [90.0%, 110.0%]", "cosine": "0.9991 to teacher"
    }  # fmt: skip
    assert tables["encode() compared with graph and tokenizer alone"] == [
        {"": "encoder", "encode p50 ms": "5.00", "bare p50 ms": "4.00", "encode adds": "+5.3% [+0.0%, +25.0%]"}
    ]
    assert bench_tables(replace(result, dataset=None))["What is kept"][1] == {
        "": "encoder",
        "cosine": "0.9991 to teacher",
    }
    assert bench_tables(result, between="\n")["One query of 8 to 12 words"][1]["p50 ms"] == "5.00\n15.0× [12.0–15.0]"


def test_a_bare_graph_whose_encoder_died_is_left_out(result: BenchResult) -> None:
    left = replace(result, rows=tuple(row for row in result.rows if row.name != "encoder"))
    assert "encode() compared with graph and tokenizer alone" not in bench_tables(left)


def test_markdown_says_how_it_was_measured(result: BenchResult) -> None:
    written = to_markdown(result)
    assert "| encoder | 5.00, 15.0× [12.0–15.0] | 98.4% |" in written
    for note in notes(result):
        assert f"- {note}\n" in written
    assert "- Not run: peer: no wheel\n" in written
    assert "- Loaded by encoder; encoder, bare: numpy 2.\n" in written
    assert "Medians over 3 rounds, each competitor alone in its process, 2 threads, 151 distinct texts" in written


def test_names_and_reasons_are_no_markup(result: BenchResult) -> None:
    other = {"encoder": "<b>|[a](http://evil.example)\n- c"}
    rows = tuple(replace(row, name=other.get(row.name, row.name), bare_of=None) for row in result.rows)
    written = to_markdown(replace(result, rows=rows, not_run={"peer": "<img src=x>"}))
    assert "| &lt;b>\\|[a]\\(http://evil.example)&lt;U+000A>- c |" in written
    assert "&lt;img src=x>" in written
