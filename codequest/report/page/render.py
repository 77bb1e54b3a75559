"""The page: one HTML file that needs nothing else."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence

from codequest.report.complexity import Cost
from codequest.report.disagreement import Direction, Disagreement, Hit
from codequest.report.figures.draw import Image
from codequest.report.page.number_tables import (
    cost_table,
    fit_table,
    hnsw_table,
    hubness_table,
    likeness_table,
    named,
    quality_table,
)
from codequest.report.page.stylesheet import STYLESHEET
from codequest.report.study import Study
from codequest.texts import counted, html_text

_COST_HEADINGS: Mapping[Cost, tuple[str, str]] = {
    "flops": ("Quality against arithmetic", "floating-point operations of one query"),
    "latency": ("Quality against latency", "the median time of one query on this machine"),
    "size": ("Quality against memory traffic", "the bytes of weights that one query reads"),
}
_DIRECTIONS: Mapping[Direction, str] = {
    "teacher better": "The teacher finds more",
    "encoder better": "The encoder finds more",
    "different": "They find different documents",
}


def render_page(study: Study, images: Sequence[Image]) -> str:
    """The page of a study.

    Args:
        study: What was measured.
        images: Its figures, in both themes.
    """
    report = study.report
    title = f"Query encoders for {report.dataset}"
    body = "\n".join([*_head(study, title), *_tables(study), *_figures(study, images), *_reading(study), _foot(study)])
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{html_text(title)}</title>\n<style>{STYLESHEET}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def _head(study: Study, title: str) -> Iterator[str]:
    report = study.report
    yield f"<h1>{html_text(title)}</h1>"
    yield (
        f'<p class="lead">{counted(report.queries, "query")} in {counted(report.documents, "document")} that '
        f"{html_text(report.teacher.name)} embedded, {'with' if study.labelled else 'without'} labels.</p>"
    )
    yield '<section class="verdict">'
    yield from (f"<p>{html_text(sentence)}</p>" for sentence in study.verdict.recommendations)
    yield "<ul>"
    for judged in study.verdict.encoders:
        yield f"<li>{named(study, judged.name)}: {html_text(judged.sentence)}</li>"
    yield "</ul></section>"
    yield from (f'<p class="note">{html_text(note)}</p>' for note in study.notes)


def _tables(study: Study) -> Iterator[str]:
    yield "<h2>Quality</h2>"
    interval = f"{study.report.confidence:.0%} bootstrap intervals over the queries"
    if study.labelled:
        yield (
            f"<p>Retention is nDCG@10 over the teacher's own, in brackets {interval}; "
            "“teacher's top 10” is the part of it that an encoder finds too.</p>"
        )
    else:
        yield (
            f"<p>“Teacher's top 10” is the part of it that an encoder finds, in brackets {interval}; “its first "
            "found” says how often the teacher's first document is among the encoder's ten.</p>"
        )
    yield quality_table(study)
    tokens = next((row.tokens for row in study.report.encoders if row.tokens), None)
    of = f" of {counted(tokens, 'token')}" if tokens else ""
    yield f"<h2>Cost</h2><p>One query{of}, one at a time.</p>"
    yield cost_table(study)


def _figures(study: Study, images: Sequence[Image]) -> Iterator[str]:
    for cost in dict.fromkeys(one.cost for one in study.tradeoffs):
        heading, what = _COST_HEADINGS[cost]
        sentence = (
            f"Up is better and left is cheaper, by {what}: the band is the Pareto front, the dotted line the teacher, "
            "a line what ten times the cost has bought within an adaptation."
        )
        numbers = fit_table([one for one in study.tradeoffs if one.cost == cost])
        yield from _section(heading, sentence, cost, images, numbers)
    yield from _section("Map of the vectors", _map_sentence(study), "map", images, "")
    yield from _section(
        "Likeness to the teacher",
        "How the cosine between both vectors of a query is spread over the queries: a long tail to the left are the "
        "queries an encoder places elsewhere.",
        "cosine",
        images,
        likeness_table(study),
    )
    yield from _section(
        "Hubs",
        "N<sub>k</sub> counts the queries whose top k holds a document: the more skewed it is to the right, the more "
        "a few hubs crowd out the rest (Radovanović et al., 2010).",
        "hubness",
        images,
        hubness_table(study),
    )
    yield from _section("Approximate search", _hnsw_sentence(study), "hnsw", images, hnsw_table(study))


def _map_sentence(study: Study) -> str:
    layout = study.layout
    how = f"t-SNE of cosines, perplexity {layout.perplexity:.0f}" if layout.perplexity is not None else "PCA"
    return (
        f"One joint {how} of {counted(len(layout.queries), 'query')}, as the teacher and each encoder embed them, and "
        f"{counted(len(layout.documents), 'document')}: a line joins both vectors of a query, so short lines are "
        "faithful ones; distances between far groups mean little."
    )


def _hnsw_sentence(study: Study) -> str:
    hnsw = study.hnsw
    return (
        f"An HNSW index of {counted(hnsw.documents, 'document')} (M 16, efConstruction 200) searched with each "
        "encoder's own queries: an encoder that needs a higher ef for the recall that the teacher has at ef "
        f"{hnsw.reference} makes the search itself slower."
    )


def _section(heading: str, sentence: str, name: str, images: Iterable[Image], numbers: str) -> Iterator[str]:
    """A heading, what the figure shows, the figure, and its numbers to unfold."""
    by_theme = {image.theme: _inline(image) for image in images if image.name == name}
    yield f"<h2>{heading}</h2>\n<p>{sentence}</p>"
    yield (
        f'<figure><picture><source media="(prefers-color-scheme: dark)" srcset="{by_theme["dark"]}">'
        f'<img src="{by_theme["light"]}" alt="{heading}"></picture></figure>'
    )
    if numbers:
        yield f"<details><summary>Numbers</summary>{numbers}</details>"


def _inline(image: Image) -> str:
    return f"data:image/png;base64,{b64encode(image.png).decode('ascii')}"


def _reading(study: Study) -> Iterator[str]:
    yield "<h2>To read: where they differ most</h2>"
    yield (
        "<p>The first three documents of both, for the queries of the greatest difference; labelled answers are "
        "marked.</p>"
        if study.labelled
        else "<p>The first three documents of both, for the queries whose top 10 share least.</p>"
    )
    for name, found in study.disagreements.items():
        yield f"<h3>{named(study, name)}</h3>"
        if not found:
            yield "<p>They agree on every query.</p>"
        for direction in dict.fromkeys(one.direction for one in found):
            yield f'<p class="note">{_DIRECTIONS[direction]}</p>'
            yield from (_disagreement(study, one) for one in found if one.direction == direction)


def _disagreement(study: Study, one: Disagreement) -> str:
    compared = (
        f"nDCG@10 teacher {one.teacher:.2f}, encoder {one.encoder:.2f}"
        if study.labelled
        else f"shared {one.encoder:.0%}"
    )
    sides = (("Teacher", one.teacher_hits), ("Encoder", one.encoder_hits))
    columns = "".join(f"<div><h4>{who}</h4>{''.join(map(_hit, hits))}</div>" for who, hits in sides)
    return (
        f'<details><summary>{html_text(one.text)} <span class="note">{compared}</span></summary>'
        f'<div class="pair">{columns}</div></details>'
    )


def _hit(hit: Hit) -> str:
    mark = ' <span class="relevant">relevant</span>' if hit.relevant else ""
    text = f"<pre>{html_text(hit.text)}</pre>" if hit.text is not None else ""
    return f'<div class="hit">{hit.score:.3f} {html_text(hit.document)}{mark}{text}</div>'


def _foot(study: Study) -> str:
    report = study.report
    facts = [
        f"Space {report.space}; seed {report.seed}; {counted(report.resamples, 'bootstrap resample')}.",
        f"Latency of {counted(report.latency_queries, 'query')}, one at a time; teacher and encoders take turns."
        if report.latency_queries
        else "Latency was not measured.",
        "Machine: " + ", ".join(f"{key} {value}" for key, value in report.machine.items()) + ".",
        "Versions: " + ", ".join(f"{key} {value}" for key, value in report.versions.items()) + ".",
        "All numbers are in report.json next to this page.",
    ]
    return "<h2>How it was measured</h2><footer>" + "<br>".join(map(html_text, facts)) + "</footer>"
