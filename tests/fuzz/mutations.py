"""Seeded damage to files: as disks, transfers, editors and strangers do it."""

from __future__ import annotations

import json
import os
import random
import struct
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

_ODD: Sequence[Any] = (
    None, True, False, -1, 0, 1, 2**31, 2**63, 10**30, 1.5, float("inf"), float("nan"), "", "x", "../../etc/passwd",
    "é\x00\n", "y" * 3000, [], {}, [1, 2, 3], [[]], {"a": {"b": 1}}, ["x"] * 50,
)  # fmt: skip


def damage(folder: Path, rng: random.Random) -> str:
    """Change one file of a folder, or what is in its place; the words for a message."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    path = rng.choice(files)
    if rng.random() < 0.03:
        place = rng.choice(_PLACES)
        path.unlink()
        place(path)
        return f"{path.name}: {place.__name__}"
    content = path.read_bytes()
    ways = [*_BYTES, *([_values] * 4 if path.suffix in (".json", ".jsonl") else [])]
    ways += [_header] * 6 if path.suffix == ".safetensors" else []
    way = rng.choice(ways)
    path.write_bytes(way(content, rng))
    return f"{path.name}: {way.__name__}"


def _flip(content: bytes, rng: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(rng.choice((1, 1, 1, 8, 64)) if changed else 0):
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def _truncate(content: bytes, rng: random.Random) -> bytes:
    return content[: rng.randrange(len(content) + 1)]


def _insert(content: bytes, rng: random.Random) -> bytes:
    at, length = rng.randrange(len(content) + 1), rng.choice((1, 8, 1000))
    return content[:at] + rng.choice((b"\x00", b"\xff", b"[", b'"', b"9", rng.randbytes(1))) * length + content[at:]


def _splice(content: bytes, rng: random.Random) -> bytes:
    first, second = sorted(rng.randrange(len(content) + 1) for _ in range(2))
    return content[:second] + content[first:] if rng.random() < 0.5 else content[:first] + content[second:]


def _overwrite(content: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(content) + 1)
    number = rng.choice((0, 1, 2**31 - 1, 2**31, 2**32 - 1, 2**40, 2**63 - 1, 2**64 - 1))
    return content[:at] + struct.pack("<Q", number) + content[at + 8 :]


def _digits(content: bytes, rng: random.Random) -> bytes:
    numbers = [at for at, byte in enumerate(content[:20_000]) if 48 <= byte <= 57]
    at = rng.choice(numbers) if numbers else 0
    return content[:at] + rng.choice((b"9" * 5000, b"-", b"1e999", b"[" * 5000)) + content[at:]


_BYTES: Sequence[Callable[[bytes, random.Random], bytes]] = (
    _flip,
    _flip,
    _truncate,
    _insert,
    _splice,
    _overwrite,
    _digits,
)


def _values(content: bytes, rng: random.Random) -> bytes:
    """One value of a JSON file, or of one of its lines, exchanged for one of another type, or taken out."""
    lines = content.decode(errors="replace").split("\n")
    line = rng.randrange(len(lines)) if len(lines) > 1 and not content.startswith(b"{\n") else None
    try:
        whole = json.loads(content if line is None else lines[line])
    except ValueError:
        return content[::-1]
    changed = json.dumps(_exchanged(whole, rng))
    if line is None:
        return changed.encode()
    return "\n".join([*lines[:line], changed, *lines[line + 1 :]]).encode()


def _exchanged(value: Any, rng: random.Random) -> Any:
    if isinstance(value, dict) and value and rng.random() < 0.9:
        key = rng.choice(sorted(value))
        kept = {name: one for name, one in value.items() if name != key}
        return kept if rng.random() < 0.15 else {**kept, key: _exchanged(value[key], rng)}
    if isinstance(value, list) and value and rng.random() < 0.8:
        at = rng.randrange(len(value))
        return [*value[:at], _exchanged(value[at], rng), *value[at + 1 :]]
    return rng.choice(_ODD)


def _header(content: bytes, rng: random.Random) -> bytes:
    """A lie in the header of a safetensors file: types, shapes, offsets, names, or its own length."""
    length = int.from_bytes(content[:8], "little")
    try:
        header = json.loads(content[8 : 8 + length])
    except ValueError:
        return _flip(content, rng)
    name = rng.choice(sorted(set(header) - {"__metadata__"}) or ["none"])
    lies: Sequence[Any] = (
        {"dtype": rng.choice(("F64", "F16", "BF16", "I8", "BOOL", "F8_E4M3", "Q4", 7))},
        {"shape": rng.choice(([], [0], [2**62, 4], [-1], [1, 1, 1], "x", None, [2**40]))},
        {"data_offsets": rng.choice(([0, 0], [8, 4], [0, 2**40], [0], None, [0, len(content)]))},
    )
    if rng.random() < 0.2:
        header[rng.choice(("extra", "rows", "queries"))] = header.pop(name, {})
    elif rng.random() < 0.2:
        header = _exchanged(header, rng)
    else:
        header[name] = {**header.get(name, {}), **rng.choice(lies)}
    written = json.dumps(header).encode()
    said = len(written) if rng.random() < 0.8 else rng.choice((0, 7, 2**20, 2**63))
    return said.to_bytes(8, "little") + written + content[8 + length :]


def _nothing(path: Path) -> None:
    """Leave the place empty."""


def _folder(path: Path) -> None:
    path.mkdir()


def _loop(path: Path) -> None:
    path.symlink_to(path)


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _endless(path: Path) -> None:
    path.symlink_to("/dev/zero")


_PLACES: Sequence[Callable[[Path], None]] = (_nothing, _folder, _loop, _pipe, _endless)
