"""A server, its clients, and what was measured of both."""

import asyncio
import subprocess
import sys
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from server_load.good import Expected, ask_good
from server_load.hostile import harm

MOST_RATIO, MOST_GROWTH, MOST_GROWN = 10, 0.1, 64  # p99 to median; a tenth of the memory and megabytes
SAMPLES = 13  # of the memory; a server is warm after a quarter of the time


@dataclass
class Found:
    """Everything that was measured."""

    seconds: list = field(default_factory=list)
    errors: list = field(default_factory=list)
    wrong: int = 0
    hostile: Counter = field(default_factory=Counter)
    memory: list = field(default_factory=list)

    @property
    def percentiles(self):
        return np.percentile(self.seconds, [50, 99]) if self.seconds else (float("nan"), float("nan"))

    @property
    def failed(self):
        (p50, p99), (begin, end) = self.percentiles, (self.memory[SAMPLES // 4], self.memory[-1])
        crashed = any(outcome == "500" for _, outcome in self.hostile)
        grown = end - begin > MOST_GROWN and end > begin * (1 + MOST_GROWTH)
        return bool(self.errors or self.wrong or crashed or grown or not p99 <= MOST_RATIO * p50)

    def __str__(self):
        p50, p99 = self.percentiles
        lines = [
            f"{len(self.seconds):,} good requests: {len(self.errors)} errors, {self.wrong} wrong vectors, "
            f"p50 {1000 * p50:.0f} ms, p99 {1000 * p99:.0f} ms, ratio {p99 / p50:.1f}",
            f"memory, MB, from the begin to the end: {', '.join(f'{taken:.0f}' for taken in self.memory)}",
            *(f"hostile: {way} {outcome}: {count:,}" for (way, outcome), count in sorted(self.hostile.items())),
            *(f"error: {error}, {count} times" for error, count in Counter(self.errors).most_common(5)),
        ]
        return "\n".join(lines)


@contextmanager
def serving(adapter):
    """`codequest serve`, as a process: its address and its number."""
    command = [sys.executable, "-m", "codequest", "serve", adapter, "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process.stderr.readline().split()[-1].removesuffix("/v1"), process.pid
        finally:
            process.terminate()


async def ask(adapter, address, pid, clients, seconds):
    """All clients at once, a quarter of them hostile, for so many seconds."""
    found, expected, model = Found(), Expected(adapter), Path(adapter).name
    began = time.monotonic()
    until, hostile = began + seconds, clients // 4
    work = [ask_good(address, model, expected, until, found) for _ in range(clients - hostile)]
    work += [harm(address, model, until, found) for _ in range(hostile)]
    await asyncio.gather(*work, watch(pid, found, seconds))
    return found


async def watch(pid, found, seconds):
    """The server's memory, at equal distances."""
    found.memory.append(resident(pid))
    for _ in range(SAMPLES - 1):
        await asyncio.sleep(seconds / (SAMPLES - 1))
        found.memory.append(resident(pid))


def resident(pid):
    """Megabytes that a process has in memory."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


def load(adapter, *, clients, seconds):
    """What so many clients found out about the server of an adapter."""
    with serving(adapter) as (address, pid):
        return asyncio.run(ask(adapter, address, pid, clients, seconds))
