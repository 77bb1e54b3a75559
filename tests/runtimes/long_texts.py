"""Texts that are cut before they are tokenized: real code, and what tokenizers find hard."""

from __future__ import annotations

import json
import random
from pathlib import Path

MOST = 65_536  # characters up to which a cut changes nothing, whatever the text

_PIECES = [
    *("a" * 99, "a" * 100, "a" * 101, "b" * 300, " " * 5000, "\n\t" * 900, "\u00a0" * 3000, "\u3000" * 900),
    *("\u200b" * 3000, "\u0301" * 2000, "e\u0301" * 500, "\u202e" * 900, "\x01\x02" * 800, "\ufffd" * 900),
    *("中" * 700, "😀" * 400, "\ufdfa" * 300, "İ" * 400, "ΟΣ" * 300, "ﬁ" * 300, "𝒳" * 500, "가" * 400),
    *("\u1112\u1161\u11ab" * 300, "नमस्ते " * 200, "x-" * 300, "0" * 5000, "deadbeef" * 900, "." * 1500),
    *("[SEP] [CLS] <s> </s> <mask> " * 60, "sort a list by value " * 80),
]


def long_texts(*, count: int) -> list[str]:
    """So many files of the standard library, up to 100,000 characters, and texts made of hard pieces."""
    chance = random.Random(0)
    files = sorted(path for path in Path(json.__file__).parents[1].glob("*.py") if path.stat().st_size > 4096)
    code = [path.read_text(encoding="utf-8")[:100_000] for path in chance.sample(files, count)]
    mixed = [
        "".join(chance.choice(_PIECES)[: chance.randint(1, 6000)] for _ in range(chance.randint(3, 40)))[:MOST]
        for _ in range(count)
    ]
    repeated = [(piece * (MOST // len(piece)))[: MOST - 12] + " sort a list" for piece in _PIECES[: count // 2]]
    runs = [letter * 1_000_000 + "sort a list " * 500 for letter in (" \n\u200b\u0301a\x01" if count > 9 else "")]
    return [*code, *mixed, *repeated, *runs]
