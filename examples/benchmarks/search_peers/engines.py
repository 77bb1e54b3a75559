"""How each engine indexes a folder and answers a query: worker.py calls these in the engines' own environments.

Each gets the folder of the code and its model, and gives a function from a query to (path, first line, last line) of
what it would show, best first.
"""

import json
import re
import subprocess
from collections import defaultdict
from pathlib import Path

_WINDOW = 40  # lines, of what has no chunks of its own
# fmt: off
_STOP = frozenset((
    "a", "an", "and", "are", "as", "at", "be", "by", "for", "from", "given", "if", "in", "into", "is", "it", "its",
    "of", "on", "or", "return", "returns", "that", "the", "this", "to", "with",
))
# fmt: on


def puma(code, model):
    from codequest.search import CodeIndex

    settings = json.loads(model)
    CodeIndex.build(code, teacher=settings["teacher"])
    index = CodeIndex.open(code, encoder=settings["encoder"])
    return lambda query: [(hit.path, hit.start_line, hit.end_line) for hit in index.search(query, limit=10)]


def semble(code, model):
    from semble import SembleIndex

    index = SembleIndex.from_path(code, model_path=model)

    def search(query):
        chunks = [result.chunk for result in index.search(query, top_k=10)]
        return [(chunk.file_path, chunk.start_line, chunk.end_line) for chunk in chunks]

    return search


def seagoat(code, _model):
    """It ranks files: of each the best block counts."""
    from seagoat.engine import Engine

    engine = Engine(code)
    remaining = engine.analyze_codebase()
    for chunk in remaining:  # its server does this in the background
        engine.process_chunk(chunk)
    for source in [source for sources in engine._fetchers.values() for source in sources]:
        source.get("flush_batch", lambda: None)()

    def search(query):
        found = engine.query_sync(query, limit_clue=500, context_above=3, context_below=3)[:10]
        best = [min(result.get_result_blocks(), key=lambda block: block.to_json()["score"]).lines for result in found]
        places = zip(found, best, strict=True)
        return [(result.gitfile.path, lines[0].line, lines[-1].line) for result, lines in places]

    return search


def bm25(code, _model):
    import bm25s

    places, texts = [], []
    for file in sorted(Path(code).rglob("*.py")):
        lines = file.read_text(encoding="utf-8").splitlines()
        for start in range(0, len(lines), _WINDOW):
            places.append((file.relative_to(code).as_posix(), start + 1, min(start + _WINDOW, len(lines))))
            texts.append("\n".join(lines[start : start + _WINDOW]))
    index = bm25s.BM25()
    index.index(bm25s.tokenize(texts, show_progress=False), show_progress=False)

    def search(query):
        tokens = bm25s.tokenize(query, show_progress=False)
        found, _ = index.retrieve(tokens, k=min(10, len(places)), show_progress=False)
        return [places[number] for number in found[0]]

    return search


def ripgrep(code, _model):
    """The windows with most of the query's words, as one who greps for them would look."""

    def search(query):
        words = {word.lower() for word in re.findall(r"\w+", query)} - _STOP
        command = ["rg", "--json", "--ignore-case", "--type", "py", *(f"--regexp={re.escape(word)}" for word in words)]
        printed = subprocess.run([*command, "."], cwd=code, capture_output=True, text=True, check=False).stdout
        windows = defaultdict(list)
        for line in printed.splitlines():
            event = json.loads(line)
            if event["type"] == "match":
                number, path = event["data"]["line_number"], event["data"]["path"]["text"].removeprefix("./")
                matched = [match["match"]["text"].lower() for match in event["data"]["submatches"]]
                windows[path, (number - 1) // _WINDOW] += matched
        best = sorted(windows, key=lambda window: (-len(set(windows[window])), -len(windows[window]), window))
        return [(path, number * _WINDOW + 1, (number + 1) * _WINDOW) for path, number in best[:10]]

    return search
