"""The page itself."""

from __future__ import annotations

import re
from dataclasses import replace

from codequest.report.page.render import render_page


def test_the_page_needs_nothing_else(page):
    assert not re.search(r"https?://", page)
    assert not re.search(r"<(script|link|iframe)|@import|url\(", page)
    sources = re.findall(r'(?:src|srcset)="([^"]{0,30})', page)
    assert len(sources) == 2 * 7
    assert all(source.startswith("data:image/png;base64,") for source in sources)


def test_the_page_says_what_was_measured(built, page):
    study, _ = built
    for sentence in (*study.verdict.recommendations, *study.notes):
        assert sentence.replace("'", "&#x27;") in page
    row = study.report.encoders[0]
    assert f"{row.retention:.1%} [{100 * row.retention_low:.1f}, {100 * row.retention_high:.1f}]" in page
    assert f"<td>{row.measures['nDCG@10']:.3f}</td>" in page
    assert "4 queries in 4 documents that test/table embedded, with labels" in page


def test_texts_are_escaped(built, images):
    study, _ = built
    shown = replace(study.disagreements["weak"][0], text="<script>alert(1)</script>\u202e\x1b")
    page = render_page(replace(study, disagreements={"weak": (shown,)}), images)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;&lt;U+202E&gt;&lt;U+001B&gt;" in page
    assert "<script" not in page
