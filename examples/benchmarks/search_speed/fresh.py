"""What a start costs, and a look at the files."""

import os
import subprocess
import sys
import time
from statistics import median

from codequest.search import CodeIndex

QUERY = "open a file"
WARM_UP = 2


def started(code, rounds):
    """Seconds of wall and processor time of each command, one after the other in every round."""
    search = ["-m", "codequest", "search", QUERY, "--path", str(code)]
    commands = {
        "import numpy": ["-c", "import numpy"],
        "search, static": [*search, "--encoder", "static"],
        "search, static, --no-refresh": [*search, "--encoder", "static", "--no-refresh"],
        "search, lexical": [*search, "--mode", "lexical"],
        "search, LoRA": [*search, "--encoder", "minilm-lora"],
    }
    times = {name: [] for name in commands}
    for _ in range(rounds):
        for name, arguments in commands.items():
            times[name].append(one_process(arguments))
    return times


def one_process(arguments):
    began, before = time.perf_counter(), os.times()
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = os.times()
    processor = after.children_user + after.children_system - before.children_user - before.children_system
    return time.perf_counter() - began, processor


def print_ratios(times):
    medians = {name: [median(column) for column in zip(*rows[WARM_UP:], strict=True)] for name, rows in times.items()}
    numpy = medians["import numpy"]
    for name, (wall, processor) in medians.items():
        ratios = f"{wall / numpy[0]:.1f} | {processor / numpy[1]:.1f}"
        print(f"| {name} | {1000 * wall:.0f} | {1000 * processor:.0f} | {ratios} |")


def refreshed(code, encoder, rounds):
    """The same of searches, without a look, with one, and after a change."""
    old, index = (CodeIndex.open(code, encoder=encoder, refresh=refresh) for refresh in (False, True))
    files = [code / path for path in sorted(index.paths) if path.endswith(".py")]
    times = {"search without a look": [], "search, nothing changed": [], "one file edited": [], "one file new": []}
    for number in range(rounds):
        times["search without a look"].append(timed(old))
        times["search, nothing changed"].append(timed(index))
        with files[number * len(files) // rounds].open("a", encoding="utf-8") as file:
            file.write(f"\n\ndef quagga_{time.time_ns()}():\n    return 1\n")
        times["one file edited"].append(timed(index))
        assert index.freshness.updated == 1
        (code / f"new_{time.time_ns()}.py").write_text(
            f"def zebra_{number}():\n    return {number}\n", encoding="utf-8"
        )
        times["one file new"].append(timed(index))
        assert index.freshness.updated == 1
        old = CodeIndex.open(code, encoder=encoder, refresh=False)
        old.search(QUERY)
    return times


def timed(index):
    began, before = time.perf_counter(), time.process_time()
    index.search(QUERY)
    return time.perf_counter() - began, time.process_time() - before
