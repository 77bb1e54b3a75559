"""Ranges of lines that overlap."""

from tests.search.chunking.cuts import cut, spans


def test_lines_of_other_languages_come_in_windows_that_overlap() -> None:
    text = "\n".join(f"line number {number:02}" for number in range(30))
    chunks = cut("notes.txt", text, 100)
    assert spans(chunks)[:3] == [("window", "", 1, 6), ("window", "", 6, 11), ("window", "", 11, 16)]
    assert chunks[0].language == "text"
