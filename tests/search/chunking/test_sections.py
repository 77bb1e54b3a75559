"""Documents along their headings."""

from tests.search.chunking.cuts import cut
from tests.search.sources import SOURCES


def test_a_section_is_embedded_after_the_headings_around_it() -> None:
    [_, install, _] = cut("a.md", SOURCES["a.md"][0])
    assert install.embedded.startswith("Guide\n## Install\n\nRun pip.")
    first, *later = cut("a.md", SOURCES["a.md"][0], 40)[1:]
    assert (first.context, later[0].context) == ("Guide", "Guide > Install")
