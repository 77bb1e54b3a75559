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


def run_engine(engine, repository, python):
    """Rankings, seconds of each query and seconds of indexing, of one repository."""
    command = [str(python if ENGINES[engine] == "semble" else sys.executable), str(_WORKER), engine]
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / "tree"
        shutil.copytree(repository.root, copy, symlinks=True, ignore=shutil.ignore_patterns(".codequest", ".git"))
        task = json.dumps({"root": str(copy), "queries": [each["query"] for each in repository.questions]})
        done = subprocess.run(command, input=task, stdout=subprocess.PIPE, text=True, check=True)
    print(f"{engine}: {repository.root.name}", file=sys.stderr, flush=True)
    return json.loads(done.stdout)
