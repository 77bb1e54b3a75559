"""`codequest serve` as a process of its own."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import httpx


@contextmanager
def server_process(
    command: Sequence[str], environment: Mapping[str, str], *, says: str
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The process and the address that it printed, once it answers there.

    Args:
        command: What to start.
        environment: Its variables.
        says: How the first line that it prints begins; the line ends with the address.
    """
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment) as process:
        try:
            assert process.stderr is not None
            said = process.stderr.readline()
            assert said.startswith(says), said + process.stderr.read()
            address = said.split()[-1]
            health = f"{address.removesuffix('/v1')}/health"
            httpx.Client(transport=httpx.HTTPTransport(retries=8), timeout=60).get(health)
            yield process, address
        finally:
            process.terminate()
            process.wait(timeout=60)
