"""Parts of a measurement, each in a process of its own with the threads that were asked for."""

import os
import subprocess
import sys

_THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS")


def keep_to(threads):
    """Leave this process no more cores than it has threads."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])


def parts(folder, threads):
    """A function that runs a part of the script that runs, by its name, and gives what it prints.

    Its cache is in the folder: made vectors must not come among those that the teacher gave, and an index is its
    cache's own.
    """
    settings = {**os.environ, **dict.fromkeys(_THREADS, str(threads)), "CODEQUEST_CACHE": str(folder / "cache")}

    def part(name):
        command = [sys.executable, *sys.argv, "--part", name]
        return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, env=settings).stdout.strip()

    return part
