"""Ranges of lines that overlap."""

from tests.search.chunking.cuts import cut, spans


def test_lines_of_other_languages_come_in_windows_that_overlap() -> None:
    text = "\n".join(f"line number {number:02}" for number in range(30))
    chunks = cut("notes.txt", text, 100)
    assert spans(chunks)[:3] == [("window", "", 1, 6), ("window", "", 6, 11), ("window", "", 11, 16)]
    assert chunks[0].language == "text"


def test_long_lines_are_cut_at_ends_of_sentences_and_nothing_empty_is_stored() -> None:
    first, second = "Words of a sentence. " * 100, "More words here. " * 120
    chunks = cut("a.md", f"# A\n\n{first}\n\n{second}\n", 1640)
    assert spans(chunks) == [("section", "A", 1, 2), *[("section", "A", 3, 3)] * 2, *[("section", "A", 5, 5)] * 2]
    assert "".join(chunk.text for chunk in chunks[1:3]) == first
    assert "".join(chunk.text for chunk in chunks[3:]) == second
    assert all(chunk.text.strip() and len(chunk.text) <= 1640 for chunk in chunks)
    assert all(chunk.text.rstrip().endswith(".") for chunk in chunks[1:])


def test_a_long_word_is_one_piece() -> None:
    assert [len(chunk.text) for chunk in cut("a.txt", "x" * 5000 + "\n\n" + "ab " * 1000, 1640)] == [5000, 1638, 1362]
