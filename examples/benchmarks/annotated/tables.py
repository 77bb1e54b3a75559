"""Tables of the benchmark in Markdown."""

from collections import defaultdict
from statistics import mean

import numpy as np
from annotated.questions import ndcg

CATEGORIES = ("semantic", "architecture", "symbol")


def by_category(asked, results):
    """A row for each engine: nDCG@10 of all and of each category, time of all indexing and of a query."""
    lines = ["| engine | all | " + " | ".join(CATEGORIES) + " | index s | query p50 ms |", "|---" * 7 + "|"]
    for engine, measured in results.items():
        scores = _scores(asked, measured, lambda _, question: question["category"])
        everything = [score for values in scores.values() for score in values]
        values = [mean(everything), *(mean(scores[category]) for category in CATEGORIES if scores[category])]
        seconds = [value for each in measured.values() for value in each["seconds"]]
        indexed = sum(each["index_seconds"] for each in measured.values())
        cells = [engine, *(f"{value:.3f}" for value in values), f"{indexed:.0f}", f"{1000 * np.median(seconds):.1f}"]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def by_language(asked, results):
    """A row for each language: nDCG@10 of each engine."""
    scores = {engine: _scores(asked, each, lambda one, _: one.language) for engine, each in results.items()}
    lines = [f"| language | questions | {' | '.join(results)} |", "|---" * (2 + len(results)) + "|"]
    for language in sorted({repository.language for repository in asked.values()}):
        count = len(next(iter(scores.values()))[language])
        lines.append(
            f"| {language} | {count} | {' | '.join(f'{mean(each[language]):.3f}' for each in scores.values())} |"
        )
    return "\n".join(lines) + "\n"


def _scores(asked, measured, key):
    scores = defaultdict(list)
    for name, repository in asked.items():
        for question, hits in zip(repository.questions, measured[name]["rankings"], strict=True):
            scores[key(repository, question)].append(ndcg(hits, question["targets"]))
    return scores
