"""Documents along their headings."""

from tests.search.chunking.cuts import cut, spans
from tests.search.sources import SOURCES


def test_a_section_is_embedded_after_the_headings_around_it() -> None:
    [_, install, _] = cut("a.md", SOURCES["a.md"][0])
    assert install.embedded.startswith("Guide\n## Install\n\nRun pip.")
    first, *later = cut("a.md", SOURCES["a.md"][0], 40)[1:]
    assert (first.context, later[0].context) == ("Guide", "Guide > Install")


def test_restructured_text_is_cut_by_its_headings() -> None:
    text = "Title\n=====\n\nwords here\n\nSub\n---\n\n.. code::\n\n   x = 1\n"
    assert spans(cut("a.rst", text)) == [("section", "Title", 1, 4), ("section", "Title > Sub", 6, 11)]
