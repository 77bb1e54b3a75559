"""Every engine in a process of its own, on a copy of every tree."""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ENGINES = {
    "Puma, words": "puma",
    "Puma, light": "puma",
    "Puma, teacher": "puma",
    "semble, words": "semble",
    "semble, static": "semble",
}
"""What runs each; *static* is codequest's static encoder in place of semble's own model, which would be downloaded."""

_WORKER = Path(__file__).with_name("worker.py")


def run_engines(engines, asked, python, out=None):
    """What each engine gives for each repository; kept in a file, if there is one, as soon as it is there."""
    known = json.loads(out.read_text(encoding="utf-8")) if out and out.exists() else {}
    for engine in engines:
        there = known.setdefault(engine, {})
        for name in asked.keys() - there.keys():
            there[name] = _run_engine(engine, asked[name], python)
            if out:
                out.write_text(json.dumps(known, indent=1), encoding="utf-8")
    return {engine: {name: known[engine][name] for name in asked} for engine in engines}


def _run_engine(engine, repository, python):
    """Rankings, seconds of each query and seconds of indexing, of one repository."""
    command = [str(python if ENGINES[engine] == "semble" else sys.executable), str(_WORKER), engine]
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / "tree"
        shutil.copytree(repository.root, copy, symlinks=True, ignore=shutil.ignore_patterns(".codequest", ".git"))
        task = json.dumps({"root": str(copy), "queries": [each["query"] for each in repository.questions]})
        done = subprocess.run(command, input=task, stdout=subprocess.PIPE, text=True, check=True)
    print(f"{engine}: {repository.root.name}", file=sys.stderr, flush=True)
    return json.loads(done.stdout)
