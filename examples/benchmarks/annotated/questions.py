"""semble's questions, and the measure of its benchmark."""

import json
import math
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Repository:
    """A tree and what is asked about it."""

    root: Path
    language: str
    questions: list


def load_questions(benchmarks, trees):
    """The repositories that are there, by name; questions none of whose targets are there are left out."""
    found = {}
    for repository in json.loads((benchmarks / "repos.json").read_text(encoding="utf-8")):
        name, file = repository["name"], benchmarks / "annotations" / f"{repository['name']}.json"
        root = trees / name / (repository.get("benchmark_root") or ".")
        if not root.is_dir() or not file.is_file():
            continue
        questions = [_question(row) for row in json.loads(file.read_text(encoding="utf-8"))]
        there = [one for one in questions if any(_exists(trees / name, root, path) for path, *_ in one["targets"])]
        if there:
            found[name] = Repository(root, repository["language"], there)
    return found


def _question(row):
    targets = [
        (target, None, None)
        if isinstance(target, str)
        else (target["path"], target.get("start_line"), target.get("end_line"))
        for target in (*row.get("relevant", ()), *row.get("secondary", ()))
    ]
    return {"query": row["query"], "targets": targets, "category": row.get("category") or _category(row["query"])}


def _category(query):
    if " " not in query.strip():
        return "symbol"
    return "architecture" if query.lower().startswith("how ") else "semantic"


def _exists(tree, root, path):
    return (tree / path).exists() or (root / path).exists()


def ndcg(hits, targets):
    """nDCG@10 of hits, (path, first line, last line) each: every rank that finds a target counts once."""
    ranks = {rank for target in targets if (rank := _rank(hits, *target)) is not None}
    ideal = sum(1 / math.log2(rank + 1) for rank in range(1, min(10, len(targets)) + 1))
    return sum(1 / math.log2(rank + 1) for rank in ranks) / ideal


def _rank(hits, path, start, end):
    for rank, (found, first, last) in enumerate(hits[:10], start=1):
        overlaps = start is None or end is None or (first <= end and start <= last)
        if overlaps and (found == path or found.endswith(f"/{path}") or path.endswith(f"/{found}")):
            return rank
    return None
