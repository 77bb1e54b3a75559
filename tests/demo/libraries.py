"""A standard library of a few functions, and adapters of tiny models: the demo in seconds."""

from __future__ import annotations

from pathlib import Path

import pytest

from codequest import LoRAQueryEncoder, ProjectionQueryEncoder, load_teacher
from codequest.data import RetrievalDataset
from codequest.demo import StandardLibrary, puma, tour
from codequest.mining.mined import MinedFunction

VERBS, NOUNS = ("read", "open", "sort", "search", "list"), ("file", "dict", "query", "value")


def small_library(root: Path) -> StandardLibrary:
    """Ten functions to search, in two modules, and ten to train on."""
    functions = {}
    for number, (verb, noun) in enumerate((verb, noun) for verb in VERBS for noun in NOUNS):
        path, line = f"{noun}.py", 10 * number + 1
        code = f"def {verb}_{noun}({noun}):\n    return {verb}({noun})"
        found = MinedFunction(root / path, line, f"{verb}_{noun}", f"{verb} a {noun} of http", code)
        functions[f"{path}:{line}"] = found
    names = list(functions)
    return StandardLibrary(
        root=root,
        train=_dataset("training modules", {name: functions[name] for name in names[1::2]}),
        test=_dataset("test modules", {name: functions[name] for name in names[::2]}),
        functions=functions,
        queries=[functions[name].description for name in names[1::2]],
    )


def _dataset(name: str, functions: dict[str, MinedFunction]) -> RetrievalDataset:
    return RetrievalDataset(
        name,
        queries={key: function.description for key, function in functions.items()},
        documents={key: function.code for key, function in functions.items()},
        qrels={key: {key: 1} for key in functions},
    )


def use_tiny_models(patch: pytest.MonkeyPatch, folder: Path, *, base: Path, teacher: Path) -> tuple[str, ...]:
    """Let the demo take a tiny teacher, two tiny adapters and a cache of its own; gives the adapters."""
    space = load_teacher(str(teacher)).space
    projection = ProjectionQueryEncoder.create(str(base), space=space, map="linear", device="cpu")
    lora = LoRAQueryEncoder.create(str(base), space=space, rank=2, device="cpu")
    saved = (projection.save_pretrained(folder / "projection"), lora.save_pretrained(folder / "lora"))
    adapters = tuple(str(path) for path in saved)
    patch.setenv("CODEQUEST_CACHE", str(folder / "cache"))
    for module in (tour, puma):
        patch.setattr(module, "TEACHER", str(teacher))
        patch.setattr(module, "ADAPTERS", adapters)
    return adapters
