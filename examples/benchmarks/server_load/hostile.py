"""Clients that mean harm: each way is one request, on a connection of its own."""

import asyncio
import json
import random
import time
from urllib.parse import urlsplit

PATIENCE = 60  # seconds for an answer


def request(body, *, length=None):
    head = f"POST /v1/embeddings HTTP/1.1\r\nHost: load\r\nContent-Length: {length or len(body)}\r\n\r\n"
    return head.encode() + body


def asking(model, texts):
    return json.dumps({"model": model, "input": texts}).encode()


async def huge_text(reader, writer, model):
    unit = random.choice(["sort a list ", "\u200b", " ", "a", "中", "x-", "\u0301\u200b"])
    return await answered(reader, writer, asking(model, unit * (500_000 // len(unit))))


async def many_texts(reader, writer, model):
    return await answered(reader, writer, asking(model, ["sort a list by value"] * 2048))


async def too_much(reader, writer, model):
    return await answered(reader, writer, asking(model, "a" * (5 << 20)))


async def broken_json(reader, writer, _):
    bodies = [b"[" * 200_000, b'{"model": ' + b"[" * 200_000, b'{"a": NaN}', b'{"a": ' + b"9" * 5000 + b"}", b"\xff",
              b'{"model": "m", "input": ["a"' + b",[]" * 1_000_000 + b"]}", b'{"a": 1, "a": 2}']  # fmt: skip
    return await answered(reader, writer, random.choice(bodies))


async def slow_body(_, writer, model):
    writer.write(request(asking(model, "sort a list"), length=5000))
    for _ in range(100):
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.2)


async def half_a_request(_, writer, model):
    writer.write(request(asking(model, "sort a list"))[: random.randrange(80)])
    await asyncio.sleep(random.random() * 3)


async def given_up(_, writer, model):
    writer.write(request(asking(model, ["sort a list by value " * 20] * 500)))
    await writer.drain()
    await asyncio.sleep(random.random() / 5)


async def never_read(_, writer, model):
    writer.write(request(asking(model, ["sort a list by value"] * 2048)))
    await asyncio.sleep(10)


WAYS = (huge_text, many_texts, too_much, broken_json, slow_body, half_a_request, given_up, never_read)


async def answered(reader, writer, body):
    writer.write(request(body))
    await writer.drain()
    return await asyncio.wait_for(reader.readline(), PATIENCE)


async def harm(address, model, until, found):
    """Do harm in one way after the other."""
    place = urlsplit(address)
    while time.monotonic() < until:
        way = random.choice(WAYS)
        try:
            reader, writer = await asyncio.open_connection(place.hostname, place.port, limit=1 << 16)
        except OSError as error:
            found.errors.append(f"no connection: {error!r}")
            await asyncio.sleep(1)
            continue
        outcome = "closed"
        try:
            line = await asyncio.wait_for(way(reader, writer, model), PATIENCE)
            outcome = line.split()[1].decode() if line else outcome
        except asyncio.TimeoutError:
            outcome = "no answer"
        except (OSError, ValueError):
            pass
        finally:
            writer.transport.abort()
        found.hostile[way.__name__, outcome] += 1
