"""Runs one reader on damaged copies of a folder, in a process that may take only so much more memory.

Prints a line of JSON for every case that ended otherwise than it may, and the number of the case before it begins.
"""

from __future__ import annotations

import json
import random
import resource
import shutil
import sys
import tempfile
import time
import traceback
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from codequest.errors import CodequestError
from tests.fuzz.mutations import damage
from tests.fuzz.readers import READERS, odd_queries

MOST_BYTES = 2**30
MOST_SECONDS = 2.0


def tell(**values: Any) -> None:
    sys.stdout.write(json.dumps(values) + "\n")
    sys.stdout.flush()


def lift_limit() -> None:
    """What is whole is read without a limit: the first adapter of a kind imports what that kind needs."""
    resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def limit_memory() -> None:
    pages = int(Path("/proc/self/statm").read_text(encoding="utf-8").split()[0])
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + MOST_BYTES, resource.RLIM_INFINITY))


def run(case: int, what: Callable[[], str], attempt: Callable[[], str | None]) -> None:
    """One case: whether it ended in the right way, in time."""
    described = what()
    began = time.process_time()  # of this process alone, whatever else the machine does
    try:
        said = attempt()
    except CodequestError as error:
        said = None if str(error).strip() else "an error without words"
    except BaseException as error:  # a panic of a native library is no Exception
        place = traceback.extract_tb(error.__traceback__)[-1]
        said = f"{type(error).__name__}: {str(error)[:200]} at {place.filename}:{place.lineno}"
    seconds = time.process_time() - began
    if said is None and seconds > MOST_SECONDS:
        said = f"took {seconds:.1f} s"
    if said is not None:
        tell(case=case, what=described, said=said)


def fuzz_files(reader: str, sample: Path, cases: range) -> None:
    read, scratch = READERS[reader], Path(tempfile.mkdtemp())
    folder = scratch / sample.name
    shutil.copytree(sample, folder)
    lift_limit()
    right = read(folder)
    limit_memory()

    def attempt() -> str | None:
        found = read(folder)
        if isinstance(right, np.ndarray):
            return None if np.einsum("nd,nd->n", found, right).min() > 0.999 else "other vectors without a word"
        return None if right is None or found is not None else "nothing came out"

    for case in cases:
        tell(begins=case)
        shutil.rmtree(folder)
        shutil.copytree(sample, folder)
        rng = random.Random(f"{reader} {case}")
        run(case, lambda rng=rng: damage(folder, rng), attempt)  # type: ignore[misc]
    shutil.rmtree(scratch)


def fuzz_encode(sample: Path, cases: range) -> None:
    from codequest.encoders import QueryEncoder

    lift_limit()
    encoder: Any = QueryEncoder.from_pretrained(sample)
    encoder.encode(["a"])
    limit_memory()
    for case in cases:
        tell(begins=case)
        queries = odd_queries(random.Random(f"encode {case}"))

        def attempt(queries: Any = queries) -> str | None:
            vectors = encoder.encode(queries)
            one = [encoder.encode(text) for text in ([queries] if isinstance(queries, str) else queries)]
            if isinstance(queries, str):
                vectors = vectors[None]
            if vectors.shape != (len(one), encoder.space.dim):
                return f"shape {vectors.shape}"
            return None if not one or np.allclose(vectors, np.stack(one), atol=1e-4) else "other vectors in a batch"

        run(case, lambda queries=queries: repr(queries)[:80], attempt)  # type: ignore[misc]


def main() -> None:
    """Called with a reader, its sample, the first case and the number of cases; any number of times."""
    warnings.simplefilter("ignore")
    for at in range(1, len(sys.argv), 4):
        reader, sample, first, count = sys.argv[at], Path(sys.argv[at + 1]), *map(int, sys.argv[at + 2 : at + 4])
        cases = range(first, first + count)
        if reader == "encode":
            fuzz_encode(sample, cases)
        else:
            fuzz_files(reader, sample, cases)


if __name__ == "__main__":
    main()
