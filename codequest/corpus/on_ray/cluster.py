"""A Ray cluster: the one at an address, or one of this machine for as long as a run takes."""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from codequest.errors import CorpusError, InvalidInputError, require

_QUIET = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_BACKEND_LOG_LEVEL": "fatal", "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0"}
_OBJECTS = 256 << 20  # bytes of texts on their way, on a cluster of this machine
_PATIENCE = 5.0  # seconds until an address counts as one where nobody answers


@dataclass(frozen=True, slots=True)
class Workers:
    """The actors that embed.

    Attributes:
        count: How many there are.
        cores: CPU cores of each.
        gpus: GPUs of each, 0 or 1.
    """

    count: int
    cores: int
    gpus: int

    @classmethod
    def on(cls, resources: dict[str, float], asked: int | None) -> Workers:
        """One for each GPU of a cluster, or else for each core; or as many as were asked for, who share the cores.

        Args:
            resources: What the cluster has, as Ray says it.
            asked: Number of workers, if it matters.

        Raises:
            InvalidInputError: More workers than cores.
            CorpusError: The cluster has no cores.
        """
        cores, gpus = int(resources.get("CPU", 0)), int(resources.get("GPU", 0))
        if not cores:
            raise CorpusError("The Ray cluster has no CPU cores to embed on. Start it with some.")
        count = asked or gpus or cores
        if count > cores or count < 1:
            raise InvalidInputError(f"{count} workers need as many CPU cores, and the Ray cluster has {cores}.")
        return cls(count, cores // count, int(count <= gpus))


@contextmanager
def ray_cluster(address: str | None) -> Iterator[Any]:
    """The module ray, connected; what was connected before stays so.

    Args:
        address: ``"auto"``, ``"HOST:PORT"`` or ``"ray://HOST:PORT"``; None for one that the program is connected to,
            or a new one on this machine, which ends with the run.

    Raises:
        CorpusError: Nobody answers there, or the cluster runs another version of Ray or Python.
        MissingDependencyError: Ray is not installed.
    """
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)
    ray = require("ray", extra="ray")
    require("ray.data", extra="ray")
    for logger in ("ray", "ray.data"):
        logging.getLogger(logger).setLevel(logging.ERROR)
    if ray.is_initialized() and address is None:
        yield ray
        return
    _connect(ray, address)
    try:
        yield ray
    finally:
        ray.shutdown()


def _connect(ray: Any, address: str | None) -> None:
    given: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.ERROR}
    if address is None:
        given |= {"include_dashboard": False, "object_store_memory": _OBJECTS}
    else:
        _refuse_silent(address)
    try:
        ray.init(address=address or "local", **given)
    except (ConnectionError, RuntimeError, ValueError, TimeoutError, OSError) as error:
        where = f"at {address!r}" if address else "on this machine"
        said = " ".join(str(error).split())
        if "ersion mismatch" in said:
            raise CorpusError(
                f"The Ray cluster {where} runs other versions than this process: {said} Install the same Ray and the "
                "same Python on all machines."
            ) from error
        raise CorpusError(
            f"The Ray cluster {where} cannot be reached: {said} Is it running, and is the address right? Leave "
            "--address out to embed on this machine."
        ) from error


def _refuse_silent(address: str) -> None:
    """Look for somebody at an address, which Ray would do for minutes.

    Raises:
        CorpusError: Nobody is there.
    """
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if not host or not port.isdigit():
        return  # such as "auto"
    try:
        socket.create_connection((host, int(port)), timeout=_PATIENCE).close()
    except (OSError, OverflowError) as error:
        raise CorpusError(
            f"The Ray cluster at {address!r} cannot be reached: {error}. Is it running, and is the address right? "
            "Leave --address out to embed on this machine."
        ) from error
