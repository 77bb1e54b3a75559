"""Clients that ask something short, and check every number of the answer."""

import random
import time

import httpx
import numpy as np

from codequest import QueryEncoder

QUERIES = [
    "sort a dictionary by value", "read a csv file line by line", "http client with retries", "parse json",
    "what closes the connection when a request times out?", "def f(a, b): return a + b", "größte Datei finden",
    "split a list into chunks of equal size", "SELECT name FROM users WHERE id = ?", "write to a temporary file and "
    "rename it, so that a crash leaves the old or the new file and nothing in between",
]  # fmt: skip
TOLERANCE = 1e-4  # a batch rounds otherwise than a query alone


class Expected:
    """The encoder's own vectors of many queries."""

    def __init__(self, adapter):
        self.texts = [f"{query} {number}" for number in range(20) for query in QUERIES]
        self.vectors = QueryEncoder.from_pretrained(adapter, device="cpu").encode(self.texts)


async def ask_good(address, model, expected, until, found):
    """Ask for one to four queries again and again, over one connection."""
    async with httpx.AsyncClient(base_url=address, timeout=120) as client:
        while time.monotonic() < until:
            chosen = [random.randrange(len(expected.texts)) for _ in range(random.choice((1, 1, 1, 4)))]
            body = {"model": model, "input": [expected.texts[position] for position in chosen]}
            began = time.perf_counter()
            try:
                answer = await client.post("/v1/embeddings", json=body)
            except httpx.HTTPError as error:
                found.errors.append(repr(error))
                continue
            found.seconds.append(time.perf_counter() - began)
            if answer.status_code != 200:
                found.errors.append(answer.text[:200])
                continue
            vectors = np.array([one["embedding"] for one in answer.json()["data"]])
            found.wrong += int(np.abs(vectors - expected.vectors[chosen]).max() > TOLERANCE)
