"""Parity: whether a graph gives the vectors of the encoder that it was made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from codequest.errors import ParityError
from codequest.runtimes.table import GraphPrecision
from codequest.space import Vectors

_TOP = 10


@dataclass(frozen=True, slots=True)
class Parity:
    """Likeness of two encoders' vectors of the same queries.

    Attributes:
        cosine: Mean cosine of the two vectors of a query.
        worst: Its least.
        overlap: Mean share of the ten nearest other queries that stay among the ten.
    """

    cosine: float
    worst: float
    overlap: float

    def __str__(self) -> str:
        return f"cosine {self.cosine:.4f}, worst {self.worst:.4f}, top-{_TOP} overlap {self.overlap:.3f}"


LEAST: Mapping[str, Parity] = {
    "fp32": Parity(cosine=0.9999, worst=0.9999, overlap=0.99),
    "bf16": Parity(cosine=0.999, worst=0.998, overlap=0.95),
    "int8": Parity(cosine=0.995, worst=0.99, overlap=0.9),
}
"""The least that a graph of each precision must reach."""


def measure_parity(vectors: Vectors, expected: Vectors) -> Parity:
    """Compare a graph's vectors with those it should have.

    Args:
        vectors: (n, dim), unit rows.
        expected: (n, dim), unit rows: the encoder's own vectors of the same n > 1 queries. The documents of the
            top-10 are these vectors too.
    """
    cosines = np.einsum("nd,nd->n", vectors, expected, dtype=np.float64)
    found, wanted = _nearest(vectors @ expected.T), _nearest(expected @ expected.T)
    shared = [len(np.intersect1d(one, other)) for one, other in zip(found, wanted, strict=True)]
    return Parity(float(cosines.mean()), float(cosines.min()), float(np.mean(shared)) / found.shape[1])


def check_parity(measured: Parity, precision: GraphPrecision, *, name: str) -> None:
    """Refuse a graph whose vectors left the space.

    Raises:
        ParityError: A figure is below the threshold of the precision; says them all.
    """
    least = LEAST[precision]
    reached = (measured.cosine >= least.cosine, measured.worst >= least.worst, measured.overlap >= least.overlap)
    if not all(reached):  # NaN compares as False
        raise ParityError(f"{name} does not keep the encoder's vectors: {measured}; {precision} must reach {least}.")


def _nearest(scores: Vectors) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    """Columns of the highest scores of each row, its own left out."""
    np.fill_diagonal(scores, -np.inf)
    nearest: np.ndarray[tuple[int, int], np.dtype[np.int64]] = np.argsort(-scores, axis=1, kind="stable")[:, :_TOP]
    return nearest


PARITY_QUERIES = tuple(
    """sort a dictionary by value
read a csv file into a list
open a TCP connection with a timeout
how do I reverse a string in python
parse_json
HTTP retry with exponential back-off
convert datetime to unix timestamp
get the last element of a list
binary search in a sorted array
flatten nested list
remove duplicates while preserving order
write bytes to a temporary file
count word frequency in a text file
connect to postgres and run a query
regex to validate an email address
merge two sorted linked lists
read environment variables with a default value
base64 encode an image
compute sha256 of a file
split a string on multiple delimiters
java read file line by line
golang http server with middleware
javascript debounce function
promise all with concurrency limit
sql group by having count greater than one
find all files with an extension recursively
bash loop over lines of a file
kill process listening on a port
unzip archive to a folder
draw a line chart with two y axes
transpose a matrix
normalize a numpy array to unit length
cosine similarity between two vectors
train test split with a fixed seed
load image and resize to 224 by 224
levenshtein distance
depth first search of a graph
detect cycle in directed graph
LRU cache with maximum size
thread pool executor map with progress
run a subprocess and capture its output
send an email with an attachment
parse command line arguments
read yaml configuration
validate json schema
create an sqlite table if it does not exist
paginate an api that returns a next token
decode a jwt without verifying it
hash password with salt
generate a random string of letters and digits
check if a number is prime
fibonacci generator
convert snake_case to camelCase
escape html entities
strip accents from unicode text
What is the difference between a shallow copy and a deep copy, and how do I make a deep copy of nested dictionaries?
why does my async function return a coroutine instead of the value
watch a directory for changes and rebuild when a file is modified
group objects by a key and sum one of their fields
php array to query string
ruby select hash entries by predicate
rust read stdin to string
c++ iterate over map and erase while iterating
C# LINQ order by descending then by name
def chunks(iterable, n): yield successive pieces of n items
x
TypeError: 'NoneType' object is not subscriptable
git undo last commit but keep the changes
""".splitlines()
)
"""Queries of every usual form: what parity is measured on."""
